"""Schedules of meetings: RFC 5545 rules, extra dates and breaks in a time zone.

This module does not use the database. Dates are computed for a window of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

ONE_DAY = timedelta(days=1)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# A rule gives only dates. The meeting gives the time of day.
RULE_PART_PATTERNS = {
    "FREQ": re.compile("|".join(FREQUENCIES)),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}"),
    "BYDAY": re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"),
    "BYMONTHDAY": re.compile(r"-?(?:[1-9]|[12]\d|3[01])"),
    "BYMONTH": re.compile(r"[1-9]|1[0-2]"),
    "BYSETPOS": re.compile(r"-?[1-5]"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}
LIST_PARTS = {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
# A line before a rule: the day to count from, and perhaps a time of day.
ANCHOR = re.compile(r"DTSTART:(\d{8})(?:T(\d{2})(\d{2})(?:00)?)?")
DATE_OR_BREAK = re.compile(r"(\d{4}-\d{2}-\d{2})(?:/(\d{4}-\d{2}-\d{2}))?")
MAX_RULES = 20
MAX_DATES = 200


class InvalidSchedule(ValueError):
    """A schedule is invalid; the message explains why to a curator."""


@dataclass(frozen=True)
class Rule:
    """One RFC 5545 rule. `anchor` is a day on which it met, for intervals."""

    text: str
    anchor: date | None = None
    start: time | None = None

    @property
    def needs_anchor(self) -> bool:
        """True if the rule has no definite dates without an anchor."""
        parts = rule_parts(self.text)
        if "COUNT" in parts or parts.get("INTERVAL", "1") != "1":
            return True
        has_days = "BYDAY" in parts or "BYMONTHDAY" in parts
        if parts["FREQ"] == "YEARLY":
            return not (has_days and "BYMONTH" in parts)
        return parts["FREQ"] != "DAILY" and not has_days

    def dates(self, first: date, last: date) -> list[date]:
        """Return the dates of the rule from `first` to `last`, inclusive."""
        begins = self._count_from(first)
        if begins is None or begins > last:
            return []
        # Without an end, a rule for February 30 would be searched forever.
        has_end = "UNTIL" in self.text or "COUNT" in self.text
        text = self.text if has_end else f"{self.text};UNTIL={last:%Y%m%d}"
        found = rrulestr(text, dtstart=datetime.combine(begins, time()))
        window = (datetime.combine(day, time()) for day in (first, last))
        return [start.date() for start in found.between(*window, inc=True)]

    def _count_from(self, first: date) -> date | None:
        """Return the day to count from, or None if it is unknown."""
        if not self.needs_anchor:
            return max(first, self.anchor) if self.anchor else first
        if self.anchor is None:
            return None
        parts = rule_parts(self.text)
        unit = {"DAILY": 1, "WEEKLY": 7}.get(parts["FREQ"])
        if unit is None or "COUNT" in parts or first <= self.anchor:
            return self.anchor
        # Whole intervals are skipped, so that an old anchor costs no time.
        step = unit * int(parts.get("INTERVAL", "1"))
        return self.anchor + timedelta(days=(first - self.anchor).days // step * step)


@dataclass(frozen=True)
class Schedule:
    """The starts of a meeting, as local dates and times in `zone`."""

    zone: ZoneInfo
    start: time
    rules: tuple[Rule, ...] = ()
    extra: frozenset[date] = frozenset()
    # First and last day of each break; a single skipped day is a break of one day.
    breaks: tuple[tuple[date, date], ...] = ()
    # Says whether a day is a holiday without a meeting; None means it never is.
    is_holiday: Callable[[date], object] | None = None

    @property
    def has_dates(self) -> bool:
        """True if any date can be computed."""
        has_rule = any(not rule.needs_anchor or rule.anchor for rule in self.rules)
        return has_rule or bool(self.extra)

    def is_in_break(self, day: date) -> bool:
        if self.is_holiday is not None and self.is_holiday(day):
            return True
        return any(first <= day <= last for first, last in self.breaks)


@dataclass
class Window:
    """Computes starts of meetings in `first` <= start < `last`.

    Rules and local times that several meetings share are computed once.
    """

    first: datetime
    last: datetime
    _dates: dict[Rule, list[date]] = field(default_factory=dict)
    _moments: dict[tuple[date, time, str], datetime] = field(default_factory=dict)

    def starts(self, schedule: Schedule) -> list[datetime]:
        """Return the starts of a schedule in order, in UTC."""
        found = {
            self._utc_start(day, rule.start or schedule.start, schedule.zone)
            for rule in schedule.rules
            for day in self._dates_of(rule)
            if not schedule.is_in_break(day)
        }
        # Someone added an extra date deliberately, so a break does not remove it.
        found |= {
            self._utc_start(day, schedule.start, schedule.zone)
            for day in schedule.extra
        }
        return sorted(m for m in found if self.first <= m < self.last)

    def _dates_of(self, rule: Rule) -> list[date]:
        if rule not in self._dates:
            # A local date may be a day before or after the date in UTC.
            first, last = self.first.astimezone(UTC), self.last.astimezone(UTC)
            self._dates[rule] = rule.dates(
                first.date() - ONE_DAY, last.date() + ONE_DAY
            )
        return self._dates[rule]

    def _utc_start(self, day: date, start: time, zone: ZoneInfo) -> datetime:
        key = (day, start, zone.key)
        if key not in self._moments:
            self._moments[key] = to_utc(day, start, zone)
        return self._moments[key]


def to_utc(day: date, start: time, zone: ZoneInfo) -> datetime:
    """Convert a local time to UTC as RFC 5545 requires.

    A time that daylight saving time skips uses the offset before the change, and a time
    that occurs twice means the first.
    """
    return datetime.combine(day, start, tzinfo=zone).astimezone(UTC)


def next_starts(schedule: Schedule, at: datetime, number: int) -> list[datetime]:
    """Return the next starts from a moment, as far as two years ahead."""
    found: list[datetime] = []
    first = at
    for days in (35, 120, 575):
        last = first + timedelta(days=days)
        found += Window(first, last).starts(schedule)
        if len(found) >= number:
            break
        first = last
    return found[:number]


def parse_rules(text: str, anchor: date | None = None) -> tuple[Rule, ...]:
    """Parse one rule per line. A line DTSTART:20270107T1930 applies to rules below it.

    Raises InvalidSchedule.
    """
    rules = []
    start = None
    for line in text.split():
        line = line.removeprefix("RRULE:").upper()
        if line.startswith("DTSTART"):
            anchor, start = _parse_anchor(line)
        else:
            _check_rule(line)
            rules.append(Rule(line, anchor, start))
    if len(rules) > MAX_RULES:
        raise InvalidSchedule(f"A meeting can have {MAX_RULES} rules at most.")
    return tuple(rules)


def parse_time(text: str) -> time:
    """Parse a time like 18:30. Raises InvalidSchedule."""
    if not CLOCK_TIME.fullmatch(text):
        raise InvalidSchedule(f"“{text}” is not a time. Write it like 18:30.")
    return time.fromisoformat(text)


def parse_date(text: str) -> date:
    """Parse a date like 2026-12-24. Raises InvalidSchedule."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidSchedule(
            f"“{text}” is not a date. Write it like 2026-12-24."
        ) from None


def parse_spans(text: str) -> tuple[tuple[date, date], ...]:
    """Parse "2026-12-24 2026-12-27/2027-01-05". Raises InvalidSchedule."""
    spans = []
    for word in re.split(r"[\s;,]+", text.strip()):
        if not word:
            continue
        found = DATE_OR_BREAK.fullmatch(word)
        if not found:
            raise InvalidSchedule(
                f"“{word}” is not a date. Write days like 2026-12-24, and a break "
                "like 2026-12-20/2027-01-05."
            )
        first = parse_date(found[1])
        last = parse_date(found[2]) if found[2] else first
        if last < first:
            raise InvalidSchedule(f"The break “{word}” ends before it begins.")
        spans.append((first, last))
    if len(spans) > MAX_DATES:
        raise InvalidSchedule(f"A meeting can have {MAX_DATES} single dates at most.")
    return tuple(spans)


def expand_spans(spans: Iterable[tuple[date, date]]) -> frozenset[date]:
    """Return every day of the spans. Raises InvalidSchedule for too many days."""
    days: set[date] = set()
    for first, last in spans:
        number = (last - first).days + 1
        if len(days) + number > MAX_DATES:
            raise InvalidSchedule(
                f"A meeting can have {MAX_DATES} single dates at most."
            )
        days |= {first + timedelta(days=n) for n in range(number)}
    return frozenset(days)


def _parse_anchor(line: str) -> tuple[date, time | None]:
    found = ANCHOR.fullmatch(line)
    if not found:
        raise InvalidSchedule(f"“{line}” is not a start like DTSTART:20270107T1930.")
    digits, hour, minute = found.groups()
    day = parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    return day, parse_time(f"{hour}:{minute}") if hour else None


def rule_parts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def _check_rule(line: str) -> None:
    """Raises InvalidSchedule."""
    names = [part.split("=", 1)[0] for part in line.split(";")]
    parts = rule_parts(line)
    if "FREQ" not in parts or len(parts) != len(names):
        raise InvalidSchedule(f"“{line}” is not a rule like FREQ=WEEKLY;BYDAY=TH.")
    for name, value in parts.items():
        pattern = RULE_PART_PATTERNS.get(name)
        values = value.split(",") if name in LIST_PARTS else [value]
        if pattern is None or not all(map(pattern.fullmatch, values)):
            raise InvalidSchedule(f"We cannot read “{name}={value}” in “{line}”.")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and re.search(
        r"\d", parts.get("BYDAY", "")
    ):
        raise InvalidSchedule(
            f"“{line}”: a numbered weekday like 2TH needs FREQ=MONTHLY."
        )
    if {"COUNT", "UNTIL"} <= set(parts):
        raise InvalidSchedule(f"“{line}” has both COUNT and UNTIL. Keep one of them.")
    try:
        rrulestr(line, dtstart=datetime(2026, 1, 1))
    except ValueError as error:
        raise InvalidSchedule(f"“{line}” is not a rule: {error}.") from None
