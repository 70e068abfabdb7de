"""Convert an OpenStreetMap hours string to the input boxes of a week, and back.

This module does not use Django. A string that the boxes cannot represent is edited as
text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS_OPEN = "24/7"
CLOSED_ON_HOLIDAYS = "PH off"
# The library knows only the observed days of these holidays, so their dates are added.
HOLIDAY_DATES = "Jan 01,Jul 04,Nov 11,Dec 25 off"
BY_APPOINTMENT = 'unknown "by appointment"'
TIME = re.compile(
    r"^(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?$",
    re.IGNORECASE,
)
EXACT_TIME = re.compile(r"^\d{2}:\d{2}$")
AM_OR_PM = re.compile(r"[ap]\.?\s*(?:m\.?)?$")
MINUTES_AN_HOUR = 60
SIX_HOURS = 6 * MINUTES_AN_HOUR
NOON = 12 * MINUTES_AN_HOUR
MINUTES_A_DAY = 24 * MINUTES_AN_HOUR
AMBIGUOUS_TIME = "“%s” could be day or night. Add am or pm to both, like 9 am-5 pm."
NAMED_TIMES = {"noon": "12:00", "midnight": "24:00"}
RULE = re.compile(r"^(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(?P<spans>[\d:,\-]+)$")
ADDED = re.compile(r",\s+(?=[A-Z])")
SPAN = re.compile(r"^(\d{2}:\d{2})-(\d{2}:\d{2})$")


class InvalidSpan(ValueError):
    """The text of a day cannot be parsed. The message is written for people."""


@dataclass
class WeeklyHours:
    """The hours of each day as ("09:00", "17:00").

    An end before its start is on the next day.
    """

    days: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    is_always_open: bool = False
    closed_on_holidays: bool = False
    by_appointment: bool = False

    def __str__(self) -> str:
        """Return the OpenStreetMap string; days with the same hours share a rule."""
        rules = [ALWAYS_OPEN] if self.is_always_open else self._day_rules()
        # A rule after ";" would cut the night before it at midnight. After "," it adds.
        rules = [", ".join(rules)] if self._has_night else rules
        if self.closed_on_holidays and any(rules):
            rules += [CLOSED_ON_HOLIDAYS, HOLIDAY_DATES]
        if self.by_appointment:
            rules.append(BY_APPOINTMENT)
            return (
                "; ".join(rules[:-1]) + " || " + BY_APPOINTMENT
                if rules[:-1]
                else rules[0]
            )
        return "; ".join(rules)

    @property
    def _has_night(self) -> bool:
        """Whether a span ends on the next day."""
        spans = (span for spans in self.days.values() for span in spans)
        return not self.is_always_open and any(end <= start for start, end in spans)

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
        return [f"{_format_days(days)} {spans}" for days, spans in rules]

    def text(self, day: str) -> str:
        """Return the content of a day's box, like "09:00-12:00, 13:00-17:00"."""
        return ", ".join(f"{start}-{end}" for start, end in self.days.get(day, []))


def parse_week(spec: str) -> WeeklyHours | None:
    """Parse an OpenStreetMap string; return None if the boxes cannot represent it."""
    grid = WeeklyHours()
    main, _bar, fallback = spec.partition("||")
    if fallback:
        grid.by_appointment = fallback.strip() == BY_APPOINTMENT
        if not grid.by_appointment:
            return None
    for rules in filter(None, (part.strip() for part in main.split(";"))):
        for number, rule in enumerate(ADDED.split(rules)):
            if not _apply_rule(grid, rule, adds=number > 0):
                return None
    # The boxes would lose the hours of a day next to "day and night" when saved.
    return None if grid.is_always_open and grid.days else grid


def _apply_rule(grid: WeeklyHours, rule: str, *, adds: bool) -> bool:
    if rule == ALWAYS_OPEN:
        grid.is_always_open = True
    elif rule == BY_APPOINTMENT:
        grid.by_appointment = True
    elif rule in (CLOSED_ON_HOLIDAYS, HOLIDAY_DATES):
        grid.closed_on_holidays = True
    else:
        return _apply_day_rule(grid, rule, adds=adds)
    return True


def _apply_day_rule(grid: WeeklyHours, rule: str, *, adds: bool) -> bool:
    found = RULE.match(rule)
    days = _parse_days(found["days"]) if found else None
    if not found or days is None:
        return False
    spans = [SPAN.match(span) for span in found["spans"].split(",")]
    if not all(spans):
        return False
    for day in days:
        # By the standard, a later rule replaces an earlier one, unless it follows a
        # comma.
        before = grid.days.get(day, []) if adds else []
        grid.days[day] = before + [(s[1], s[2]) for s in spans if s]
    return True


def _parse_days(text: str) -> list[str] | None:
    """Return ["Mo", "Tu", "Fr"] for "Mo-Tu,Fr"; None if the text is not weekdays."""
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


def _format_days(days: list[str]) -> str:
    """Return "Mo-Fr" for consecutive days and "Mo,We" for separate ones."""
    runs: list[list[str]] = []
    for day in days:
        if runs and DAYS.index(day) == DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [r[0] if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs]
    return ",".join(parts)


def parse_clock_time(text: str) -> str:
    """Return "18:30" for "6:30 pm". Raises InvalidSpan, also without am or pm."""
    cleaned = text.strip().casefold()
    minutes = _parse_time(cleaned)
    if not _is_unambiguous(cleaned):
        raise InvalidSpan(f"“{text}” could be morning or evening. Add am or pm.")
    return _format_time(minutes % MINUTES_A_DAY)


def parse_day(text: str) -> list[tuple[str, str]]:
    """Parse the hours typed for a day: "9-12, 1pm-5:30pm", "10 pm to 6 am", "closed".

    Raises InvalidSpan.
    """
    cleaned = text.strip().casefold().replace("–", "-").replace(" to ", "-")
    if not cleaned or cleaned in ("closed", "off", "-"):
        return []
    found: list[tuple[str, str]] = []
    for part in re.split(r"[,;]| and ", cleaned):
        if part.strip():
            found.append(_parse_span(part.strip(), is_later=bool(found)))
    return found


def _parse_span(text: str, *, is_later: bool) -> tuple[str, str]:
    """Parse one span; `is_later` means that the day has an earlier span."""
    parts = [part.strip() for part in text.split("-")]
    if len(parts) != 2 or not all(parts):
        raise InvalidSpan(f"“{text}” needs a start and an end, like 9 am-5 pm.")
    if all(EXACT_TIME.match(part) for part in parts):
        first, last = (_parse_time(part) for part in parts)
    else:
        first, last = _resolve_am_pm(text, *parts, is_later=is_later)
    return _format_time(first % MINUTES_A_DAY), _format_time(
        last % MINUTES_A_DAY or MINUTES_A_DAY
    )


def _resolve_am_pm(
    text: str, start: str, end: str, *, is_later: bool
) -> tuple[int, int]:
    """Return both times in minutes; add am or pm where only one of them has it.

    The half of the day that makes the span shorter is chosen.
    """
    first, last = _parse_time(start), _parse_time(end)
    if not _is_unambiguous(start) and not _is_unambiguous(end):
        return _resolve_without_am_pm(text, first, last, is_later=is_later)
    if (
        not _is_unambiguous(start)
        and _parse_time(end) < MINUTES_A_DAY
        and (AM_OR_PM.search(end) or last == NOON)
    ):
        first = min(
            _both_halves(first),
            key=lambda time: (last - time) % MINUTES_A_DAY or MINUTES_A_DAY,
        )
    elif not _is_unambiguous(start) and last == MINUTES_A_DAY:
        raise InvalidSpan(AMBIGUOUS_TIME % text)
    elif not _is_unambiguous(end):
        last = min(
            _both_halves(last),
            key=lambda time: (time - first) % MINUTES_A_DAY or MINUTES_A_DAY,
        )
    return first, last


def _resolve_without_am_pm(
    text: str, first: int, last: int, *, is_later: bool
) -> tuple[int, int]:
    """Return both times in minutes where neither has am or pm.

    "9-5" is a workday, and "1-5" after a morning span is an afternoon. Raises
    InvalidSpan for anything else.
    """
    morning, evening = first % NOON, last % NOON + NOON
    if first == NOON and 0 < last % NOON <= SIX_HOURS:
        return first, evening
    if morning >= SIX_HOURS and evening <= NOON + SIX_HOURS and last % NOON < morning:
        return morning, evening
    if is_later and 0 < morning < last % NOON <= SIX_HOURS:
        return morning + NOON, evening
    raise InvalidSpan(AMBIGUOUS_TIME % text)


def _both_halves(minutes: int) -> tuple[int, int]:
    return minutes % NOON, minutes % NOON + NOON


def _is_unambiguous(text: str) -> bool:
    """Say whether a time names its half of the day or can have only one."""
    is_half_named = text in NAMED_TIMES or AM_OR_PM.search(text)
    return bool(is_half_named) or not 0 < _parse_time(text) < NOON + MINUTES_AN_HOUR


def _parse_time(text: str) -> int:
    """Return minutes after midnight. Raises InvalidSpan."""
    wrong = f"“{text}” is not a time. Write it like 9:30 am or 17:00."
    found = TIME.match(NAMED_TIMES.get(text, text))
    if not found:
        raise InvalidSpan(wrong)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise InvalidSpan(wrong)
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise InvalidSpan(wrong)
    return hour * MINUTES_AN_HOUR + minute


def _format_time(minutes: int) -> str:
    return f"{minutes // MINUTES_AN_HOUR:02}:{minutes % MINUTES_AN_HOUR:02}"
