"""When a meeting begins: RFC 5545 rules, extra dates and breaks, in its own time zone.

Everything here is plain Python. A schedule has no list of dates: the dates within a
window are worked out when they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

ONE_DAY = timedelta(days=1)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# A rule sets dates alone: the time of day is the meeting's.
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
# A line above a rule: the day from which it counts, and its own time of day.
ANCHOR = re.compile(r"DTSTART:(\d{8})(?:T(\d{2})(\d{2})(?:00)?)?")
DATE_OR_BREAK = re.compile(r"(\d{4}-\d{2}-\d{2})(?:/(\d{4}-\d{2}-\d{2}))?")
MAX_RULES = 20
MAX_DATES = 200


class InvalidSchedule(ValueError):
    """A schedule that cannot be read; the message says why in plain words."""


@dataclass(frozen=True)
class Rule:
    """One RFC 5545 rule; `anchor` is a day on which it met, for intervals."""

    text: str
    anchor: date | None = None
    start: time | None = None

    @property
    def needs_anchor(self) -> bool:
        """Does the rule leave open which of the days it means?"""
        parts = _rule_parts(self.text)
        if "COUNT" in parts or parts.get("INTERVAL", "1") != "1":
            return True
        has_days = "BYDAY" in parts or "BYMONTHDAY" in parts
        if parts["FREQ"] == "YEARLY":
            return not (has_days and "BYMONTH" in parts)
        return parts["FREQ"] != "DAILY" and not has_days

    def dates(self, first: date, last: date) -> list[date]:
        """The dates of the rule from `first` to `last`, both included."""
        begins = self._begins(first)
        if begins is None or begins > last:
            return []
        # A rule that names no day, like February 30, would be sought for ever.
        has_end = "UNTIL" in self.text or "COUNT" in self.text
        text = self.text if has_end else f"{self.text};UNTIL={last:%Y%m%d}"
        found = rrulestr(text, dtstart=datetime.combine(begins, time()))
        window = (datetime.combine(day, time()) for day in (first, last))
        return [start.date() for start in found.between(*window, inc=True)]

    def _begins(self, first: date) -> date | None:
        """The day to count from; None where nobody has said it."""
        if not self.needs_anchor:
            return max(first, self.anchor) if self.anchor else first
        if self.anchor is None:
            return None
        parts = _rule_parts(self.text)
        unit = {"DAILY": 1, "WEEKLY": 7}.get(parts["FREQ"])
        if unit is None or "COUNT" in parts or first <= self.anchor:
            return self.anchor
        # Whole intervals are skipped, so that old groups cost no more than new ones.
        step = unit * int(parts.get("INTERVAL", "1"))
        return self.anchor + timedelta(days=(first - self.anchor).days // step * step)


@dataclass(frozen=True)
class Schedule:
    """When a meeting begins, as local dates and times of `zone`."""

    zone: ZoneInfo
    start: time
    rules: tuple[Rule, ...] = ()
    extra: frozenset[date] = frozenset()
    # First and last day of each break; one day without a meeting is a break of a day.
    breaks: tuple[tuple[date, date], ...] = ()

    @property
    def is_known(self) -> bool:
        """Can any date be worked out?"""
        has_rule = any(not rule.needs_anchor or rule.anchor for rule in self.rules)
        return has_rule or bool(self.extra)

    def is_off(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.breaks)


@dataclass
class Window:
    """A span of time, and the starts of meetings within it, first included.

    Rules and local times that several meetings share are worked out once.
    """

    first: datetime
    last: datetime
    _dates: dict[Rule, list[date]] = field(default_factory=dict)
    _moments: dict[tuple[date, time, str], datetime] = field(default_factory=dict)

    def starts(self, schedule: Schedule) -> list[datetime]:
        """The moments at which a meeting of the schedule begins, in order, in UTC."""
        found = {
            self._moment(day, rule.start or schedule.start, schedule.zone)
            for rule in schedule.rules
            for day in self._of(rule)
            if not schedule.is_off(day)
        }
        # An extra date is a deliberate act, so no break takes it away.
        found |= {
            self._moment(day, schedule.start, schedule.zone) for day in schedule.extra
        }
        return sorted(m for m in found if self.first <= m < self.last)

    def _of(self, rule: Rule) -> list[date]:
        if rule not in self._dates:
            # Local dates are up to a day ahead of UTC, or behind it.
            first, last = self.first.astimezone(UTC), self.last.astimezone(UTC)
            self._dates[rule] = rule.dates(
                first.date() - ONE_DAY, last.date() + ONE_DAY
            )
        return self._dates[rule]

    def _moment(self, day: date, start: time, zone: ZoneInfo) -> datetime:
        key = (day, start, zone.key)
        if key not in self._moments:
            self._moments[key] = to_utc(day, start, zone)
        return self._moments[key]


def to_utc(day: date, start: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time, as RFC 5545 reads it.

    A time that the clocks skip counts with the offset before; of one that comes twice,
    the first is meant.
    """
    return datetime.combine(day, start, tzinfo=zone).astimezone(UTC)


def next_starts(schedule: Schedule, at: datetime, number: int) -> list[datetime]:
    """The next starts from a moment on; fewer where there are no more in two years."""
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
    """One rule a line; a line DTSTART:20270107T1930 dates the rules below it.

    Raises BadSchedule.
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
    """Raises BadSchedule."""
    if not CLOCK_TIME.fullmatch(text):
        raise InvalidSchedule(f"“{text}” is not a time. Write it like 18:30.")
    return time.fromisoformat(text)


def parse_date(text: str) -> date:
    """Raises BadSchedule."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidSchedule(
            f"“{text}” is not a date. Write it like 2026-12-24."
        ) from None


def parse_spans(text: str) -> tuple[tuple[date, date], ...]:
    """Days and breaks: “2026-12-24 2026-12-27/2027-01-05”. Raises BadSchedule."""
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
    """Every day of the spans. Raises BadSchedule where there are too many."""
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


def _rule_parts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def _check_rule(line: str) -> None:
    """Raises BadSchedule."""
    names = [part.split("=", 1)[0] for part in line.split(";")]
    parts = _rule_parts(line)
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
