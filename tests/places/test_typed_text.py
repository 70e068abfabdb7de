"""Lookup of text from bug reports of other sites."""

from __future__ import annotations

import re
from html import unescape

import pytest

from places.lookup import Problem, canonical_query, look_up
from places.models import Place

pytestmark = pytest.mark.django_db

MILES_CITY = "Miles City, Montana 59301"
BILLINGS = "Billings, Yellowstone County, Montana"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # A ZIP code anywhere in the text.
        ("123 Main St, Billings MT 59101", "Billings, Montana 59101"),
        ("Miles City, MT 59301", MILES_CITY),
        ("Miles City MT 59301 USA", MILES_CITY),
        ("59301, MT", MILES_CITY),
        ("59301 Miles City", MILES_CITY),
        ("zip 59301", MILES_CITY),
        ("ZIP: 59301.", MILES_CITY),
        ("código postal 59301", MILES_CITY),
        ("MT59301", MILES_CITY),
        ("(59301)", MILES_CITY),
        ("\uff15\uff19\uff13\uff10\uff11", MILES_CITY),
        ("59\u200b301", MILES_CITY),
        ("\u00a059301\t", MILES_CITY),
        (
            "1600 Pennsylvania Ave NW, Washington, DC 20500",
            "Washington, District of Columbia 20500",
        ),
        # ZIP+4, with every dash that phones write.
        ("89701-5267", "Carson City, Nevada 89701"),
        ("59301–1234", MILES_CITY),
        ("59301—1234", MILES_CITY),
        ("59301\u20111234", MILES_CITY),
        ("59301 - 1234", MILES_CITY),
        ("593011234", MILES_CITY),
        # Five digits at the start of an address are a house number.
        ("12345 Main St, Billings, MT 59101", "Billings, Montana 59101"),
        ("59101 Main St, Miles City, MT 59301", MILES_CITY),
        ("12345 Main St, Billings", BILLINGS),
        ("63101 St. Louis", "Saint Louis, Missouri 63101"),
        ("62201 East St Louis", "East Saint Louis, Illinois 62201"),
        ("PO Box 12345, Billings MT 59101", "Billings, Montana 59101"),
        # An address that ends with its city.
        (
            "1600 Pennsylvania Ave NW, Washington, DC",
            "Washington, District of Columbia, District of Columbia",
        ),
        # The country, and punctuation around and between.
        ("Billings, MT, USA", BILLINGS),
        ("Billings, Montana, U.S.A.", BILLINGS),
        ("Billings Montana United States", BILLINGS),
        ("Billings, Montana, EE. UU.", BILLINGS),
        ("“Billings, MT”", BILLINGS),
        ("Billings/MT", BILLINGS),
        ("Billings (MT)", BILLINGS),
        ("Winston–Salem NC", "Winston-Salem, Forsyth County, North Carolina"),
        # States as people say them.
        ("Washington State", "Washington"),
        ("State of Washington", "Washington"),
        ("State of Montana", "Montana"),
        ("estado de Montana", "Montana"),
        ("N.Y.", "New York"),
        ("Carolina del Norte", "North Carolina"),
        # New York.
        ("NY, NY", "New York, New York County, New York"),
        ("The Bronx", "Bronx, Bronx County, New York"),
        ("the bronx, ny", "Bronx, Bronx County, New York"),
        ("Brooklyn", "Brooklyn, Kings County, New York"),
        ("Queens", "Queens, Queens County, New York"),
        ("Manhattan", "Manhattan, New York County, New York"),
        ("Kings County NY", "Kings County, New York"),
        ("Staten Island", "Staten Island, Richmond County, New York"),
        # "The" that belongs to the name.
        ("The Dalles", "The Dalles, Wasco County, Oregon"),
        # Tribal lands and bases, renamed posts too.
        ("Navajo Nation", "Navajo Nation, Arizona, New Mexico, Utah"),
        ("Cherokee Nation", "Cherokee Nation, Oklahoma"),
        ("Wind River Reservation", "Wind River Reservation, Wyoming"),
        ("Fort Berthold", "Fort Berthold Reservation, North Dakota"),
        ("Tohono O'odham", "Tohono O'odham Nation, Arizona"),
        ("Fort Moore", "Fort Benning, Georgia, Alabama"),
        ("Fort Hood", "Fort Hood, Texas"),
        ("Fort Cavazos", "Fort Hood, Texas"),
        ("Fort Rucker", "Fort Rucker, Alabama"),
        ("Fort Gordon", "Fort Gordon, Georgia"),
        ("Fort Eisenhower", "Fort Gordon, Georgia"),
        ("Fort Liberty NC", "Fort Bragg, North Carolina"),
        ("Joint Base Lewis-McChord", "Joint Base Lewis-McChord, Washington"),
        ("Camp Lejeune", "Marine Corps Base Camp Lejeune, North Carolina"),
        # Hawaiian letters, tildes, and Spanish names.
        ("Lānaʻi", "Lanai City, Maui County, Hawaii"),
        ("Molokaʻi", "Kaunakakai, Maui County, Hawaii"),
        ("ʻEwa Beach", "Ewa Beach, Honolulu County, Hawaii"),
        ("Cañon City", "Cañon City, Fremont County, Colorado"),
        ("Añasco", "Añasco, Añasco Municipio, Puerto Rico"),
        ("condado de Orange, CA", "Orange County, California"),
        ("Condado de Doña Ana", "Doña Ana County, New Mexico"),
        ("Filadelfia", "Philadelphia, Philadelphia County, Pennsylvania"),
    ],
)
def test_typed_text_finds_its_place(text, label):
    found = look_up(text).place

    assert found is not None
    assert found.label_with_county == label


@pytest.mark.parametrize(
    ("text", "problem", "first"),
    [
        # A spreadsheet removed the leading zero.
        ("2139", Problem.UNKNOWN, ["02139"]),
        ("Cambridge MA 2139", Problem.UNKNOWN, ["02139"]),
        # A house number is a ZIP code only if the visitor chooses it.
        ("12345 Main Street", Problem.UNKNOWN, ["12345"]),
        ("12345 Calle Sol", Problem.UNKNOWN, ["12345"]),
        # Better known than small cities of the name, or ambiguous.
        (
            "Standing Rock",
            Problem.AMBIGUOUS,
            ["Standing Rock Reservation, ND", "Standing Rock, Chambers County, AL"],
        ),
        (
            "Long Island",
            Problem.AMBIGUOUS,
            ["Long Island region, NY", "Long Island, Cumberland County, ME"],
        ),
        (
            "condado de Orange",
            Problem.AMBIGUOUS,
            ["Orange County, CA", "Orange County, FL"],
        ),
        (
            "Fort Bragg",
            Problem.AMBIGUOUS,
            ["Fort Bragg base, NC", "Fort Bragg, Mendocino County, CA"],
        ),
        ("Juarez", Problem.FOREIGN, ["Juarez, Cameron County, TX"]),
        ("Ciudad Juárez", Problem.FOREIGN, []),
        # Military mail has no place.
        ("09366", Problem.MILITARY, []),
        ("APO AE 09012", Problem.MILITARY, []),
        ("FPO AP 96601-1234", Problem.MILITARY, []),
        ("PSC 1234 Box 5678, APO AE 09012", Problem.MILITARY, []),
        # Too many digits to say which.
        ("5930159301", Problem.UNKNOWN, []),
    ],
)
def test_text_with_several_meanings_offers_candidates(text, problem, first):
    answer = look_up(text)

    assert (answer.place, answer.problem) == (None, problem)
    assert [canonical_query(one) for one in answer.candidates[: len(first)]] == first
    assert bool(answer.candidates) == bool(first)


def heading(text):
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    return " ".join(unescape(found[1]).split())


@pytest.mark.parametrize(
    ("text", "place_named"),
    [
        ("123 Main St, Billings MT 59101", "Billings, Montana 59101"),
        ("Navajo Nation", "Navajo Nation, Arizona, New Mexico, Utah"),
        ("near Billings MT", "Billings, Montana"),
        ("I live in Tulsa, OK", "Tulsa, Oklahoma"),
        ("I'm in 59301", MILES_CITY),
        ("my zip code is 59301", MILES_CITY),
    ],
)
def test_find_shows_the_place_in_the_text(client, text, place_named):
    html = client.get("/find/", {"near": text}).content.decode()

    assert heading(html) == f"Support near {place_named}"
    assert 'id="near-error"' not in html


@pytest.mark.parametrize(
    ("text", "place_named"),
    [
        ("código postal 59301", MILES_CITY),
        ("vivo en Tulsa, OK", "Tulsa, Oklahoma"),
        ("Condado de Doña Ana", "Doña Ana County, New Mexico"),
    ],
)
def test_find_understands_spanish_text(client, text, place_named):
    html = client.get("/es/find/", {"near": text}).content.decode()

    assert heading(html).endswith(place_named)
    assert 'id="near-error"' not in html


def test_find_offers_a_zip_code_without_its_leading_zero(client):
    html = client.get("/find/", {"near": "2139"}).content.decode()

    assert '<a href="?near=02139">' in html


def suggested(client, letters):
    found = client.get("/places/suggest/", {"q": letters}).json()["places"]
    return [row["near"] for row in found]


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("hono", "Honolulu, Honolulu County, HI"),
        ("honol", "Honolulu, Honolulu County, HI"),
        ("chic", "Chicago, Cook County, IL"),
        ("mont", "MT"),
        ("alas", "AK"),
        ("los an", "Los Angeles, Los Angeles County, CA"),
        ("san fr", "San Francisco, San Francisco County, CA"),
        ("minnea", "Minneapolis, Hennepin County, MN"),
        ("anchor", "Anchorage, Anchorage Municipality, AK"),
        ("window r", "Window Rock, Apache County, AZ"),
        ("browns", "Brownsville, Cameron County, TX"),
        ("alban", "Albany, Albany County, NY"),
        ("springf", "Springfield, Greene County, MO"),
        ("pine ri", "Pine Ridge Reservation, SD"),
        ("nava", "Navajo Nation, AZ"),
        ("staten i", "Staten Island, Richmond County, NY"),
    ],
)
def test_suggestions_begin_with_names_that_start_with_the_letters(
    client, letters, first
):
    assert suggested(client, letters)[0] == first


@pytest.mark.parametrize(
    ("letters", "short"), [("columb", "Cbus"), ("portlan", "PDX"), ("new yor", "NYC")]
)
def test_short_form_is_suggested_only_for_its_own_letters(client, letters, short):
    assert not any(one.startswith(short) for one in suggested(client, letters))
    assert suggested(client, short)[0].startswith(short)


def test_region_is_not_labeled_twice(client):
    found = suggested(client, "capital reg")

    assert found[0] == "Capital Region, NY"
    assert look_up(found[0]).place.kind == Place.Kind.AREA
