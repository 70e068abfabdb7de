"""States and counties as lines of text."""

from __future__ import annotations

import pytest

from listings.areas import UnknownArea, from_text, to_text
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


def test_every_name_that_is_none_is_told():
    with pytest.raises(UnknownArea) as told:
        from_text("Atlantis\nMontana: Custer, Nowhere")

    assert told.value.args == (
        "“Atlantis” is no state.",
        "“Nowhere” is no county of Montana.",
    )
