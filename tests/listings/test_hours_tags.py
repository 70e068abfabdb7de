"""Template tags describe hours with times and the name of the zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from listings.hours import Hours
from listings.templatetags.hours import (
    as_of,
    changed_days,
    day_name,
    hours_status,
    opening_times,
    week,
)
from listings.time_zones import ZONES, zone_name
from places.states import STATES

# A Tuesday, 10 am in New York.
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def describe(spec, zone="America/New_York", caller="America/New_York", at=AT):
    return hours_status(Hours(spec, zone).status(at), at, caller)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("24/7", "Open now, day and night"),
        ("Mo-Fr 09:00-17:00", "Open now until 5 pm, Eastern time"),
        ("Mo-Su 09:00-12:00", "Open now until noon, Eastern time"),
        ("Mo-Su 09:30-02:30", "Open now until 2:30 am, Eastern time"),
        ("Mo-We 00:00-24:00", "Open now until Thursday at midnight, Eastern time"),
        ("Mo-Su 17:00-22:00", "Closed now. Opens today at 5 pm, Eastern time"),
        ("We 17:30-22:00", "Closed now. Opens tomorrow at 5:30 pm, Eastern time"),
        ("Sa 00:00-02:00", "Closed now. Opens Saturday at midnight, Eastern time"),
        ("Jan 02 09:00-17:00", "Closed now. Opens on January 2 at 9 am, Eastern time"),
        ("off", "Closed"),
        ("", "Hours not listed"),
        ('unknown "by appointment"', "Hours: by appointment"),
    ],
)
def test_hours_status_describes_the_status(spec, words):
    assert describe(spec) == words


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("Mo-Fr 09:00-17:00", "Abierto ahora hasta las 5 p. m., hora del Este"),
        ("Mo-Fr 09:00-13:30", "Abierto ahora hasta la 1:30 p. m., hora del Este"),
        ("Mo-Su 09:00-12:00", "Abierto ahora hasta el mediodía, hora del Este"),
        ("Tu 09:00-24:00", "Abierto ahora hasta la medianoche, hora del Este"),
        (
            "Mo-We 00:00-24:00",
            "Abierto ahora hasta el jueves a medianoche, hora del Este",
        ),
        ("Tu 20:30-22:00", "Cerrado ahora. Abre hoy a las 8:30 p. m., hora del Este"),
        ("We 13:00-14:00", "Cerrado ahora. Abre mañana a la 1 p. m., hora del Este"),
        ("Sa 12:00-14:00", "Cerrado ahora. Abre el sábado al mediodía, hora del Este"),
    ],
)
def test_hours_status_in_spanish_uses_articles(spec, words):
    with override("es"):
        assert describe(spec) == words


def test_as_of_in_spanish_uses_articles():
    with override("es"):
        assert as_of(AT, None) == "Actualizado a las 10 a. m., hora del Este."
    assert as_of(AT, None) == "Updated at 10 am, Eastern time."


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        ("America/Denver", "Open now until 3 pm, Mountain time"),
        ("Pacific/Honolulu", "Open now until noon, Hawaii time"),
        ("Pacific/Guam", "Open now until 8 am, Chamorro time"),
        ("America/Phoenix", "Open now until 3 pm, Arizona time"),
    ],
)
def test_hours_status_uses_the_zone_of_the_caller(caller, words):
    assert describe("Mo-Fr 09:00-17:00", caller=caller) == words


def test_every_zone_of_a_state_has_a_name():
    zones = {zone for state in STATES.values() for zone in state.zones}

    assert all(zone_name(zone) != zone for zone in zones)
    assert set(ZONES) <= available_timezones()


def test_week_table_has_a_row_for_each_day():
    hours = Hours("Mo 09:00-12:00,13:00-17:00", "America/New_York")

    rows = {day_name(day): opening_times(day) for day in hours.week(AT)}

    assert rows["Monday"] == "9 am to noon, 1 pm to 5 pm"
    assert rows["Tuesday"] == "Closed"


def test_whole_day_is_described_as_all_day_and_night():
    [monday, *_] = Hours("24/7", "America/New_York").week(AT)

    assert opening_times(monday) == "All day and night"


def test_unknown_span_shows_its_comment():
    hours = Hours('Mo-Su unknown "by appointment"', "America/New_York")

    assert {opening_times(day) for day in hours.week(AT)} == {"by appointment"}


def test_today_is_the_day_in_the_zone_of_the_caller():
    at = datetime(2026, 11, 24, 2, 30, tzinfo=ZoneInfo("Pacific/Honolulu"))

    words = describe("Mo-Fr 09:00-17:00", caller="Pacific/Honolulu", at=at)

    assert words == "Closed now. Opens today at 4 am, Hawaii time"


def test_changed_days_name_the_holiday():
    facts = {"hours": Hours("Mo-Fr 09:00-17:00; PH off", "America/New_York"), "at": AT}
    facts |= {"days": week(facts["hours"], AT)}
    facts |= {"changes": changed_days(facts["hours"], AT)}

    page = render_to_string("listings/_hours.html", facts)

    assert "Thanksgiving" in page
