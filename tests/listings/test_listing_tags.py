"""Template tags describe distances and dates, and rows are named in the admin."""

from __future__ import annotations

import pytest

from caching.models import DirectoryVersion
from guides.models import Credential
from listings.slugs import SlugRedirect
from listings.templatetags.listing import miles, partial_date
from places.models import PlaceAlias


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (None, ""),
        (0.99, "less than a mile away"),
        (4.24, "4.2 miles away"),
        (1200.4, "1,200 miles away"),
    ],
)
def test_miles_in_words(distance, words):
    assert miles(distance) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "undated"),
        ("2022", "2022"),
        ("2022-05", "May 2022"),
        ("2022-05-03", "May 3, 2022"),
        ("2022-13-40", "2022-13-40"),
        ("1-2-3-4", "1-2-3-4"),
    ],
)
def test_partial_date_shows_what_is_known(text, words):
    assert partial_date(text) == words


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (SlugRedirect(slug="old-address"), "old-address"),
        (PlaceAlias(key="utqiagvik"), "utqiagvik"),
        (DirectoryVersion(number=7), "7"),
        (Credential(state="MT", name="Example"), "MT: Example"),
    ],
)
def test_str_of_a_row_is_its_name(row, name):
    assert str(row) == name
