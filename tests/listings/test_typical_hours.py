"""Typical hours are described briefly, in each of the given time zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from listings.hours import Hours, OpenState, OpenStatus
from listings.typical_hours import describe_typical_hours, timeless_status

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
EASTERN, CENTRAL = "America/New_York", "America/Chicago"
GUAM, ARIZONA = "Pacific/Guam", "America/Phoenix"


def describe(spec, *zones, zone=EASTERN, at=TUESDAY):
    return describe_typical_hours(Hours(spec, zone), at, list(zones or (zone,)))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", "Hours not listed"),
        ("24/7", "Day and night"),
        ("Mo-Su 09:00-21:00", "Every day 9 am to 9 pm"),
        ("Mo-Fr 09:00-17:00", "Mon–Fri 9 am to 5 pm"),
        (
            "Mo-Fr 16:00-24:00; Sa 12:00-17:00",
            "Mon–Fri 4 pm to midnight; Sat noon to 5 pm",
        ),
        ("Mo,Fr-Su 13:00-19:00", "Mon, Fri–Sun 1 pm to 7 pm"),
        ("Mo 09:00-12:00,13:00-17:00", "Mon 9 am to noon, 1 pm to 5 pm"),
        ("Mo-Su 17:00-09:00", "Every day 5 pm to 9 am"),
        ("Sa-Su 00:00-24:00", "Sat–Sun all day and night"),
        ('Mo 09:00-12:00 unknown "by appointment"', "Mon by appointment"),
        ("2027 Mo 09:00-12:00", "2027 Mo: 9 am to noon"),
        ("Mo[1] 10:00-12:00", "First Monday of the month: 10 am to noon"),
        (
            "Jan-Mar Mo-Fr 09:00-17:00",
            "January–March, Mon–Fri: 9 am to 5 pm",
        ),
        ("Dec 24 10:00-12:00", "December 24: 10 am to noon"),
    ],
)
def test_typical_hours_are_short_and_complete(spec, words):
    assert describe(spec) == words


def test_unknown_hours_are_described_as_not_listed():
    assert timeless_status(Hours("", EASTERN), TUESDAY) == OpenStatus(OpenState.UNKNOWN)


def test_holiday_does_not_change_the_typical_hours():
    """Thanksgiving is in the first week and Christmas in the fifth."""
    assert describe("Mo-Fr 09:00-17:00; PH off") == "Mon–Fri 9 am to 5 pm"
    assert describe("Mo-Fr 09:00-17:00; Dec 24-Jan 1 off", at=TUESDAY) == (
        "Mon–Fri 9 am to 5 pm"
    )


def test_seasonal_hours_include_their_dates():
    spec = "Apr 01-Nov 22 Mo 09:00-17:00; Nov 23-Mar 31 Mo 09:00-12:00"

    assert describe(spec) == (
        "April 1–November 22, Mon: 9 am to 5 pm; "
        "November 23–March 31, Mon: 9 am to noon"
    )


def test_state_with_two_zones_gets_both_times():
    assert describe("Mo-Sa 17:00-21:00", EASTERN, CENTRAL) == (
        "Mon–Sat 5 pm to 9 pm Eastern time, 4 pm to 8 pm Central time"
    )


def test_different_daily_times_are_grouped_by_zone():
    assert describe("Mo 09:00-17:00; Sa 12:00-17:00", EASTERN, CENTRAL) == (
        "Eastern time: Mon 9 am to 5 pm; Sat noon to 5 pm · "
        "Central time: Mon 8 am to 4 pm; Sat 11 am to 4 pm"
    )


def test_hours_equal_in_every_zone_are_described_once():
    assert describe("24/7", EASTERN, CENTRAL) == "Day and night"


def test_weekdays_shift_across_the_date_line():
    assert describe("Mo-Fr 16:00-24:00", GUAM) == "Tue–Sat 7 am to 3 pm"


def test_zone_without_daylight_time_gets_the_times_of_the_season():
    july = datetime(2026, 7, 14, 12, tzinfo=UTC)

    assert describe("Mo 09:00-10:00", ARIZONA, zone=CENTRAL) == "Mon 8 am to 9 am"
    assert (
        describe("Mo 09:00-10:00", ARIZONA, zone=CENTRAL, at=july) == "Mon 7 am to 8 am"
    )
