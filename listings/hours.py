"""Opening hours: OpenStreetMap strings, evaluated by a library in the listing's zone.

Plain Python. The moment is always an argument: an aware datetime, in any zone.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from statistics import mode
from zoneinfo import ZoneInfo

import opening_hours
from opening_hours import OpeningHours

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


@lru_cache(maxsize=2048)
def _parse(spec: str, zone: str) -> OpeningHours | None:
    try:
        return OpeningHours(spec, timezone=ZoneInfo(zone), country="US")
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
        parsed, local = self._parsed, self._local(at)
        if parsed is None:
            return Status(State.UNKNOWN)
        raw, comment = parsed.state(local)
        state = STATES[raw]
        change = self._soon(parsed.next_change(local), local)
        if state is State.OPEN:
            return Status(state, until=change, comment=comment)
        return Status(state, change, self._next_opening(local), comment)

    def week(self, at: datetime) -> tuple[Day, ...]:
        """Monday to Sunday of the week of `at`, in the listing's zone."""
        today = self._local(at).date()
        monday = today - timedelta(days=today.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        spans = list(self._spans(monday))
        return tuple(
            Day(day, day == today, tuple(s for s in spans if s.start.date() == day))
            for day in days
        )

    def usual_week(self, at: datetime) -> tuple[Day, ...]:
        """The week as most weeks from `at` are: holidays are outvoted."""
        weeks = [self.week(at + timedelta(weeks=n)) for n in range(WEEKS_ASKED)]
        return tuple(_commonest(days) for days in zip(*weeks, strict=True))

    @property
    def is_known(self) -> bool:
        return self._parsed is not None

    @property
    def always(self) -> bool:
        return self.spec.strip() == "24/7"

    @property
    def _parsed(self) -> OpeningHours | None:
        return _parse(self.spec, self.zone) if self.spec else None

    def _local(self, at: datetime) -> datetime:
        """By the clock on the wall. Of an hour that comes twice in autumn always the
        second: the library takes the last minute of the first for closed.
        """
        return at.astimezone(ZoneInfo(self.zone)).replace(fold=1)

    def _soon(self, change: datetime | None, local: datetime) -> datetime | None:
        return change if change and change - local < HORIZON else None

    def _next_opening(self, local: datetime) -> datetime | None:
        parsed = self._parsed
        assert parsed is not None  # noqa: S101  # status() has asked
        for start, _end, state, _comment in parsed.intervals(local, local + HORIZON):
            if STATES[state] is State.OPEN:
                return start
        return None

    def _spans(self, monday: date) -> Iterator[Span]:
        """Spans that begin in the week, split at midnight only if they last days."""
        parsed = self._parsed
        if parsed is None:
            return
        zone = ZoneInfo(self.zone)
        # From the day before, so that Sunday night's span is whole, and not Monday's.
        start = datetime.combine(monday - timedelta(days=1), time(0), zone)
        end = datetime.combine(monday + timedelta(days=8), time(0), zone)
        for begins, ends, state, comment in parsed.intervals(start, end):
            if STATES[state] is State.CLOSED:
                continue
            unknown = STATES[state] is State.UNKNOWN
            for first, last in _by_day(begins, ends):
                if first.date() >= monday:
                    yield Span(first, last, unknown, comment)


# Hours → from when and until when a status holds.
_worked_out: dict[Hours, tuple[datetime, datetime, Status | None]] = {}


def _commonest(days: tuple[Day, ...]) -> Day:
    """Of one weekday in several weeks: the first that is as most are."""
    kinds = [tuple((s.start.time(), s.end.time()) for s in day.spans) for day in days]
    return days[kinds.index(mode(kinds))]


def _by_day(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A span of more than a day in whole days; a night's span stays one."""
    while end - start > timedelta(hours=24):
        midnight = datetime.combine(
            start.date() + timedelta(days=1), time(0), start.tzinfo
        )
        yield start, midnight
        start = midnight
    yield start, end
