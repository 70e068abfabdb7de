"""Evaluate opening hours: OpenStreetMap strings, in the time zone of the listing.

This module does not use Django. Callers pass the current moment as an aware datetime
in any time zone.
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
# An opening later than this is treated as none.
FORECAST_HORIZON = timedelta(days=366)
MAX_STATUS_AGE = timedelta(hours=1)
MAX_CACHED_STATUSES = 4_096
# A holiday changes one or two weeks in a row, so five weeks show the usual hours.
WEEKS_COMPARED = 5
QUOTED_COMMENT = re.compile(r'"[^"]*"')
STATE_WORDS = re.compile(r"\b(open|closed|off|unknown)\b|[0-9]", re.IGNORECASE)


# The library's type stubs do not declare its own exception.
PARSER_ERROR: type[Exception] = opening_hours.ParserError  # type: ignore[attr-defined]


class InvalidHours(ValueError):
    """The text is not valid opening hours. The message is written for people."""


class OpenState(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


STATE_BY_LIBRARY_STATE = {
    opening_hours.State.OPEN: OpenState.OPEN,
    opening_hours.State.CLOSED: OpenState.CLOSED,
    opening_hours.State.UNKNOWN: OpenState.UNKNOWN,
}


@dataclass(frozen=True)
class OpenStatus:
    """Whether a listing is open at a moment, until when, and when it opens next.

    `until` and `opens` are aware datetimes in the time zone of the listing. They are
    None where the hours are unknown or nothing changes within a year.
    """

    state: OpenState
    until: datetime | None = None
    opens: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Span:
    """A period in which the listing is open, or in which that is unknown."""

    start: datetime
    end: datetime
    unknown: bool = False
    comment: str = ""

    def is_followed_by(self, other: Span) -> bool:
        """Say whether the other span continues this one without a gap or a change."""
        alike = (self.unknown, self.comment) == (other.unknown, other.comment)
        return alike and other.start <= self.end


@dataclass(frozen=True)
class Day:
    """A calendar day and the spans that begin on it, even if they end the next day."""

    date: date
    is_today: bool
    spans: tuple[Span, ...]

    @property
    def is_whole_day(self) -> bool:
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
        """Return (opens, closes) of each known span, like ("09:00", "17:00").

        A closing time before the opening time is on the next day. A whole day is
        00:00 to 23:59.
        """
        if self.is_whole_day:
            return [("00:00", "23:59")]
        known = [span for span in self.spans if not span.unknown]
        return [(f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in known]


def validate_hours(spec: str) -> str:
    """Return the string without surrounding spaces; "" means that hours are unknown.

    Raises InvalidHours for text that cannot be evaluated, and for a comment alone,
    which the OpenStreetMap standard reads as open 24/7.
    """
    spec = spec.strip()
    if not spec:
        return ""
    if len(spec) > MAX_LENGTH:
        raise InvalidHours(f"Hours can be at most {MAX_LENGTH} characters long.")
    for rule in spec.replace("||", ";").split(";"):
        if '"' in rule and not STATE_WORDS.search(QUOTED_COMMENT.sub("", rule)):
            raise InvalidHours(
                "A comment alone would mean open all day and night. "
                'Write unknown "by appointment" instead.'
            )
    parsed = _parse(spec, "UTC")
    if parsed is None:
        raise InvalidHours(
            "We can't read these hours. Type them like M-F 9-5, Sat 10 am-2 pm, or "
            "Mo-Fr 09:00-17:00."
        )
    return spec


@lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo | None:
    """Return the time zone with this IANA name, or None for any other text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_or_utc(name: str) -> ZoneInfo:
    return zone_info(name) or ZoneInfo("UTC")


@lru_cache(maxsize=2048)
def _parse(spec: str, zone: str) -> OpeningHours | None:
    """Parse a string in a zone; without a zone, times are wall-clock times.

    Returns None for an unknown zone and for text that is not opening hours.
    """
    found = zone_info(zone)
    if zone and found is None:
        return None
    try:
        return OpeningHours(spec, timezone=found, country="US")
    except (PARSER_ERROR, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Hours:
    """An OpenStreetMap opening_hours string and the IANA time zone it is meant in."""

    spec: str
    zone: str

    def status(self, at: datetime) -> OpenStatus:
        """Return the status at a moment, from the cache while it has not changed."""
        since, until, known = _status_cache.get(self, (at, at, None))
        if known is not None and since <= at < until:
            return known
        status = self._status(at)
        if len(_status_cache) >= MAX_CACHED_STATUSES:
            _status_cache.clear()
        _status_cache[self] = (at, status.until or at + MAX_STATUS_AGE, status)
        return status

    def _status(self, at: datetime) -> OpenStatus:
        parsed = self._parsed
        if parsed is None:
            return OpenStatus(OpenState.UNKNOWN)
        local = self._local(at)
        # Start at midnight, so that a span that began earlier today is found whole.
        today = datetime.combine(local.date(), time(0), local.tzinfo)
        spans = (
            s for s in self._spans(today, local + FORECAST_HORIZON) if s.end > local
        )
        first = next(spans, None)
        if first is None or first.start > local:
            until = self._within_horizon(first.start if first else None, local)
            opens = _first_open([first] if first else [], spans)
            if self.other_times is not None:
                return OpenStatus(OpenState.UNKNOWN, until, opens, self.other_times)
            return OpenStatus(OpenState.CLOSED, until, opens, parsed.state(local)[1])
        until = self._within_horizon(first.end, local)
        if first.unknown:
            opens = _first_open([], spans)
            return OpenStatus(OpenState.UNKNOWN, until, opens, first.comment)
        return OpenStatus(OpenState.OPEN, until=until, comment=first.comment)

    def week(self, at: datetime) -> tuple[Day, ...]:
        """Return Monday to Sunday of the week of `at`, in the zone of the listing."""
        if not self.is_known:
            return ()
        today = self._local(at).date()
        monday = today - timedelta(days=today.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        zone = zone_info(self.zone)
        # Start a day early, so that the span of Sunday night begins on Sunday.
        start = datetime.combine(monday - timedelta(days=1), time(0), zone)
        end = datetime.combine(monday + timedelta(days=8), time(0), zone)
        spans = [
            replace(span, start=first, end=last)
            for span in self._spans(start, end)
            for first, last in _split_by_day(span.start, span.end)
        ]
        return tuple(
            Day(day, day == today, tuple(s for s in spans if s.start.date() == day))
            for day in days
        )

    def typical_week(self, at: datetime) -> tuple[Day, ...]:
        """Return a week with the most common hours of each weekday from `at` on.

        The hours of a holiday occur once and are therefore not chosen.
        """
        weeks = [self.week(at + timedelta(weeks=n)) for n in range(WEEKS_COMPARED)]
        return tuple(_most_common(days) for days in zip(*weeks, strict=True))

    def changed_days(self, at: datetime) -> tuple[Day, ...]:
        """Return the days of the week of `at` that differ from the typical week."""
        both = zip(self.week(at), self.typical_week(at), strict=True)
        return tuple(d for d, usual in both if _clock_times(d) != _clock_times(usual))

    @property
    def is_known(self) -> bool:
        return self._parsed is not None

    @property
    def is_always_open(self) -> bool:
        return self.is_known and self.spec.strip() == hours_rules.ALWAYS_OPEN

    @property
    def is_weekly(self) -> bool:
        """Say whether a table of one week shows when it is open."""
        return hours_rules.is_weekly(self.spec)

    @property
    def other_times(self) -> str | None:
        """The comment for all other times, like "by appointment"; None for closed."""
        return hours_rules.split_nights(self.spec).other_times

    @property
    def _parsed(self) -> OpeningHours | None:
        parts = hours_rules.split_nights(self.spec)
        return _parse(parts.days, self.zone) if parts.days and self.zone else None

    def _local(self, at: datetime) -> datetime:
        """Convert a moment to the time zone of the listing.

        In the hour that occurs twice in autumn, use the second occurrence: the library
        treats the last minute of the first one as closed.
        """
        return at.astimezone(zone_info(self.zone)).replace(fold=1)

    def _within_horizon(
        self, change: datetime | None, local: datetime
    ) -> datetime | None:
        return change if change and change - local < FORECAST_HORIZON else None

    def _spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the spans that are not closed, in order, with adjacent ones merged."""
        last: Span | None = None
        for span in heapq.merge(
            self._day_spans(start, end), self._night_spans(start, end), key=_span_start
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
        """Yield the part after midnight of each span that began the evening before."""
        nights = hours_rules.split_nights(self.spec).nights
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
        if STATE_BY_LIBRARY_STATE[state] is not OpenState.CLOSED:
            yield Span(
                begins,
                ends,
                STATE_BY_LIBRARY_STATE[state] is OpenState.UNKNOWN,
                comment,
            )


def _span_start(span: Span) -> datetime:
    return span.start


def _first_open(known: list[Span], spans: Iterator[Span]) -> datetime | None:
    return next((s.start for s in chain(known, spans) if not s.unknown), None)


def _clock_times(day: Day) -> list[tuple[time, time, bool]]:
    return [(s.start.time(), s.end.time(), s.unknown) for s in day.spans]


# For each Hours: from when and until when the status is valid, and the status.
_status_cache: dict[Hours, tuple[datetime, datetime, OpenStatus | None]] = {}


def _most_common(days: tuple[Day, ...]) -> Day:
    """Return the first of these days that has the most common opening times."""
    kinds = [_clock_times(day) for day in days]
    return days[kinds.index(max(kinds, key=kinds.count))]


def _split_by_day(
    start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Split a span longer than 24 hours at each midnight; leave a shorter one whole."""
    while end - start > timedelta(hours=24):
        midnight = datetime.combine(
            start.date() + timedelta(days=1), time(0), start.tzinfo
        )
        yield start, midnight
        start = midnight
    yield start, end
