"""The independent reader of warmlines.csv that the full ZIP check uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from bench.line_hours import is_open
from bench.line_rows import read_line_rows
from listings.hours import Hours, OpenState

LINE_ROWS = read_line_rows(settings.BASE_DIR / "fixtures" / "warmlines.csv")
# A week without a holiday or a clock change.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize("key", LINE_ROWS)
def test_independent_hours_evaluation_agrees_all_week(key):
    row = LINE_ROWS[key]
    states = {True: OpenState.OPEN, False: OpenState.CLOSED, None: OpenState.UNKNOWN}

    for half_hour in range(7 * 48):
        at = MONDAY + timedelta(minutes=30 * half_hour + 7)
        found = Hours(row.hours, row.timezone).status(at).state
        assert found is states[is_open(row.hours, row.timezone, at)], at


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 20, 0, 59), True),
        (datetime(2026, 11, 20, 1, 0), False),
        (datetime(2026, 11, 20, 19, 59), False),
        (datetime(2026, 11, 19, 20, 0), True),
        (datetime(2026, 11, 19, 0, 30), False),
    ],
)
def test_night_hours_continue_past_midnight(at, expected):
    assert is_open("Th-Fr 20:00-01:00", "UTC", at.replace(tzinfo=UTC)) is expected


def test_unknown_hours_syntax_is_an_error():
    with pytest.raises(ValueError, match="new"):
        is_open("Mo-Fr 09:00-17:00 off", "UTC", MONDAY)


@pytest.mark.parametrize(
    ("part", "state", "county", "refuses"),
    [
        ("nami-helpline", "HI", "Honolulu County", False),
        ("alabama-warmline", "AL", "Mobile County", False),
        ("alabama-warmline", "MT", "Custer County", True),
        ("nami-san-diego", "CA", "San Diego County", False),
        ("nami-san-diego", "CA", "Orange County", True),
        ("contact-of-ocean", "NJ", "Monmouth County", False),
        ("contact-of-ocean", "NJ", "Essex County", True),
        ("firstlink", "ND", "Cass County", False),
        ("firstlink", "MN", "Clay County", False),
        ("firstlink", "MN", "Cass County", True),
        ("allegheny", "PA", "Erie County", False),
    ],
)
def test_line_refuses_only_areas_it_excludes(part, state, county, refuses):
    [row] = [row for key, row in LINE_ROWS.items() if part in key]

    assert row.refuses(state, county) is refuses
