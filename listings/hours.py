"""Opening hours: OpenStreetMap strings, evaluated by a library in the listing's zone.

Plain Python. The moment is always an argument: an aware datetime, in any zone.
"""

from __future__ import annotations

import enum
import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import opening_hours
from opening_hours import OpeningHours

from listings import hours_rules

MAX_LENGTH = 500
# An opening farther off than this is as good as none.
HORIZON = timedelta(days=366)
AN_HOUR = timedelta(hours=1)
MOST_WORKED_OUT = 4_096
# A holiday closes one or two weeks in a row; five show what is usual.
WEEKS_ASKED = 5
QUOTED = re.compile(r'"[^"]*"')
STATE_WORDS = re.compile(r"\b(open|closed|off|unknown)\b|[0-9]", re.IGNORECASE)


# The library's stubs leave its own error out.
PARSER_ERROR: type[Exception] = opening_hours.ParserError  # type: ignore[attr-defined]


class BadHours(ValueError):
    """The text is not opening hours; the message says so in plain words."""


class State(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


STATES = {
    opening_hours.State.OPEN: State.OPEN,
    opening_hours.State.CLOSED: State.CLOSED,
    opening_hours.State.UNKNOWN: State.UNKNOWN,
}


@dataclass(frozen=True)
class Status:
    """The state at a moment, until when it holds, and when it opens next.

    Moments are aware, in the listing's zone; None where nothing is known or
    nothing changes within a year.
    """

    state: State
    until: datetime | None = None
    opens: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Span:
    """Open (or perhaps open) from one moment to another, in the listing's zone."""

    start: datetime
    end: datetime
    unknown: bool = False
    comment: str = ""

    def is_followed_by(self, other: Span) -> bool:
        """Say whether both are one opening: nothing in between, and alike."""
        alike = (self.unknown, self.comment) == (other.unknown, other.comment)
        return alike and other.start <= self.end


@dataclass(frozen=True)
class Day:
    """A calendar day and the spans that begin on it, even if they pass midnight."""

    date: date
    is_today: bool
    spans: tuple[Span, ...]

    @property
    def whole_day(self) -> bool:
        first, last = self.spans[:1], self.spans[-1:]
        if not first or first[0].unknown:
            return False
        starts_at_midnight = first[0].start.time() == time(0)
        return (
            starts_at_midnight
            and (last[0].end - first[0].start >= timedelta(hours=23))
            and len(self.spans) == 1
        )

    def clock_times(self) -> list[tuple[str, str]]:
        """(opens, closes) of what is known, as "09:00"; before opening: the next day.

        A whole day is 00:00 to 23:59.
        """
        if self.whole_day:
            return [("00:00", "23:59")]
        known = [span for span in self.spans if not span.unknown]
        return [(f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in known]


def check(spec: str) -> str:
    """The string without outer space, if it can be evaluated; "" means not known.

    Raises BadHours. A bare comment is refused: the standard reads it as open 24/7.
    """
    spec = spec.strip()
    if not spec:
        return ""
    if len(spec) > MAX_LENGTH:
        raise BadHours(f"Hours can be at most {MAX_LENGTH} characters long.")
    for rule in spec.replace("||", ";").split(";"):
        if '"' in rule and not STATE_WORDS.search(QUOTED.sub("", rule)):
            raise BadHours(
                "A comment alone would mean open all day and night. "
                'Write unknown "by appointment" instead.'
            )
    parsed = _parse(spec, "UTC")
    if parsed is None:
        raise BadHours("We cannot read these hours. An example: Mo-Fr 09:00-17:00.")
    return spec


@lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None for any other text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_or_utc(name: str) -> ZoneInfo:
    return zone_info(name) or ZoneInfo("UTC")


@lru_cache(maxsize=2048)
def _parse(spec: str, zone: str) -> OpeningHours | None:
    """None where the zone or the text is not known; no zone: by the wall clock."""
    found = zone_info(zone)
    if zone and found is None:
        return None
    try:
        return OpeningHours(spec, timezone=found, country="US")
    except (PARSER_ERROR, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Hours:
    """Hours as an OpenStreetMap string, and the IANA zone they are said in."""

    spec: str
    zone: str

    def status(self, at: datetime) -> Status:
        """The state at a moment; one that was worked out holds until it changes."""
        since, until, known = _worked_out.get(self, (at, at, None))
        if known is not None and since <= at < until:
            return known
        status = self._status(at)
        if len(_worked_out) >= MOST_WORKED_OUT:
            _worked_out.clear()
        _worked_out[self] = (at, status.until or at + AN_HOUR, status)
        return status

    def _status(self, at: datetime) -> Status:
        parsed = self._parsed
        if parsed is None:
            return Status(State.UNKNOWN)
        local = self._local(at)
        # From midnight, and from the night before it.
        today = datetime.combine(local.date(), time(0), local.tzinfo)
        spans = (s for s in self._spans(today, local + HORIZON) if s.end > local)
        first = next(spans, None)
        if first is None or first.start > local:
            until = self._soon(first.start if first else None, local)
            opens = _first_open([first] if first else [], spans)
            if self.other_times is not None:
                return Status(State.UNKNOWN, until, opens, self.other_times)
            return Status(State.CLOSED, until, opens, parsed.state(local)[1])
        until = self._soon(first.end, local)
        if first.unknown:
            opens = _first_open([], spans)
            return Status(State.UNKNOWN, until, opens, first.comment)
        return Status(State.OPEN, until=until, comment=first.comment)

    def week(self, at: datetime) -> tuple[Day, ...]:
        """Monday to Sunday of the week of `at`, in the listing's zone."""
        if not self.is_known:
            return ()
        today = self._local(at).date()
        monday = today - timedelta(days=today.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        zone = zone_info(self.zone)
        # From the day before, so that Sunday night's span is whole, and not Monday's.
        start = datetime.combine(monday - timedelta(days=1), time(0), zone)
        end = datetime.combine(monday + timedelta(days=8), time(0), zone)
        spans = [
            replace(span, start=first, end=last)
            for span in self._spans(start, end)
            for first, last in _by_day(span.start, span.end)
        ]
        return tuple(
            Day(day, day == today, tuple(s for s in spans if s.start.date() == day))
            for day in days
        )

    def usual_week(self, at: datetime) -> tuple[Day, ...]:
        """The week as most weeks from `at` are: holidays are outvoted."""
        weeks = [self.week(at + timedelta(weeks=n)) for n in range(WEEKS_ASKED)]
        return tuple(_commonest(days) for days in zip(*weeks, strict=True))

    def changed_days(self, at: datetime) -> tuple[Day, ...]:
        """The days of the week of `at` that are not as usual, as for a holiday."""
        both = zip(self.week(at), self.usual_week(at), strict=True)
        return tuple(d for d, usual in both if _clock_times(d) != _clock_times(usual))

    @property
    def is_known(self) -> bool:
        return self._parsed is not None

    @property
    def always(self) -> bool:
        return self.is_known and self.spec.strip() == hours_rules.ALWAYS

    @property
    def is_weekly(self) -> bool:
        """Say whether a table of one week tells when it is open."""
        return hours_rules.is_weekly(self.spec)

    @property
    def other_times(self) -> str | None:
        """The words for all other times, like "by appointment"; None: closed."""
        return hours_rules.split(self.spec).other_times

    @property
    def _parsed(self) -> OpeningHours | None:
        parts = hours_rules.split(self.spec)
        return _parse(parts.days, self.zone) if parts.days and self.zone else None

    def _local(self, at: datetime) -> datetime:
        """By the clock on the wall. Of an hour that comes twice in autumn always the
        second: the library takes the last minute of the first for closed.
        """
        return at.astimezone(zone_info(self.zone)).replace(fold=1)

    def _soon(self, change: datetime | None, local: datetime) -> datetime | None:
        return change if change and change - local < HORIZON else None

    def _spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """What is not closed, in order; what overlaps or touches is one span."""
        last: Span | None = None
        for span in heapq.merge(
            self._day_spans(start, end), self._night_spans(start, end), key=_start
        ):
            if last is None:
                last = span
            elif last.is_followed_by(span):
                last = replace(last, end=max(last.end, span.end))
            else:
                yield last
                last = span
        if last is not None:
            yield last

    def _day_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        if parsed := self._parsed:
            yield from _open_spans(parsed, start, end)

    def _night_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """What is left after midnight of each night, by the rule of its evening."""
        nights = hours_rules.split(self.spec).nights
        parsed = _parse(nights, "") if nights else None
        if parsed is None:
            return
        a_day = timedelta(days=1)
        evening, last = (m.replace(tzinfo=None, fold=0) - a_day for m in (start, end))
        for span in _open_spans(parsed, evening, last):
            first, until = (
                (moment + a_day).replace(tzinfo=start.tzinfo)
                for moment in (span.start, span.end)
            )
            yield replace(span, start=first, end=until)


def _open_spans(parsed: OpeningHours, start: datetime, end: datetime) -> Iterator[Span]:
    for begins, ends, state, comment in parsed.intervals(start, end):
        if STATES[state] is not State.CLOSED:
            yield Span(begins, ends, STATES[state] is State.UNKNOWN, comment)


def _start(span: Span) -> datetime:
    return span.start


def _first_open(known: list[Span], spans: Iterator[Span]) -> datetime | None:
    return next((s.start for s in chain(known, spans) if not s.unknown), None)


def _clock_times(day: Day) -> list[tuple[time, time, bool]]:
    return [(s.start.time(), s.end.time(), s.unknown) for s in day.spans]


# Hours → from when and until when a status holds.
_worked_out: dict[Hours, tuple[datetime, datetime, Status | None]] = {}


def _commonest(days: tuple[Day, ...]) -> Day:
    """Of one weekday in several weeks: the first that is as most are."""
    kinds = [_clock_times(day) for day in days]
    return days[kinds.index(max(kinds, key=kinds.count))]


def _by_day(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A span of more than a day in whole days; a night's span stays one."""
    while end - start > timedelta(hours=24):
        midnight = datetime.combine(
            start.date() + timedelta(days=1), time(0), start.tzinfo
        )
        yield start, midnight
        start = midnight
    yield start, end
