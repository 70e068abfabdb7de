"""Lookup of areas: tribal lands, regions, bases and nicknames."""

from __future__ import annotations

import csv

import pytest
from django.conf import settings

from places.autocomplete import autocomplete_places
from places.lookup import Problem, canonical_query, look_up
from places.models import Area, Place
from tests.factories import county, organization, place, state, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("text", "label", "states"),
    [
        ("Navajo Nation", "Navajo Nation, Arizona, New Mexico, Utah", "AZ NM UT"),
        ("nación navajo", "Navajo Nation, Arizona, New Mexico, Utah", "AZ NM UT"),
        ("Cherokee Nation", "Cherokee Nation, Oklahoma", "OK"),
        ("Wind River Reservation", "Wind River Reservation, Wyoming", "WY"),
        ("Tohono O’odham", "Tohono O'odham Nation, Arizona", "AZ"),
        (
            "Standing Rock, SD",
            "Standing Rock Reservation, North Dakota, South Dakota",
            "ND SD",
        ),
        ("Long Island, NY", "Long Island, New York", "NY"),
        ("the Bay Area", "San Francisco Bay Area, California", "CA"),
        ("Fort Moore", "Fort Benning, Georgia, Alabama", "GA AL"),
        ("Joint Base Lewis–McChord", "Joint Base Lewis-McChord, Washington", "WA"),
        ("NYC", "New York, New York", "NY"),
    ],
)
def test_lookup_finds_an_area_with_its_states_and_counties(text, label, states):
    found = look_up(text).place

    assert found is not None
    assert found.label == label
    assert list(found.state_codes) == states.split()
    assert found.timezone
    assert set(found.county_ids) == area_county_ids(found)


def area_county_ids(found):
    area = Area.objects.get(name="NYC" if found.name == "New York" else found.name)
    return set(area.counties.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Filadelfia", "Philadelphia, Philadelphia County, Pennsylvania"),
        ("Philly", "Philadelphia, Philadelphia County, Pennsylvania"),
        ("Staten Island", "Staten Island, Richmond County, New York"),
        ("Nuevo México", "New Mexico"),
        ("LA, CA", "Los Angeles, Los Angeles County, California"),
        ("Dade County", "Miami-Dade County, Florida"),
    ],
)
def test_nickname_of_a_city_or_state_finds_it(text, label):
    found = look_up(text).place

    assert found is not None
    assert found.label_with_county == label


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "Standing Rock",
            ["Standing Rock Reservation, ND", "Standing Rock, Chambers County, AL"],
        ),
        ("Navajo", ["Navajo Nation, AZ", "Navajo County, AZ"]),
        ("Palouse", ["Palouse region, WA", "Palouse, Whitman County, WA"]),
        ("Panhandle", ["Florida Panhandle region, FL", "Idaho Panhandle region, ID"]),
        ("Nassau", ["Nassau County, NY", "Nassau, Rensselaer County, NY"]),
        ("Suffolk", ["Suffolk County, NY", "Suffolk County, MA"]),
    ],
)
def test_small_namesake_never_wins_over_a_well_known_area(text, first):
    answer = look_up(text)

    assert (answer.place, answer.problem) == (None, Problem.AMBIGUOUS)
    assert [canonical_query(one) for one in answer.candidates[:2]] == first


def test_name_with_a_state_prefers_a_city_to_an_area():
    answer = look_up("Palouse, WA")

    assert answer.place is not None
    assert canonical_query(answer.place) == "Palouse, Whitman County, WA"
    assert [canonical_query(one) for one in answer.candidates] == ["Palouse region, WA"]


def test_query_offered_for_an_area_finds_that_area():
    for area in Area.objects.exclude(kind__in=["military_mail", "alias"]):
        place = area.as_place()

        found = look_up(canonical_query(place))

        assert found.place is not None, canonical_query(place)
        assert canonical_query(found.place) == canonical_query(place)


@pytest.mark.parametrize(
    "text",
    ["APO AE 09012", "09366", "34002-1234", "PSC 1 Box 2, FPO AP", "apo", "DPO AA"],
)
def test_military_mail_overseas_is_recognized(text):
    assert look_up(text).problem is Problem.MILITARY


@pytest.mark.parametrize(
    "text", ["Squaw Valley", "Squaw Valley, CA", "Squaw Valley Fresno"]
)
def test_offensive_old_name_is_found_and_never_shown(text):
    answer = look_up(text)

    assert answer.place is not None
    visible = [answer.place, *answer.candidates, *autocomplete_places("squaw va")]
    assert answer.place.name == "Yokuts Valley"
    assert not [
        one
        for one in visible
        if "squaw v" in f"{one.label} {canonical_query(one)}".lower()
    ]


def test_every_area_is_loaded():
    with (settings.BASE_DIR / "fixtures/areas.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert Area.objects.count() == len(rows)
    links = Area.counties.through.objects.count()
    assert links == sum(
        len(row["counties"].split(";")) for row in rows if row["counties"]
    )


def test_find_searches_every_county_and_state_of_an_area(client):
    organization(slug="utah", service_area=[county("San Juan County", "UT")])
    organization(slug="elsewhere", service_area=[county("Yellowstone County", "MT")])
    warmline(slug="new-mexico", service_area=[state("NM")])
    warmline(slug="montana", service_area=[state("MT")])

    page = client.get("/find/?near=Navajo Nation").content.decode()

    serving = page[page.index('data-section="near"') :]
    assert 'data-listing="org:utah"' in serving
    assert "org:elsewhere" not in page
    assert 'data-listing="warmline:new-mexico"' in page
    assert "warmline:montana" not in page


def test_find_measures_distance_from_the_main_place_of_an_area(client):
    organization(slug="near", at=place("86515"))

    page = client.get("/find/?near=Navajo Nation").content.decode()

    main = Place.objects.get(kind="city", code="0483720")
    assert look_up("Navajo Nation").place.point == main.point
    assert 'data-listing="org:near"' in page


def test_find_offers_help_for_a_military_address(client):
    organization(slug="online", online=True, service_area_scope="nationwide")
    warmline(slug="national")

    page = client.get("/find/?near=APO AE 09012").content.decode()

    assert "military or diplomatic address" in page
    assert 'data-listing="org:online"' in page
    assert 'data-listing="warmline:national"' in page


def test_find_lists_lines_of_every_state_of_an_area(client):
    warmline(slug="south", service_area=[state("SD")])

    page = client.get("/warmlines/?near=Standing Rock, ND").content.decode()

    assert 'data-listing="warmline:south"' in page
