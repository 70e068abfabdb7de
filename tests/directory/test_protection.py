"""Pages that protect visitors, and facts that agree on all pages."""

from __future__ import annotations

import re

import pytest

from places.geo import Point, format_miles
from tests.factories import organization, place, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def text(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("crisis")
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/leaving/", "National Domestic Violence Hotline"),
        ("/es/leaving/", "Línea Nacional contra la Violencia Doméstica"),
    ],
)
def test_the_page_about_leaving_names_who_helps_against_harm_at_home(
    client, path, name
):
    page = text(client, path)

    assert name in page
    for number in ("+18007997233", "+18006564673", "+18447628483", "+18558121001"):
        assert f'href="tel:{number}"' in page
    # The Veterans Crisis Line is not for harm at home.
    assert "838255" not in page


@pytest.mark.parametrize(
    ("degrees", "said"),
    [
        (0.01, "less than a mile away"),
        (0.0175, "1.2 miles away"),
        (0.13, "9.0 miles away"),
        (0.45, "31 miles away"),
        (14.0, "miles away"),
    ],
)
def test_the_answer_and_the_card_say_one_distance(client, degrees, said):
    town = place("59301")
    other = organization(at=town, name="Example Center")
    point = Point(town.point.latitude - degrees, town.point.longitude)
    other.set_point(point, other.Precision.ZIP)
    other.save()

    page = text(client, "/find/?near=59301")

    answer = re.search(r"he nearest[^.]* is Example Center, (.* away)\.", page)[1]
    assert answer.endswith(said)
    assert f"Ask if they serve Custer County · {answer}" in page


def test_a_thousand_miles_are_written_with_a_comma():
    assert format_miles(1026.4) == "1,026"
    assert format_miles(9.94) == "9.9"


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"phone": "+14065550101"}, True),
        ({"phone": "", "website": "https://example.org/"}, False),
    ],
)
def test_only_listings_with_a_phone_say_to_call(client, facts, wanted):
    organization(at=place("59301"), slug="ours", **facts)

    page = text(client, "/orgs/ours/")

    assert ("Call before you go" in page) is wanted
    assert ("Call to ask" in page) is wanted
    assert "lease call" not in page.split("<footer")[0]


def test_empty_page_does_not_say_to_call_before_you_go(client):
    ours = organization(at=place("59301"), slug="ours", phone="+14065550101")
    ours.city = ours.state = ours.zip_code = ""
    ours.save()

    assert "before you go" not in text(client, "/orgs/ours/")


def test_links_name_their_listing(client):
    facts = {"website": "https://example.org/", "email": "us@example.org"}
    organization(at=place("59301"), name="Example Center", **facts)
    warmline(name="Example Line", **facts)

    page = text(client, "/find/?near=59301")

    for name in ("Example Center", "Example Line"):
        assert f'Website<span class="sr"> of {name}</span>' in page
        assert f'E-mail<span class="sr"> to {name}</span>' in page


def test_a_tile_is_named_as_it_looks(client):
    organization(at=place("59301"))

    page = text(client, "/states/")

    tiles = re.findall(r'<a [^>]*aria-label="([^"]*)">(.*?)</a>', page, re.DOTALL)
    seen = [" ".join(re.findall(r"<text[^>]*>([^<]*)<", inside)) for _, inside in tiles]
    assert "MT 1" in seen
    for (name, _inside), visible in zip(tiles, seen, strict=True):
        assert name.startswith(visible)


def test_pages_of_a_list_are_named(client):
    for number in range(60):
        organization(at=place("59301"), name=f"Center {number:02}")

    page = text(client, "/orgs/")

    nav = re.search(r'<nav class="pages" aria-label="Pages">.*?</nav>', page, re.DOTALL)
    assert '<ul class="links" role="list">' in nav[0]
    assert '<span class="sr">Page </span>2' in nav[0]
