"""Unusable parameters get a message; suggestions match the typed letters."""

from __future__ import annotations

import pytest

from tests.factories import organization, place, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PLACE_PAGES = ["/find/", "/warmlines/", "/centers-for-independent-living/", "/embed/"]


def page(client, path):
    return client.get(path).content.decode()


@pytest.mark.parametrize("path", PLACE_PAGES)
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=Ontario", "We do not know this state."),
        ("lat=46.87", "It needs both a latitude and a longitude."),
        ("lat=1e9&lon=3", "A latitude is a number from -90 to 90."),
        ("lat=46.87&lon=east", "A longitude is a number from -180 to 180."),
        ("lat=48.86&lon=2.35", "outside the United States and its territories"),
    ],
)
def test_a_parameter_that_cannot_be_used_says_so(client, path, query, words):
    assert words in page(client, f"{path}?{query}")


LISTS = [
    "/find/?near=59301",
    "/find/map/?near=59301",
    "/embed/?near=59301",
    "/centers-for-independent-living/?near=59301",
    "/orgs/?",
    "/online/?",
    "/states/mt/?",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("number", ["next", "0", "-1", "1.5", "1234567"])
def test_a_page_that_is_no_number_says_so(client, path, number):
    organization(at=place("59301"), kind="cil", online=True)

    text = page(client, f"{path}&page={number}")

    assert f"There is no page “{number}”, so this is the first page." in text


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("number", ["", "1", "01"])
def test_the_first_page_is_no_mistake(client, path, number):
    organization(at=place("59301"), kind="cil", online=True)

    assert "There is no page" not in page(client, f"{path}&page={number}")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/find/?near=59301", "kind=castle"),
        ("/find/map/?near=59301", "kind=castle"),
        ("/embed/?near=59301", "kind=castle"),
        ("/find/?near=59301", "community=castle"),
        ("/warmlines/?near=59301", "community=castle"),
        ("/warmlines/?", "language=castle"),
        ("/orgs/?", "state=castle"),
        ("/orgs/?", "how=castle"),
        ("/online/?", "community=castle"),
        ("/states/mt/?", "kind=castle"),
    ],
)
def test_a_filter_with_an_unknown_value_says_so(client, path, query):
    organization(at=place("59301"), online=True)

    text = page(client, f"{path}&{query}")

    assert "We do not know “castle” here, so it was left out." in text


@pytest.mark.parametrize("path", ["/find/", "/find/map/", "/embed/"])
def test_a_distance_that_cannot_be_used_says_so(client, path):
    organization(at=place("59301"))

    text = page(client, f"{path}?near=59301&radius=far")

    assert "Please give the distance in whole miles, like 25." in text


@pytest.mark.parametrize("path", [*PLACE_PAGES, "/es/find/"])
def test_a_military_address_is_no_mistake(client, path):
    text = page(client, f"{path}?near=APO AE 09012")

    assert 'id="near-error" role="status"' in text
    assert 'role="alert"' not in text
    assert "aria-invalid" not in text
    assert "<title>Error:" not in text


@pytest.mark.parametrize("name", ["Montana", "mt", "State of Montana"])
def test_a_state_may_be_named_in_full(client, name):
    assert "Talk to someone: lines for Montana" in page(
        client, f"/warmlines/?state={name}"
    )


def test_words_that_are_too_long_say_so(client):
    assert "at most 100 characters" in page(client, f"/find/?q={'a' * 101}")


@pytest.mark.parametrize(
    "path",
    [
        "/find/?near=59301&page=99",
        "/find/?q=example&page=99",
        "/orgs/?page=99",
        "/find/?state=MT&page=99",
    ],
)
def test_a_page_beyond_the_last_says_so_and_leads_back(client, path):
    for _number in range(31):
        organization(at=place("59301"))

    text = page(client, path)
    last = 2 if path.startswith("/orgs/") else 3

    assert f"There is no page 99. The last page is {last}." in text
    assert f"page={last}" in text
    assert "Page 99 of" not in text


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("hono", "Honolulu, Honolulu County, HI"),
        ("chic", "Chicago, Cook County, IL"),
        ("mont", "MT"),
        ("alas", "AK"),
        ("los an", "Los Angeles, Los Angeles County, CA"),
        ("san fr", "San Francisco, San Francisco County, CA"),
        ("minnea", "Minneapolis, Hennepin County, MN"),
        ("anchor", "Anchorage, Anchorage Municipality, AK"),
        ("alban", "Albany, Albany County, NY"),
        ("pine ri", "Pine Ridge Reservation, SD"),
        ("navajo n", "Navajo Nation, AZ"),
        ("standing r", "Standing Rock Reservation, ND"),
        ("Philadelphi", "Philadelphia, Philadelphia County, PA"),
        ("59301", "59301"),
    ],
)
def test_places_that_begin_with_the_letters_are_suggested_first(client, letters, first):
    found = client.get("/places/suggest/", {"q": letters}).json()["places"]

    assert found[0]["near"] == first


def test_misspelled_place_gets_a_suggestion(client):
    found = client.get("/places/suggest/", {"q": "Billngs MT"}).json()["places"]

    assert found == [{"near": "Billings, Yellowstone County, MT"}]


def test_names_of_listings_and_lines_are_suggested(client):
    organization(name="Quetzal House")
    organization(name="Other House", summary="Near quetzals")
    warmline(name="Quetzal Night Line")
    warmline(name="Quetzal Draft", status="draft")

    found = client.get("/places/suggest/", {"q": "quetz"}).json()["places"]

    assert {row["near"] for row in found} == {"Quetzal House", "Quetzal Night Line"}


@pytest.mark.parametrize("letters", ["squaw", "squaw v", "squawvalley"])
def test_an_offensive_old_name_is_not_suggested(client, letters):
    found = client.get("/places/suggest/", {"q": letters}).content.decode()

    assert "squaw v" not in found.lower()
