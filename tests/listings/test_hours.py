"""Opening hours are evaluated correctly at moments that are easy to get wrong."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listings import hours as hours_module
from listings.hours import Hours, InvalidHours, OpenState, OpenStatus, validate_hours

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
        ((2026, 11, 24, 2, 59), OpenState.OPEN),
        ((2026, 11, 24, 3, 0), OpenState.CLOSED),
        ((2026, 11, 24, 16, 59), OpenState.CLOSED),
        ((2026, 11, 24, 17, 0), OpenState.OPEN),
        ((2026, 11, 25, 0, 0), OpenState.OPEN),
    ],
)
def test_status_after_midnight_belongs_to_the_night_before(clock, expected):
    assert state("Mo-Su 17:00-03:00", eastern(*clock)) is expected


def test_status_closes_at_24_00():
    status = Hours("Mo-Fr 16:00-24:00", "America/New_York").status(
        eastern(2026, 11, 24, 23, 59)
    )

    assert (status.state, status.until) == (OpenState.OPEN, eastern(2026, 11, 25, 0, 0))


@pytest.mark.parametrize(
    ("spec", "at", "expected"),
    [
        # Clocks spring forward at 2 am on 14 March 2027, and back on 1 November 2026.
        ("Mo-Su 01:00-04:00", eastern(2027, 3, 14, 3, 30), OpenState.OPEN),
        ("Mo-Su 01:00-04:00", eastern(2027, 3, 14, 4, 0), OpenState.CLOSED),
        ("Mo-Su 00:00-01:30", eastern(2026, 11, 1, 1, 29), OpenState.OPEN),
        ("Mo-Su 20:00-02:00", eastern(2026, 11, 1, 1, 59), OpenState.OPEN),
        ("Mo-Su 09:00-17:00", eastern(2026, 11, 1, 16, 59), OpenState.OPEN),
        ("Mo-Su 09:00-17:00", eastern(2026, 11, 1, 17, 0), OpenState.CLOSED),
    ],
)
def test_status_on_days_when_clocks_change(spec, at, expected):
    assert state(spec, at) is expected


def test_span_over_the_spring_change_ends_by_the_wall_clock():
    hours = Hours("Sa-Su 22:00-06:00", "America/New_York")

    status = hours.status(eastern(2027, 3, 14, 0, 30))

    assert status.until == eastern(2027, 3, 14, 6, 0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2026, 11, 26), OpenState.CLOSED),  # Thanksgiving
        ((2026, 12, 25), OpenState.CLOSED),
        ((2026, 11, 27), OpenState.OPEN),
    ],
)
def test_status_on_public_holidays(day, expected):
    spec = "Mo-Fr 09:00-17:00; PH off"

    assert state(spec, eastern(*day, 12)) is expected


def test_status_on_a_holiday_given_by_date():
    # In 2027 the Fourth of July is a Sunday, and PH knows the Monday alone.
    spec = "Mo-Su 09:00-17:00; PH off; Jan 01,Jul 04,Nov 11,Dec 25 off"

    assert state(spec, eastern(2027, 7, 4, 12)) is OpenState.CLOSED
    assert state(spec, eastern(2027, 7, 5, 12)) is OpenState.CLOSED
    assert state(spec, eastern(2027, 7, 6, 12)) is OpenState.OPEN


def test_status_is_the_same_for_a_moment_in_another_zone():
    honolulu = datetime(2026, 11, 24, 2, 30, tzinfo=ZoneInfo("Pacific/Honolulu"))

    status = Hours("Mo-Fr 09:00-17:00", "America/New_York").status(honolulu)

    # 2:30 am in Honolulu is 7:30 am in New York.
    assert status.state is OpenState.CLOSED
    assert status.opens == eastern(2026, 11, 24, 9, 0)


@pytest.mark.parametrize("spec", ["", 'unknown "by appointment"'])
def test_status_of_empty_or_invalid_hours_is_unknown(spec):
    assert state(spec, eastern(2026, 11, 24, 12)) is OpenState.UNKNOWN


def test_status_by_appointment_has_a_comment():
    hours = Hours('Mo-Fr 09:00-12:00; Sa unknown "by appointment"', "America/New_York")

    status = hours.status(eastern(2026, 11, 28, 12))

    assert (status.state, status.comment) == (OpenState.UNKNOWN, "by appointment")


def test_status_of_always_open_has_no_end():
    status = Hours("24/7", "America/Denver").status(eastern(2026, 11, 24, 12))

    assert (status.state, status.until) == (OpenState.OPEN, None)


def test_closed_status_has_the_next_opening():
    status = Hours("Mo-Fr 09:00-17:00", "America/New_York").status(
        eastern(2026, 11, 27, 18)
    )

    assert status.opens == eastern(2026, 11, 30, 9, 0)


@pytest.mark.parametrize("spec", ["2029 Jan 01 09:00-10:00", "off"])
def test_opening_more_than_a_year_away_is_none(spec):
    status = Hours(spec, "America/New_York").status(eastern(2026, 11, 24, 12))

    assert status == OpenStatus(OpenState.CLOSED)


def test_change_more_than_a_year_away_is_none():
    status = Hours("2026-2029", "America/New_York").status(eastern(2026, 11, 24, 12))

    assert status == OpenStatus(OpenState.OPEN)


@pytest.mark.parametrize(
    ("clock", "comment"), [(12, "ring twice"), (18, "leave a message")]
)
def test_status_has_the_comment_of_its_rule(clock, comment):
    spec = 'Mo-Fr 09:00-17:00 "ring twice"; Mo-Fr 17:00-24:00 off "leave a message"'
    hours = Hours(spec, "America/New_York")

    assert hours.status(eastern(2026, 11, 24, clock)).comment == comment


def test_cached_status_is_used_until_it_changes():
    hours = Hours("Mo-Fr 09:00-17:00", "America/New_York")
    noon = hours.status(eastern(2026, 11, 24, 12))

    assert hours.status(eastern(2026, 11, 24, 16, 59)) is noon
    assert hours.status(eastern(2026, 11, 24, 17)).state is OpenState.CLOSED
    assert hours.status(eastern(2026, 11, 24, 12)) == noon


def test_status_cache_has_a_maximum_size(monkeypatch):
    monkeypatch.setattr(hours_module, "MAX_CACHED_STATUSES", 2)
    at = eastern(2026, 11, 24, 12)

    days = [Hours(f"Mo-Su {hour:02}:00-17:00", "America/New_York") for hour in range(3)]
    first, *_others = [hours.status(at) for hours in days]

    again = days[0].status(at)
    assert again == first
    assert again is not first


def test_status_without_an_end_is_computed_again_after_an_hour():
    hours = Hours("24/7", "America/New_York")
    noon = hours.status(eastern(2026, 11, 24, 12))

    assert hours.status(eastern(2026, 11, 24, 12, 59)) is noon
    assert hours.status(eastern(2026, 11, 24, 13)) is not noon


ALONE = (
    "A comment alone would mean open all day and night. "
    'Write unknown "by appointment" instead.'
)
UNREADABLE = (
    "We can't read these hours. Type them like M-F 9-5, Sat 10 am-2 pm, or "
    "Mo-Fr 09:00-17:00."
)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ('"by appointment"', ALONE),
        ('Mo-Fr 09:00-12:00; "call first"', ALONE),
        ('Mo-Fr 09:00-12:00 || "call first"', ALONE),
        ("9 to 5", UNREADABLE),
        ("\0", UNREADABLE),
        (f'24/7 "{"x" * 494}"', "Hours can be at most 500 characters long."),
    ],
)
def test_validate_hours_rejects_what_is_not_hours(spec, words):
    with pytest.raises(InvalidHours) as refused:
        validate_hours(spec)

    assert str(refused.value) == words


@pytest.mark.parametrize(
    "spec",
    [
        "",
        'unknown "by appointment"',
        'Mo-Fr 09:00-12:00; Sa unknown "call first"',
        'Mo-Fr 09:00-12:00 || unknown "call first"',
        f'24/7 "{"x" * 493}"',
    ],
)
def test_validate_hours_strips_outer_space(spec):
    assert validate_hours(f" {spec}\n") == spec


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='MoTuWeThFrSaSuPH0123456789:-,;+ offunkw"/24', max_size=80))
@example("24/7 off")
@example("Mo-")
@example("00:00-48:00")
@example("Jan 32")
def test_validate_hours_accepts_or_rejects_any_text(text):
    try:
        spec = validate_hours(text)
    except InvalidHours:
        return
    assert state(spec, eastern(2026, 11, 24, 12)) in OpenState


def test_week_shows_a_night_on_the_day_it_begins():
    week = Hours("Fr-Su 20:00-02:00", "America/New_York").week(eastern(2026, 11, 24))

    begins = [[span.start.hour for span in day.spans] for day in week]

    assert begins == [[], [], [], [], [20], [20], [20]]
    assert [day.date.day for day in week if day.is_today] == [24]


def test_week_of_always_open_has_whole_days():
    week = Hours("24/7", "America/New_York").week(eastern(2026, 11, 1, 12))

    assert [day.is_whole_day for day in week] == [True] * 7


def test_span_longer_than_a_day_is_split_at_midnight():
    spec = "Mo 00:00-24:00; Tu 00:00-00:30"

    week = Hours(spec, "America/New_York").week(eastern(2026, 11, 24, 12))

    assert [len(day.spans) for day in week] == [1, 1, 0, 0, 0, 0, 0]
    assert [day.is_whole_day for day in week[:2]] == [True, False]


def simple_spans(spec):
    """Parse weekdays and times into (weekday, start minute, length in minutes)."""
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
    """Say by plain arithmetic whether it is open at a minute of the week."""
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
def test_status_of_starter_hours_agrees_with_plain_arithmetic(spec):
    hours, spans = Hours(validate_hours(spec), "UTC"), simple_spans(spec)
    monday = datetime(2026, 11, 23, tzinfo=UTC)

    for minute in range(0, 7 * 24 * 60, 15):
        at = monday + timedelta(minutes=minute)
        is_open = hours.status(at).state is OpenState.OPEN
        assert is_open == simply_open(spans, minute), (spec, at)


def test_admin_and_import_preserve_a_night_before_a_day():
    spec = "Th 20:00-02:00; Fr 09:00-17:00"
    hours = Hours(spec, "America/New_York")

    status = hours.status(eastern(2026, 12, 3, 23))

    assert (status.state, status.until) == (OpenState.OPEN, eastern(2026, 12, 4, 2))
    assert state(spec, eastern(2026, 12, 4, 1, 59)) is OpenState.OPEN
    assert state(spec, eastern(2026, 12, 4, 2)) is OpenState.CLOSED
    assert state(spec, eastern(2026, 12, 5, 1)) is OpenState.CLOSED


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (3, (23, 59), OpenState.OPEN),
        (4, (0, 29), OpenState.OPEN),
        (4, (0, 30), OpenState.CLOSED),
        (5, (0, 10), OpenState.CLOSED),
        (6, (0, 10), OpenState.CLOSED),
        (7, (0, 10), OpenState.OPEN),
    ],
)
def test_friday_rule_preserves_the_end_of_thursday_night(day, clock, expected):
    spec = "Mo-Th,Su 09:00-00:30; Fr 09:00-16:30"

    assert state(spec, eastern(2026, 12, day, *clock)) is expected


@pytest.mark.parametrize("off", ["PH off", "Jan 01,Jul 04,Nov 11,Dec 25 off"])
@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (24, 23, OpenState.OPEN),
        (25, 1, OpenState.OPEN),
        (25, 2, OpenState.CLOSED),
        (25, 23, OpenState.CLOSED),
        (26, 1, OpenState.CLOSED),
        (29, 1, OpenState.OPEN),
    ],
)
def test_holiday_closes_only_its_own_night(off, day, clock, expected):
    spec = f"Mo-Fr 18:00-02:00; {off}"

    assert state(spec, eastern(2026, 12, day, clock)) is expected


def test_nights_within_seasons_pass_midnight():
    spec = "Jun-Aug Mo-Th 20:00-02:00; Jun-Aug Fr 09:00-17:00"

    assert state(spec, eastern(2026, 7, 17, 1)) is OpenState.OPEN
    assert state(spec, eastern(2026, 7, 18, 1)) is OpenState.CLOSED


@pytest.mark.parametrize(
    "spec",
    [
        'Mo-Fr 09:00-17:00 || unknown "by appointment"',
        'Mo-Fr 09:00-17:00; unknown "by appointment"',
        'Mo-Fr 09:00-17:00; PH off; Dec 25 off || unknown "by appointment"',
    ],
)
def test_by_appointment_at_other_times_is_still_weekly(spec):
    hours = Hours(spec, "America/New_York")
    saturday = eastern(2026, 12, 5, 12)

    week = hours.week(saturday)

    assert [[s.start.hour for s in day.spans] for day in week] == [[9]] * 5 + [[]] * 2
    assert hours.other_times == "by appointment"
    assert hours.status(eastern(2026, 12, 4, 12)).state is OpenState.OPEN
    assert hours.status(saturday).comment == "by appointment"
    assert hours.status(saturday).opens == eastern(2026, 12, 7, 9)


@pytest.mark.parametrize("zone", ["", "Mountain", "../etc/passwd", "\0", "America"])
def test_hours_in_an_unknown_zone_are_unknown(zone):
    hours = Hours("Mo-Fr 09:00-17:00", zone)

    assert not hours.is_known
    assert hours.status(eastern(2026, 12, 4, 12)) == OpenStatus(OpenState.UNKNOWN)
    assert hours.week(eastern(2026, 12, 4, 12)) == ()


def test_changed_days_contain_the_holiday():
    hours = Hours("Mo-Fr 09:00-17:00; PH off", "America/New_York")

    changed = hours.changed_days(eastern(2026, 11, 24))

    assert [(day.date.day, day.spans) for day in changed] == [(26, ())]
    assert hours.changed_days(eastern(2026, 12, 4)) == ()
