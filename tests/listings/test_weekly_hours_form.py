"""The boxes of a week are converted to an OpenStreetMap string and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.hours import validate_hours
from listings.weekly_hours_form import (
    DAYS,
    InvalidSpan,
    WeeklyHours,
    parse_day,
    parse_week,
)

times = st.builds(
    lambda hour, minute: f"{hour:02}:{minute:02}",
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45]),
)
spans = st.lists(
    st.tuples(times, times).filter(lambda span: span[0] != span[1]), max_size=2
)
weeks = st.tuples(*[spans] * 7).map(
    lambda rows: {day: row for day, row in zip(DAYS, rows, strict=True) if row}
)
grids = st.builds(
    WeeklyHours,
    days=weeks.filter(bool),
    closed_on_holidays=st.booleans(),
    by_appointment=st.booleans(),
)


@given(grids)
def test_week_is_read_back_from_its_string(grid):
    spec = str(grid)

    assert validate_hours(spec) == spec
    assert parse_week(spec) == grid


@pytest.mark.parametrize(
    ("spec", "monday", "saturday"),
    [
        ("Mo-Fr 09:00-17:00", "09:00-17:00", ""),
        (
            "Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-14:00",
            "09:00-12:00, 13:00-17:00",
            "10:00-14:00",
        ),
        ("Fr-Mo 20:00-02:00", "20:00-02:00", "20:00-02:00"),
        ("Mo,Sa 08:00-10:00", "08:00-10:00", "08:00-10:00"),
        ("24/7", "", ""),
        ("", "", ""),
    ],
)
def test_parse_week_fills_the_boxes(spec, monday, saturday):
    grid = parse_week(spec)

    assert (grid.text("Mo"), grid.text("Sa")) == (monday, saturday)


def test_by_appointment_alone_is_parsed():
    grid = WeeklyHours(by_appointment=True)

    assert str(grid) == 'unknown "by appointment"'
    assert parse_week(str(grid)) == grid


@pytest.mark.parametrize(
    "spec",
    [
        *("Jan-Mar Mo 09:00-17:00", "Mo[1] 10:00-12:00", "sunrise-sunset", "We 09:00+"),
        'Mo 09:00-12:00 || "call first"',
        "Mo 09:00-12:00,13",
        "Xx 09:00-12:00",
        "Mo-Xx 09:00-12:00",
    ],
)
def test_parse_week_rejects_what_boxes_cannot_represent(spec):
    assert parse_week(spec) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("9-5", [("09:00", "17:00")]),
        ("9 to 5", [("09:00", "17:00")]),
        ("10-2", [("10:00", "14:00")]),
        ("11-1", [("11:00", "13:00")]),
        ("noon-1", [("12:00", "13:00")]),
        ("12-4", [("12:00", "16:00")]),
        ("1-3pm", [("13:00", "15:00")]),
        ("1-5 pm", [("13:00", "17:00")]),
        ("9-5 pm", [("09:00", "17:00")]),
        ("10-2 am", [("22:00", "02:00")]),
        ("9 am-5", [("09:00", "17:00")]),
        ("8 pm-2", [("20:00", "02:00")]),
        ("9-noon", [("09:00", "12:00")]),
        ("9-17", [("09:00", "17:00")]),
        ("9-22:00", [("09:00", "22:00")]),
        ("midnight-8 am", [("00:00", "08:00")]),
        ("10:00-02:00", [("10:00", "02:00")]),
        ("9 am-noon and 1-5 pm", [("09:00", "12:00"), ("13:00", "17:00")]),
        ("9-12, 1-5", [("09:00", "12:00"), ("13:00", "17:00")]),
        ("9 am - 5 pm", [("09:00", "17:00")]),
        ("9:30am–noon, 1pm to 5:30 p.m.", [("09:30", "12:00"), ("13:00", "17:30")]),
        ("10 pm to 6 am", [("22:00", "06:00")]),
        ("8 am - midnight", [("08:00", "24:00")]),
        ("12 am-12 pm", [("00:00", "12:00")]),
        ("closed", []),
        ("", []),
    ],
)
def test_parse_day_accepts_many_ways_to_type_times(typed, expected):
    assert parse_day(typed) == expected


@pytest.mark.parametrize("typed", ["9-11", "6-10", "1-5", "8-midnight", "9-9", "5-9"])
def test_parse_day_rejects_an_ambiguous_time(typed):
    with pytest.raises(InvalidSpan, match="could be day or night"):
        parse_day(typed)


@pytest.mark.parametrize("typed", ["9", "morning", "25:00-26:00", "13 pm-14 pm", "9-"])
def test_parse_day_rejects_what_is_not_a_time(typed):
    with pytest.raises(InvalidSpan):
        parse_day(typed)


def test_typed_night_is_not_cut_by_the_next_day():
    grid = WeeklyHours(days={"Th": [("20:00", "02:00")], "Fr": [("09:00", "17:00")]})

    assert str(grid) == "Th 20:00-02:00, Fr 09:00-17:00"
    assert parse_week(str(grid)) == grid


def test_always_open_with_hours_of_a_day_is_not_parsed():
    assert parse_week("24/7; Mo 09:00-17:00") is None
    assert parse_week("24/7; PH off") is not None
