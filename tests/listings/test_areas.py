"""States and counties as lines of text."""

from __future__ import annotations

import pytest

from listings.service_areas import UnknownArea, from_text, to_text
from tests.factories import county, state

pytestmark = pytest.mark.django_db


def test_lines_name_states_and_counties_and_read_back():
    places = [state("MT"), county("Park County", "WY"), county("Big Horn County", "WY")]

    text = to_text(places)

    assert text == "Montana\nWyoming: Big Horn County, Park County"
    assert set(from_text(text)) == set(places)


def test_codes_and_short_names_are_understood():
    found = from_text("mt\n wyoming : park,big horn\n\n")

    assert {place.name for place in found} == {
        "Montana",
        "Park County",
        "Big Horn County",
    }


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "Virginia: Fairfax",
            "“Fairfax” is a county and a city in Virginia. "
            "Write “Fairfax County” or “Fairfax city”.",
        ),
        (
            "MD: Baltimore",
            "“Baltimore” is a county and a city in Maryland. "
            "Write “Baltimore County” or “Baltimore city”.",
        ),
        (
            "Alaska: Valdez-Cordova",
            "“Valdez-Cordova” is more than one county in Alaska. "
            "Write “Chugach Census Area” or “Copper River Census Area”.",
        ),
    ],
)
def test_a_name_of_several_counties_is_asked_about(text, question):
    with pytest.raises(UnknownArea) as asked:
        from_text(text)

    assert asked.value.args == (question,)


def test_a_county_and_a_city_of_one_name_are_known_by_their_full_names():
    found = from_text("Virginia: Fairfax County, fairfax City, Alexandria")

    assert [place.name for place in found] == [
        "Fairfax County",
        "Fairfax city",
        "Alexandria city",
    ]


def test_every_name_that_is_none_is_told():
    with pytest.raises(UnknownArea) as told:
        from_text("Atlantis\nMontana: Custer, Nowhere")

    assert told.value.args == (
        "“Atlantis” is no state.",
        "“Nowhere” is no county of Montana.",
    )
