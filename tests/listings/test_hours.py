"""Opening hours at the moments where they go wrong elsewhere."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listings.hours import BadHours, Hours, State, check

EASTERN = ZoneInfo("America/New_York")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "warmlines.csv"
DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def eastern(*moment):
    return datetime(*moment, tzinfo=EASTERN)


def state(spec, at, zone="America/New_York"):
    return Hours(spec, zone).status(at).state


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ((2026, 11, 24, 2, 59), State.OPEN),
        ((2026, 11, 24, 3, 0), State.CLOSED),
        ((2026, 11, 24, 16, 59), State.CLOSED),
        ((2026, 11, 24, 17, 0), State.OPEN),
        ((2026, 11, 25, 0, 0), State.OPEN),
    ],
)
def test_a_night_passes_midnight(clock, expected):
    assert state("Mo-Su 17:00-03:00", eastern(*clock)) is expected


def test_midnight_as_24_ends_the_day():
    status = Hours("Mo-Fr 16:00-24:00", "America/New_York").status(
        eastern(2026, 11, 24, 23, 59)
    )

    assert (status.state, status.until) == (State.OPEN, eastern(2026, 11, 25, 0, 0))


@pytest.mark.parametrize(
    ("spec", "at", "expected"),
    [
        # Clocks spring forward at 2 am on 14 March 2027, and back on 1 November 2026.
        ("Mo-Su 01:00-04:00", eastern(2027, 3, 14, 3, 30), State.OPEN),
        ("Mo-Su 01:00-04:00", eastern(2027, 3, 14, 4, 0), State.CLOSED),
        ("Mo-Su 00:00-01:30", eastern(2026, 11, 1, 1, 29), State.OPEN),
        ("Mo-Su 20:00-02:00", eastern(2026, 11, 1, 1, 59), State.OPEN),
        ("Mo-Su 09:00-17:00", eastern(2026, 11, 1, 16, 59), State.OPEN),
        ("Mo-Su 09:00-17:00", eastern(2026, 11, 1, 17, 0), State.CLOSED),
    ],
)
def test_clocks_that_change(spec, at, expected):
    assert state(spec, at) is expected


def test_a_span_over_the_spring_change_ends_at_its_wall_clock():
    hours = Hours("Sa-Su 22:00-06:00", "America/New_York")

    status = hours.status(eastern(2027, 3, 14, 0, 30))

    assert status.until == eastern(2027, 3, 14, 6, 0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2026, 11, 26), State.CLOSED),  # Thanksgiving
        ((2026, 12, 25), State.CLOSED),
        ((2026, 11, 27), State.OPEN),
    ],
)
def test_public_holidays_are_kept(day, expected):
    spec = "Mo-Fr 09:00-17:00; PH off"

    assert state(spec, eastern(*day, 12)) is expected


def test_a_holiday_by_its_date_is_kept_on_that_date():
    # In 2027 the Fourth of July is a Sunday, and PH knows the Monday alone.
    spec = "Mo-Su 09:00-17:00; PH off; Jan 01,Jul 04,Nov 11,Dec 25 off"

    assert state(spec, eastern(2027, 7, 4, 12)) is State.CLOSED
    assert state(spec, eastern(2027, 7, 5, 12)) is State.CLOSED
    assert state(spec, eastern(2027, 7, 6, 12)) is State.OPEN


def test_a_caller_in_another_zone_gets_the_same_answer():
    honolulu = datetime(2026, 11, 24, 2, 30, tzinfo=ZoneInfo("Pacific/Honolulu"))

    status = Hours("Mo-Fr 09:00-17:00", "America/New_York").status(honolulu)

    # 2:30 am in Honolulu is 7:30 am in New York.
    assert status.state is State.CLOSED
    assert status.opens == eastern(2026, 11, 24, 9, 0)


@pytest.mark.parametrize("spec", ["", 'unknown "by appointment"'])
def test_hours_not_known_are_unknown(spec):
    assert state(spec, eastern(2026, 11, 24, 12)) is State.UNKNOWN


def test_by_appointment_says_so():
    hours = Hours('Mo-Fr 09:00-12:00; Sa unknown "by appointment"', "America/New_York")

    status = hours.status(eastern(2026, 11, 28, 12))

    assert (status.state, status.comment) == (State.UNKNOWN, "by appointment")


def test_day_and_night_has_no_end():
    status = Hours("24/7", "America/Denver").status(eastern(2026, 11, 24, 12))

    assert (status.state, status.until) == (State.OPEN, None)


def test_a_closed_line_tells_when_it_opens():
    status = Hours("Mo-Fr 09:00-17:00", "America/New_York").status(
        eastern(2026, 11, 27, 18)
    )

    assert status.opens == eastern(2026, 11, 30, 9, 0)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ('"by appointment"', "open all day and night"),
        ('Mo-Fr 09:00-12:00; "call first"', "open all day and night"),
        ("9 to 5", "cannot read"),
        ("\0", "cannot read"),
        ("Mo-Fr 09:00-17:00 " * 40, "at most 500"),
    ],
)
def test_what_is_not_hours_is_refused_in_words(spec, words):
    with pytest.raises(BadHours, match=words):
        check(spec)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='MoTuWeThFrSaSuPH0123456789:-,;+ offunkw"/24', max_size=80))
@example("24/7 off")
@example("Mo-")
@example("00:00-48:00")
@example("Jan 32")
def test_any_text_is_checked_or_refused(text):
    try:
        spec = check(text)
    except BadHours:
        return
    assert state(spec, eastern(2026, 11, 24, 12)) in State


def test_the_week_shows_a_night_on_the_day_it_begins():
    week = Hours("Fr-Su 20:00-02:00", "America/New_York").week(eastern(2026, 11, 24))

    begins = [[span.start.hour for span in day.spans] for day in week]

    assert begins == [[], [], [], [], [20], [20], [20]]
    assert [day.date.day for day in week if day.is_today] == [24]


def test_the_week_of_a_line_that_never_closes_is_whole_days():
    week = Hours("24/7", "America/New_York").week(eastern(2026, 11, 1, 12))

    assert [day.whole_day for day in week] == [True] * 7


def simple_spans(spec):
    """(weekday, start minute, length) of a spec of plain weekdays and times."""
    if spec == "24/7":
        return [(day, 0, 24 * 60) for day in range(7)]
    spans = []
    for rule in spec.split("; "):
        days, times = rule.split(" ")
        start, end = (int(part[:2]) * 60 + int(part[3:]) for part in times.split("-"))
        for days_part in days.split(","):
            first, _, last = days_part.partition("-")
            numbers = range(DAYS.index(first), DAYS.index(last or first) + 1)
            spans += [
                (day, start, (end - start) % (24 * 60) or 24 * 60) for day in numbers
            ]
    return spans


def simply_open(spans, minute):
    """By plain arithmetic, at a minute of the week."""
    week = 7 * 24 * 60
    return any(
        (minute - (day * 24 * 60 + start)) % week < length
        for day, start, length in spans
    )


@pytest.mark.parametrize(
    "spec",
    sorted(
        {
            row["hours"]
            for row in csv.DictReader(FIXTURE.read_text().splitlines())
            if row["hours"]
        }
    ),
)
def test_every_starter_string_agrees_with_plain_arithmetic(spec):
    hours, spans = Hours(check(spec), "UTC"), simple_spans(spec)
    monday = datetime(2026, 11, 23, tzinfo=UTC)

    for minute in range(0, 7 * 24 * 60, 15):
        at = monday + timedelta(minutes=minute)
        is_open = hours.status(at).state is State.OPEN
        assert is_open == simply_open(spans, minute), (spec, at)
