"""The columns of all public meetings, and their starts in the next days, as arrays.

The table is built once for each content version, and the starts once for each day. So
a search compares numbers only, and makes objects of the few starts that a page shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import overload

import numpy as np
from numpy.typing import NDArray

from caching.memory_cache import MemoryCache
from meetings.meeting_index import (
    IndexedMeeting,
    Occurrence,
    find_occurrences,
    indexed_meetings,
)
from meetings.models import Meeting
from places.geo import MEAN_RADIUS_MILES, Point

# Filters whose values do not depend on the visitor.
FILTER_NAMES = ("how", "community", "condition", "language", "open", "newcomers")
# The ways to take part from home.
REMOTE_WAYS = {"online", "phone", "text"}
# From the beginning of a day in UTC to the end of the week in any time zone.
DAYS_AHEAD = timedelta(days=10)

Bools = NDArray[np.bool_]
Seconds = NDArray[np.int64]
Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Facet:
    """The values of a filter, and whether each row has each value."""

    values: list[str]
    flags: Bools

    def any_of(self, wanted: Iterable[str]) -> Bools:
        known = [self.values.index(value) for value in wanted if value in self.values]
        return np.asarray(self.flags[:, known].any(axis=1))

    def tally(self, rows: Bools) -> Counter[str]:
        """Count how many of the rows have each value."""
        numbers = self.flags[rows].sum(axis=0).tolist()
        return Counter({v: n for v, n in zip(self.values, numbers, strict=True) if n})


@dataclass(frozen=True)
class MeetingTable:
    """One row for each meeting, in the order of indexed_meetings()."""

    meetings: tuple[IndexedMeeting, ...]
    hosts: NDArray[np.int64]
    states: NDArray[np.str_]
    # Earth-centered coordinates in miles; NaN without a point.
    coordinates: NDArray[np.float64]
    is_remote: Bools
    is_in_person: Bools
    facets: dict[str, Facet]

    def miles_from(self, point: Point) -> NDArray[np.float64]:
        """Return the miles to each meeting; NaN where its point is unknown."""
        chords = np.linalg.norm(self.coordinates - np.array(point.xyz), axis=1)
        diameter = 2 * MEAN_RADIUS_MILES
        miles: NDArray[np.float64] = diameter * np.arcsin(
            np.minimum(1, chords / diameter)
        )
        return miles


@dataclass(frozen=True)
class Starts(Sequence[Occurrence]):
    """Starts in order: seconds since 1970, and positions in the table.

    They become objects only when they are read.
    """

    table: MeetingTable
    seconds: Seconds
    positions: Positions
    # The miles to each meeting of the table, if a place is known.
    miles: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.seconds)

    @overload
    def __getitem__(self, index: int) -> Occurrence: ...

    @overload
    def __getitem__(self, index: slice) -> Starts: ...

    def __getitem__(self, index: int | slice) -> Occurrence | Starts:
        if isinstance(index, slice):
            return self.only(index)
        position = self.positions[index]
        miles = None if self.miles is None else float(self.miles[position])
        return Occurrence(
            datetime.fromtimestamp(int(self.seconds[index]), UTC),
            self.table.meetings[position],
            None if miles is None or np.isnan(miles) else miles,
        )

    @property
    def meeting_pks(self) -> set[int]:
        return {self.table.meetings[number].pk for number in np.unique(self.positions)}

    def only(self, chosen: Bools | slice) -> Starts:
        seconds, positions = self.seconds[chosen], self.positions[chosen]
        return Starts(self.table, seconds, positions, self.miles)

    def between(self, first: datetime, last: datetime) -> Starts:
        """Return the starts in `first` <= start < `last`."""
        ends = [np.ceil(moment.timestamp()) for moment in (first, last)]
        return self.only(slice(*np.searchsorted(self.seconds, ends)))


_table_cache: MemoryCache[str, MeetingTable] = MemoryCache(4)
# By the day in UTC on which the starts begin; pages are rendered for one or two.
_start_cache: MemoryCache[date, Starts] = MemoryCache(8)


def meeting_table() -> MeetingTable:
    return _table_cache.get_or_set("all", lambda: _build_table(indexed_meetings()))


def find_starts(first: datetime, last: datetime, at: datetime) -> Starts:
    """Return the starts in `first` <= start < `last`.

    Those of the next days from `at` are in memory. A later day is computed each time,
    because what a visitor asks for is never a key of a cache.
    """
    today = (at.astimezone(UTC) - timedelta(hours=1)).date()
    begins = datetime.combine(today, time(), tzinfo=UTC)
    if first < begins or last > begins + DAYS_AHEAD:
        return _compute_starts(first, last)
    known = _start_cache.get_or_set(
        today, lambda: _compute_starts(begins, begins + DAYS_AHEAD)
    )
    return known.between(first, last)


def _compute_starts(first: datetime, last: datetime) -> Starts:
    table = meeting_table()
    position_of = {one.pk: number for number, one in enumerate(table.meetings)}
    found = find_occurrences(table.meetings, first, last)
    return Starts(
        table,
        np.array([int(one.start.timestamp()) for one in found], dtype=np.int64),
        np.array([position_of[one.meeting.pk] for one in found], dtype=np.intp),
    )


def _build_table(meetings: tuple[IndexedMeeting, ...]) -> MeetingTable:
    values = [get_filter_values(one) for one in meetings]
    nowhere = (np.nan, np.nan, np.nan)
    points = [one.point.xyz if one.point else nowhere for one in meetings]
    return MeetingTable(
        meetings=meetings,
        hosts=np.array([one.host for one in meetings], dtype=np.int64),
        states=np.array([one.state for one in meetings], dtype=np.str_),
        coordinates=np.array(points, dtype=np.float64).reshape(-1, 3),
        is_remote=_bools(not REMOTE_WAYS.isdisjoint(one.ways) for one in meetings),
        is_in_person=_bools("in_person" in one.ways for one in meetings),
        facets={
            name: _build_facet([found[name] for found in values])
            for name in FILTER_NAMES
        },
    )


def _bools(items: Iterable[bool]) -> Bools:
    return np.fromiter(items, dtype=np.bool_)


def _build_facet(rows: list[set[str]]) -> Facet:
    values = sorted(set().union(*rows))
    flags = np.zeros((len(rows), len(values)), dtype=np.bool_)
    for number, value in enumerate(values):
        flags[:, number] = [value in row for row in rows]
    return Facet(values, flags)


def get_filter_values(meeting: IndexedMeeting) -> dict[str, set[str]]:
    """Return the values that a meeting has for each filter."""
    found: dict[str, set[str]] = {
        "how": set(meeting.ways),
        "open": {"1"} if meeting.joining == Meeting.Joining.OPEN else set(),
        "newcomers": {"1"} if meeting.newcomers else set(),
        **{kind: set() for kind in ("community", "condition", "language")},
    }
    for kind, slug in meeting.terms:
        found.setdefault(kind, set()).add(slug)
    return found
