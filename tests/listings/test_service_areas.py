"""Service areas are converted to lines of text and back."""

from __future__ import annotations

import pytest

from listings.service_areas import UnknownArea, from_text, to_text
from tests.factories import county, state

pytestmark = pytest.mark.django_db


def test_from_text_reads_back_what_to_text_writes():
    places = [state("MT"), county("Park County", "WY"), county("Big Horn County", "WY")]

    text = to_text(places)

    assert text == "Montana\nWyoming: Big Horn County, Park County"
    assert set(from_text(text)) == set(places)


def test_from_text_accepts_state_codes_and_short_county_names():
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
def test_from_text_rejects_a_name_of_several_counties_with_a_question(text, question):
    with pytest.raises(UnknownArea) as error:
        from_text(text)

    assert error.value.args == (question,)


def test_from_text_distinguishes_county_and_city_by_full_name():
    found = from_text("Virginia: Fairfax County, fairfax City, Alexandria")

    assert [place.name for place in found] == [
        "Fairfax County",
        "Fairfax city",
        "Alexandria city",
    ]


def test_from_text_reports_every_unknown_name():
    with pytest.raises(UnknownArea) as error:
        from_text("Atlantis\nMontana: Custer, Nowhere")

    assert error.value.args == (
        "“Atlantis” is not a state. Write its name or two letters, like Montana or MT.",
        "“Nowhere” is not a county of Montana.",
    )
