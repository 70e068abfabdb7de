"""Maps: right positions, right numbers, and no withheld address."""

from __future__ import annotations

import gzip
import json
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from directory.pages.svg_map import Marker, draw_map, format_ranges
from orgs.models import Organization
from places.boundaries import Projection, load_boundaries, pad_box
from places.geo import Box, Point, miles_between
from places.management.commands import make_boundaries
from places.models import Place
from tests.factories import county, organization, place, state

pytestmark = pytest.mark.django_db

MONTANA = ["59301", "59802", "59101", "59401"]


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def drawing_in(page):
    """Return the map of the page as elements."""
    [found] = re.findall(
        r'<svg viewBox="[^"]*" aria-hidden="true">.*</svg>', page, re.S
    )
    return ElementTree.fromstring(found.replace("&nbsp;", " "))  # noqa: S314


def labels_in(page):
    texts = [node for node in drawing_in(page).iter("text") if not node.get("class")]
    return [node.text for node in texts]


def listed(page):
    return re.findall(r'<li data-listing="org:([\w-]+)"', page)


def withheld(slug="house"):
    """A respite in Custer County with a withheld address."""
    made = organization(
        slug=slug, kind="peer_respite", street="13 Hidden Lane", state="MT"
    )
    made.county = county("Custer County", "MT")
    made.set_point(made.county.point, Organization.Precision.COUNTY)
    made.address_withheld = True
    made.save()
    return made


def numbered(*codes):
    rows = [organization(at=place(code), name=f"Center {code}") for code in codes]
    return list(enumerate(rows, 1))


def test_state_map_has_the_numbers_of_its_list(client):
    for code in MONTANA:
        organization(at=place(code), slug=f"center-{code}")

    page = page_of(client, "/states/mt/map/")

    by_town = ["center-59101", "center-59401", "center-59301", "center-59802"]
    assert listed(page) == by_town
    assert sorted(labels_in(page)) == ["1", "2", "3", "4"]
    assert '<ol start="1">' in page


def test_markers_are_at_the_positions_of_their_towns():
    drawing = draw_map(numbered("59301", "59802", "59401"), state("MT"))

    miles_city, missoula, great_falls = drawing.markers
    assert missoula.x < great_falls.x < miles_city.x
    assert great_falls.y < missoula.y
    assert great_falls.y < miles_city.y
    across = (
        (miles_city.x - missoula.x) / drawing.scale_bar.length * drawing.scale_bar.miles
    )
    distance = miles_between(place("59301").point, place("59802").point)
    assert across == pytest.approx(distance, rel=0.03)


@pytest.mark.parametrize("code", ["MT", "AK", "AS", "GU", "HI", "TX", "MP"])
def test_projection_keeps_distances_and_contains_its_state(code):
    atlas = load_boundaries()
    frame = Projection(pad_box(atlas.box_of_state(code)))
    middle = (frame.box.south + frame.box.north) / 2
    near, far = Point(middle, frame.middle - 0.05), Point(middle, frame.middle + 0.05)

    (x, _), (further, _) = frame.project(near), frame.project(far)

    drawn = (further - x) / frame.width * frame.miles_across
    assert drawn == pytest.approx(miles_between(near, far), rel=0.03)
    towns = Place.objects.largest_cities(frame.box, code)
    assert towns
    assert all(frame.contains(frame.project(town.point)) for town in towns)


def test_every_county_outline_contains_the_middle_of_the_county():
    atlas = load_boundaries()
    counties = Place.objects.counties().filter(code__in=atlas.counties)

    strayed = [
        c.label for c in counties if not contains(atlas.box_of_county(c.code), c)
    ]

    assert len(counties) > 3_200
    # Its middle is in the sea, between the city and its islands.
    assert strayed == ["San Francisco County, California"]
    assert set(atlas.states) == set(
        Place.objects.states().values_list("code", flat=True)
    )


def contains(box, county):
    """Within a fifth of a degree: centers were measured on finer shores."""
    turn = (county.longitude - box.west + 180) % 360 - 180
    tall = box.south - 0.2 <= county.latitude <= box.north + 0.2
    return tall and -0.2 <= turn <= box.east - box.west + 0.2


def test_alaska_is_one_piece_across_the_date_line():
    box = load_boundaries().box_of_state("AK")

    assert box.west < -180 < -130 < box.east
    assert load_boundaries().states_in(Projection(Box(51, 53, 172, 178))) == ["AK"]


def test_withheld_address_is_drawn_as_its_county(client):
    withheld()

    page = page_of(client, "/states/mt/map/")

    picture = drawing_in(page)
    assert len([p for p in picture.iter("path") if p.get("class") == "shade"]) == 1
    assert list(picture.iter("rect")) == []
    assert labels_in(page) == ["1"]
    assert "somewhere in Custer County" in page
    assert "Hidden Lane" not in page
    assert "A shaded county" in page


def test_map_does_not_depend_on_where_a_withheld_address_is():
    one, other = withheld("one"), withheld("other")
    other.street, other.zip_code, other.city = "2 Other Road", "59301", "Miles City"
    other.save()

    drawings = [draw_map([(1, row)], state("MT")) for row in (one, other)]

    assert drawings[0] == drawings[1]


def test_a_withheld_address_without_a_county_is_not_on_the_map(client):
    organization(
        slug="house", address_withheld=True, state="MT", street="13 Hidden Lane"
    )

    page = page_of(client, "/states/mt/map/")

    assert "not on the map" in page
    assert "None of these has a place that we can draw." in page
    assert 'aria-hidden="true">\n    <svg' not in page


def test_approximate_points_have_another_marker(client):
    organization(at=place("59802"))
    exact = organization(at=place("59301"))
    exact.set_point(place("59301").point, Organization.Precision.ADDRESS)
    exact.save()

    page = page_of(client, "/states/mt/map/")

    marks = [node.get("class") for node in drawing_in(page).iter("rect")]
    assert sorted(map(str, marks)) == ["None", "exact"]
    assert "A filled mark is a street address." in page
    assert "An open mark is the middle of a ZIP code or a town" in page


def test_markers_never_overlap_and_show_every_number():
    rows = [organization(at=zip_) for zip_ in Place.objects.zips().in_state("NJ")[:150]]

    drawing = draw_map(enumerate(rows, 1), state("NJ"))

    boxes = [marker.box for marker in drawing.markers]
    assert len(boxes) > 3
    assert not any(meet(one, other) for one, other in combinations(boxes, 2))
    assert drawing.numbers == set(range(1, 151))
    for number, first in drawing.shared.items():
        assert any(
            marker.label.startswith(f"{first} +") and number in marker.numbers
            for marker in drawing.markers
        )


def meet(one, other):
    beside = one.west >= other.east or other.west >= one.east
    return not (beside or one.south >= other.north or other.south >= one.north)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([4], "4"), ([1, 2], "1–2"), ([1, 2, 3, 7], "1–3, 7"), ([2, 9, 11], "2, 9, 11")],
)
def test_consecutive_numbers_are_shown_as_a_range(numbers, words):
    assert format_ranges(numbers) == words


def test_cluster_shows_its_first_number_and_how_many_more():
    assert Marker(0, 0, [3, 5, 7, 9, 20], is_exact=True).label == "3 +4"


def test_map_of_a_search_shows_the_same_page_of_results(client):
    for code in MONTANA:
        organization(at=place(code), slug=f"drop-in-{code}", kind="drop_in_center")
    organization(at=place("59301"), slug="center", kind="cil")
    organization(at=place("59301"), slug="respite", kind="peer_respite")
    query = "near=59301&kind=cil&kind=drop_in_center"

    search, drawn = (page_of(client, f"/{p}/?{query}") for p in ("find", "find/map"))

    section = search[search.index('data-section="near"') :]
    section = section[: section.index('data-section="phone"')]
    assert re.findall(r'data-listing="org:([\w-]+)"', section) == listed(drawn)
    assert len(listed(drawn)) == 5
    assert f'href="/find/map/?{query.replace("&", "&amp;")}"' in search
    assert f'href="/find/?{query.replace("&", "&amp;")}"' in drawn
    assert "The cross is the place you searched for." in drawn


def test_map_of_the_second_page_continues_the_numbers(client):
    for _ in range(13):
        organization(at=place("59301"))

    page = page_of(client, "/find/map/?near=59301&page=2")

    assert '<ol start="12">' in page
    assert labels_in(page) == ["12–13"]


@pytest.mark.parametrize("query", ["", "near=zzzz", "near=Springfield", "near=59301"])
def test_map_without_results_redirects_to_find(client, query):
    response = client.get(f"/find/map/?{query}")

    assert (response.status_code, response["Location"]) == (302, f"/find/?{query}")


def test_map_is_hidden_from_screen_readers_and_has_no_inline_style(client):
    organization(at=place("59301"))

    page = page_of(client, "/states/mt/map/")

    picture = drawing_in(page)
    assert picture.get("aria-hidden") == "true"
    assert not [node for node in picture.iter() if node.get("style")]
    assert not list(picture.iter("a"))


def test_map_makes_as_many_queries_for_many_listings(client, django_assert_num_queries):
    rows = [withheld(), *(organization(at=place(code)) for code in MONTANA)]

    with django_assert_num_queries(11):
        page = page_of(client, "/states/mt/map/")

    assert len(listed(page)) == len(rows)


def test_boundaries_are_built_from_the_atlas(tmp_path, monkeypatch, capsys):
    """Two counties side by side; the arc between them is stored once."""
    atlas = {
        "transform": {"scale": [0.5, 0.5], "translate": [-106, 46]},
        "arcs": [
            [[1, 0], [0, 1]],
            [[1, 1], [-1, 0], [0, -1], [1, 0]],
            [[1, 0], [1, 0], [0, 1], [-1, 0]],
        ],
        "objects": {
            "counties": {
                "geometries": [
                    {"type": "Polygon", "id": "30017", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "id": "30025", "arcs": [[[2, -1]]]},
                ]
            },
            "states": {
                "geometries": [{"type": "Polygon", "id": "30", "arcs": [[2, 1]]}]
            },
        },
    }

    monkeypatch.setattr(
        make_boundaries, "BOUNDARIES_FILE", tmp_path / "boundaries.json.gz"
    )
    (tmp_path / "atlas.json").write_text(json.dumps(atlas))
    call_command("make_boundaries", tmp_path / "atlas.json")
    made = json.loads(gzip.decompress(make_boundaries.BOUNDARIES_FILE.read_bytes()))

    assert "1 states, 2 counties" in capsys.readouterr().out

    assert made["arcs"][0] == [1, 0, 0, 1]
    assert made["counties"] == {"30017": [[0, 1]], "30025": [[2, -1]]}
    assert (made["states"], made["borders"]) == ({"MT": [[2, 1]]}, {"MT": [0]})
