"""Schedules of meetings: rules, time zones, daylight saving time, breaks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from meetings.schedule import (
    InvalidSchedule,
    Schedule,
    Window,
    next_starts,
    parse_rules,
    parse_spans,
)
from tests.meetings import independent_schedule

ZONES = [
    "America/New_York",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Puerto_Rico",
    "Pacific/Honolulu",
    "Pacific/Guam",
    "Pacific/Pago_Pago",
]
RULES = [
    "FREQ=WEEKLY;BYDAY=TH",
    "FREQ=WEEKLY;BYDAY=MO,WE,SU",
    "FREQ=DAILY",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYDAY=5WE",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=1SU,3SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR",
    "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO",
    "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270314",
]
# Times that daylight saving time skips or repeats, midnight, and evenings.
CLOCKS = ["00:00", "01:30", "02:30", "04:00", "18:00", "19:15", "23:30"]
# Near both changes of daylight saving time, the end of a year, and a leap day.
MOMENTS = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 12, 28, tzinfo=UTC),
    datetime(2027, 3, 12, tzinfo=UTC),
    datetime(2028, 2, 25, tzinfo=UTC),
]


def schedule(rule, clock="18:30", zone="America/Denver", anchor=None, breaks=""):
    first = date.fromisoformat(anchor) if anchor else None
    return Schedule(
        zone=ZoneInfo(zone),
        start=time.fromisoformat(clock),
        rules=parse_rules(rule, first),
        breaks=parse_spans(breaks),
    )


def random_row(chance):
    rule = chance.choice(RULES)
    first = date(2024, 1, 1) + timedelta(days=chance.randrange(900))
    return {
        "rrule": rule,
        "start_time": chance.choice(CLOCKS),
        "timezone": chance.choice(ZONES),
        "first_on": first.isoformat() if "INTERVAL" in rule else "",
        "skipped_dates": " ".join(
            (date(2026, 3, 1) + timedelta(days=chance.randrange(400))).isoformat()
            for _ in range(20)
        ),
    }


@pytest.mark.parametrize("seed", range(300))
def test_starts_match_an_independent_calculation(seed):
    chance = random.Random(seed)
    row = random_row(chance)
    first = chance.choice(MOMENTS) + timedelta(minutes=chance.randrange(3 * 24 * 60))
    last = first + timedelta(days=chance.choice([1, 7, 40]))
    ours = schedule(
        row["rrule"],
        row["start_time"],
        row["timezone"],
        row["first_on"],
        row["skipped_dates"],
    )
    assert Window(first, last).starts(ours) == independent_schedule.starts(
        row, first, last
    )


def test_time_skipped_by_daylight_saving_is_an_hour_later():
    ours = schedule("FREQ=DAILY", "02:30", "America/New_York")
    day = datetime(2027, 3, 14, 5, tzinfo=UTC)
    [start] = Window(day, day + timedelta(hours=20)).starts(ours)
    assert start.astimezone(ours.zone).time() == time(3, 30)


def test_time_repeated_by_daylight_saving_means_the_first():
    ours = schedule("FREQ=DAILY", "01:30", "America/New_York")
    day = datetime(2026, 11, 1, 4, tzinfo=UTC)
    [start] = Window(day, day + timedelta(hours=20)).starts(ours)
    assert start == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_fifth_weekday_skips_months_without_one():
    ours = schedule("FREQ=MONTHLY;BYDAY=5WE")
    found = next_starts(ours, datetime(2026, 12, 1, tzinfo=UTC), 3)
    days = [start.astimezone(ours.zone).date() for start in found]
    assert days == [date(2026, 12, 30), date(2027, 3, 31), date(2027, 6, 30)]


def test_interval_without_an_anchor_has_no_dates():
    ours = schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")
    assert not ours.has_dates
    assert next_starts(ours, datetime(2026, 12, 1, tzinfo=UTC), 5) == []


def test_interval_counts_from_an_old_anchor():
    ours = schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", anchor="2016-12-01")
    [start] = next_starts(ours, datetime(2026, 12, 1, tzinfo=UTC), 1)
    day = start.astimezone(ours.zone).date()
    assert (day - date(2016, 12, 1)).days % 14 == 0
    assert date(2026, 12, 1) <= day < date(2026, 12, 15)


def test_break_removes_dates_except_an_extra_date():
    ours = schedule("FREQ=WEEKLY;BYDAY=TH", breaks="2026-12-20/2027-01-05")
    ours = Schedule(
        ours.zone, ours.start, ours.rules, frozenset({date(2026, 12, 31)}), ours.breaks
    )
    found = next_starts(ours, datetime(2026, 12, 12, tzinfo=UTC), 4)
    days = [start.astimezone(ours.zone).date() for start in found]
    assert days == [
        date(2026, 12, 17),
        date(2026, 12, 31),
        date(2027, 1, 7),
        date(2027, 1, 14),
    ]


def test_dated_rule_changes_the_time_from_its_day_on():
    ours = schedule(
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231\n"
        "DTSTART:20270101T1930\nFREQ=WEEKLY;BYDAY=TH"
    )
    found = next_starts(ours, datetime(2026, 12, 28, tzinfo=UTC), 2)
    local = [start.astimezone(ours.zone).replace(tzinfo=None) for start in found]
    assert local == [datetime(2026, 12, 31, 18, 30), datetime(2027, 1, 7, 19, 30)]


def test_date_in_several_rules_occurs_once():
    ours = schedule("FREQ=WEEKLY;BYDAY=TH\nFREQ=MONTHLY;BYDAY=1TH")
    found = next_starts(ours, datetime(2026, 12, 1, tzinfo=UTC), 2)
    assert found[1] - found[0] == timedelta(days=7)


@pytest.mark.parametrize(
    "text",
    [
        "BYDAY=TH",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=2TH",
        "FREQ=WEEKLY;BYDAY=TH;BYHOUR=6",
        "FREQ=WEEKLY;BYDAY=TH;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;INTERVAL=0;BYDAY=TH",
        "FREQ=DAILY;FREQ=WEEKLY",
        "DTSTART:20270231",
        "every Thursday",
    ],
)
def test_invalid_rule_is_refused_with_an_explanation(text):
    with pytest.raises(InvalidSchedule, match="“"):
        parse_rules(text)


@pytest.mark.parametrize("text", ["2026-13-01", "12/24", "2026-12-24/2026-12-20"])
def test_invalid_date_is_refused_with_an_explanation(text):
    with pytest.raises(InvalidSchedule, match="“"):
        parse_spans(text)


def test_windows_of_a_rule_match_dateutil():
    """Windows divide a rule into parts, which together equal the whole rule."""
    anchor = date(2026, 1, 5)
    for rule in (r for r in RULES if "UNTIL" not in r):
        ours = parse_rules(rule, anchor)[0]
        whole = rrulestr(rule, dtstart=datetime(2026, 1, 5))
        year = (datetime(2026, 6, 1), datetime(2027, 5, 31))
        days = [moment.date() for moment in whole.between(*year, inc=True)]
        pieces = []
        day = date(2026, 6, 1)
        while day < date(2027, 6, 1):
            pieces += ours.dates(day, day + timedelta(days=6))
            day += timedelta(days=7)
        assert [d for d in pieces if d < date(2027, 6, 1)] == days


def test_rule_for_an_impossible_day_has_no_dates():
    ours = schedule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert next_starts(ours, datetime(2026, 12, 1, tzinfo=UTC), 1) == []
