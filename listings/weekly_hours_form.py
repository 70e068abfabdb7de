"""A week of opening hours as boxes to fill in, to and from an OpenStreetMap string.

Plain Python. Only what the boxes can hold is read; any other string stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS = "24/7"
HOLIDAYS = "PH off"
# The library knows the observed days of holidays only, so the days themselves too.
HOLIDAY_DATES = "Jan 01,Jul 04,Nov 11,Dec 25 off"
APPOINTMENT = 'unknown "by appointment"'
TIME = re.compile(
    r"^(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?$",
    re.IGNORECASE,
)
EXACT = re.compile(r"^\d{2}:\d{2}$")
HALF = re.compile(r"[ap]\.?\s*(?:m\.?)?$")
MINUTES_AN_HOUR = 60
SIX_HOURS = 6 * MINUTES_AN_HOUR
NOON = 12 * MINUTES_AN_HOUR
A_DAY = 24 * MINUTES_AN_HOUR
AMBIGUOUS = "“%s” could be day or night. Add am or pm to both, like 9 am-5 pm."
NAMED_TIMES = {"noon": "12:00", "midnight": "24:00"}
RULE = re.compile(r"^(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(?P<spans>[\d:,\-]+)$")
ADDED = re.compile(r",\s+(?=[A-Z])")
SPAN = re.compile(r"^(\d{2}:\d{2})-(\d{2}:\d{2})$")


class BadSpan(ValueError):
    """The text of one day cannot be read; the message says so in plain words."""


@dataclass
class Grid:
    """Per day the spans as ("09:00", "17:00"); an end before its start is next day."""

    days: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    always: bool = False
    closed_on_holidays: bool = False
    by_appointment: bool = False

    def __str__(self) -> str:
        """The OpenStreetMap string, days with the same hours said together."""
        rules = [ALWAYS] if self.always else self._day_rules()
        # A rule after ";" would cut the night before it at midnight; "," adds.
        rules = [", ".join(rules)] if self._has_night else rules
        if self.closed_on_holidays and any(rules):
            rules += [HOLIDAYS, HOLIDAY_DATES]
        if self.by_appointment:
            rules.append(APPOINTMENT)
            return (
                "; ".join(rules[:-1]) + " || " + APPOINTMENT if rules[:-1] else rules[0]
            )
        return "; ".join(rules)

    @property
    def _has_night(self) -> bool:
        """Says whether a span ends on the next day."""
        spans = (span for spans in self.days.values() for span in spans)
        return not self.always and any(end <= start for start, end in spans)

    def _day_rules(self) -> list[str]:
        rules: list[tuple[list[str], str]] = []
        for day in DAYS:
            spans = ",".join(f"{start}-{end}" for start, end in self.days.get(day, []))
            if not spans:
                continue
            if known := next((days for days, same in rules if same == spans), None):
                known.append(day)
            else:
                rules.append(([day], spans))
        return [f"{_days_words(days)} {spans}" for days, spans in rules]

    def text(self, day: str) -> str:
        """The box of one day: "09:00-12:00, 13:00-17:00"."""
        return ", ".join(f"{start}-{end}" for start, end in self.days.get(day, []))


def read(spec: str) -> Grid | None:
    """The boxes of an OpenStreetMap string; None where they cannot hold it."""
    grid = Grid()
    main, _bar, fallback = spec.partition("||")
    if fallback:
        grid.by_appointment = fallback.strip() == APPOINTMENT
        if not grid.by_appointment:
            return None
    for rules in filter(None, (part.strip() for part in main.split(";"))):
        for number, rule in enumerate(ADDED.split(rules)):
            if not _take(grid, rule, adds=number > 0):
                return None
    # Saved from the boxes, the hours of a day would be lost beside "day and night".
    return None if grid.always and grid.days else grid


def _take(grid: Grid, rule: str, *, adds: bool) -> bool:
    if rule == ALWAYS:
        grid.always = True
    elif rule == APPOINTMENT:
        grid.by_appointment = True
    elif rule in (HOLIDAYS, HOLIDAY_DATES):
        grid.closed_on_holidays = True
    else:
        return _take_days(grid, rule, adds=adds)
    return True


def _take_days(grid: Grid, rule: str, *, adds: bool) -> bool:
    found = RULE.match(rule)
    days = _days_of(found["days"]) if found else None
    if not found or days is None:
        return False
    spans = [SPAN.match(span) for span in found["spans"].split(",")]
    if not all(spans):
        return False
    for day in days:
        # A later rule takes the place of an earlier one, as the standard says,
        # unless it comes after a comma.
        before = grid.days.get(day, []) if adds else []
        grid.days[day] = before + [(s[1], s[2]) for s in spans if s]
    return True


def _days_of(text: str) -> list[str] | None:
    """["Mo", "Tu", "Fr"] for "Mo-Tu,Fr"; None for what is no day of the week."""
    found: list[str] = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            end += 7
        found += [DAYS[number % 7] for number in range(start, end + 1)]
    return found


def _days_words(days: list[str]) -> str:
    """ "Mo-Fr" for five days in a row, "Mo,We" for two apart."""
    runs: list[list[str]] = []
    for day in days:
        if runs and DAYS.index(day) == DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [r[0] if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs]
    return ",".join(parts)


def read_day(text: str) -> list[tuple[str, str]]:
    """The spans typed for one day: "9-12, 1pm-5:30pm", "10 pm to 6 am", "closed".

    Raises BadSpan.
    """
    cleaned = text.strip().casefold().replace("–", "-").replace(" to ", "-")
    if not cleaned or cleaned in ("closed", "off", "-"):
        return []
    found: list[tuple[str, str]] = []
    for part in re.split(r"[,;]| and ", cleaned):
        if part.strip():
            found.append(_span(part.strip(), is_later=bool(found)))
    return found


def _span(text: str, *, is_later: bool) -> tuple[str, str]:
    """A span; `is_later` says that another one comes before it on the same day."""
    parts = [part.strip() for part in text.split("-")]
    if len(parts) != 2 or not all(parts):
        raise BadSpan(f"“{text}” needs a start and an end, like 9 am-5 pm.")
    if all(EXACT.match(part) for part in parts):
        first, last = (_time(part) for part in parts)
    else:
        first, last = _with_halves(text, *parts, is_later=is_later)
    return _clock(first % A_DAY), _clock(last % A_DAY or A_DAY)


def _with_halves(text: str, start: str, end: str, *, is_later: bool) -> tuple[int, int]:
    """Minutes of both; a time without am or pm is the nearest to the other one."""
    first, last = _time(start), _time(end)
    if not _is_clear(start) and not _is_clear(end):
        return _office_hours(text, first, last, is_later=is_later)
    if (
        not _is_clear(start)
        and _time(end) < A_DAY
        and (HALF.search(end) or last == NOON)
    ):
        first = min(_halves(first), key=lambda time: (last - time) % A_DAY or A_DAY)
    elif not _is_clear(start) and last == A_DAY:
        raise BadSpan(AMBIGUOUS % text)
    elif not _is_clear(end):
        last = min(_halves(last), key=lambda time: (time - first) % A_DAY or A_DAY)
    return first, last


def _office_hours(
    text: str, first: int, last: int, *, is_later: bool
) -> tuple[int, int]:
    """ "9-5" is a day, and "1-5" after a morning is an afternoon; the rest asks."""
    morning, evening = first % NOON, last % NOON + NOON
    if first == NOON and 0 < last % NOON <= SIX_HOURS:
        return first, evening
    if morning >= SIX_HOURS and evening <= NOON + SIX_HOURS and last % NOON < morning:
        return morning, evening
    if is_later and 0 < morning < last % NOON <= SIX_HOURS:
        return morning + NOON, evening
    raise BadSpan(AMBIGUOUS % text)


def _halves(minutes: int) -> tuple[int, int]:
    return minutes % NOON, minutes % NOON + NOON


def _is_clear(text: str) -> bool:
    """Says whether only one half of the day can be meant."""
    is_half_named = text in NAMED_TIMES or HALF.search(text)
    return bool(is_half_named) or not 0 < _time(text) < NOON + MINUTES_AN_HOUR


def _time(text: str) -> int:
    """Minutes after midnight, as written. Raises BadSpan."""
    wrong = f"“{text}” is not a time. Write it like 9:30 am or 17:00."
    found = TIME.match(NAMED_TIMES.get(text, text))
    if not found:
        raise BadSpan(wrong)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise BadSpan(wrong)
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise BadSpan(wrong)
    return hour * MINUTES_AN_HOUR + minute


def _clock(minutes: int) -> str:
    return f"{minutes // MINUTES_AN_HOUR:02}:{minutes % MINUTES_AN_HOUR:02}"
