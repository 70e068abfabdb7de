"""Search for meetings that a visitor can join, by day and part of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
from django.http import QueryDict
from numpy.typing import NDArray

from listings.facet_panel import (
    ActiveFilter,
    FacetPanel,
    Pager,
    build_panel,
    page_number,
)
from meetings.forms import DAY_PARTS, MeetingFilter, MeetingForm, get_day_part
from meetings.meeting_index import Occurrence
from meetings.meeting_table import Bools, Facet, MeetingTable, Starts, find_starts
from meetings.schedule import to_utc
from places.models import Place

# People can still join for this long after the start.
JOINABLE_AFTER_START = timedelta(minutes=15)
DAYS_SHOWN = 7
# Starts shown on one page.
PAGE_SIZE = 60
# Starts on one printed sheet, about 20 pages.
MAX_SHEET_STARTS = 1_000


@dataclass(frozen=True)
class HostRow:
    """The first meeting of a host in an hour, and the host's other meetings."""

    first: Occurrence
    others: list[Occurrence]


@dataclass(frozen=True)
class HourGroup:
    begins: datetime
    rows: list[HostRow]


@dataclass(frozen=True)
class DayPart:
    name: str
    label: str
    hours: list[HourGroup]


@dataclass(frozen=True)
class DayGroup:
    date: date
    parts: list[DayPart]


@dataclass(frozen=True)
class Reach:
    """Which meetings a visitor can join, as one row for each meeting of the table."""

    can_join: Bools
    # Whether a visitor can come to the room.
    is_near: Bools
    miles: NDArray[np.float64] | None


def find_reach(
    table: MeetingTable, place: Place | None, miles: float, *, anywhere: bool
) -> Reach:
    """Return the meetings from home, and those in person within `miles` of the place.

    Without a place, meetings in person count only if `anywhere` is true.
    """
    if place is None:
        near = np.ones(len(table.meetings), dtype=np.bool_)
        can_join = table.is_remote | (table.is_in_person & anywhere)
        return Reach(can_join, near, None)
    distances = None
    if place.is_state:
        near = table.states == place.state
    else:
        distances = table.miles_from(place.point)
        near = distances <= miles
        distances[~(near & table.is_in_person)] = np.nan
    return Reach(table.is_remote | (table.is_in_person & near), near, distances)


@dataclass
class MeetingSearch:
    """The starts that match a request, and the count of each filter option."""

    form: MeetingForm
    params: QueryDict
    at: datetime
    # Primary key of an organization to list alone; 0 for all.
    host: int = 0
    filters: MeetingFilter = field(init=False)
    found: Starts = field(init=False)
    counts: dict[str, Counter[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.filters = MeetingFilter(self.params)
        self.counts = {name: Counter() for name in self.filters.filters}
        self.found = self._select()

    @property
    def zone(self) -> ZoneInfo:
        return self.form.reader_zone

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    @property
    def day(self) -> date | None:
        return self.form.day_from(self.today)

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From the oldest start that people can still join, to the last day."""
        first_day = self.day or self.today
        last_day = first_day + timedelta(days=1 if self.day else DAYS_SHOWN)
        first, last = (
            datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)
            for day in (first_day, last_day)
        )
        return max(first, self.at - JOINABLE_AFTER_START), last

    def _select(self) -> Starts:
        """Return the starts that pass all filters, and count the options."""
        starts = find_starts(*self.window, self.at)
        table = starts.table
        wants_room = "in_person" in self.filters.chosen.get("how", [])
        place, anywhere = self.form.place, bool(self.host) or wants_room
        reach = find_reach(table, place, self.form.miles, anywhere=anywhere)
        can_join = reach.can_join
        if self.host:
            can_join = can_join & (table.hosts == self.host)
        starts = replace(starts, miles=reach.miles)
        starts = starts.only(can_join[starts.positions])
        facets = {**self._facets_of(starts, reach), "part": self._parts_of(starts)}
        passes = {
            name: facets[name].any_of(wanted)
            for name, wanted in self.filters.chosen.items()
        }
        failures = np.zeros(len(starts), dtype=np.int64)
        for passed in passes.values():
            failures += ~passed
        for name, facet in facets.items():
            # An option is counted as if its filter had no other value chosen.
            others = failures - ~passes[name] if name in passes else failures
            self.counts[name] = facet.tally(others == 0)
        return starts.only(failures == 0)

    def _facets_of(self, starts: Starts, reach: Reach) -> dict[str, Facet]:
        """Return the filters with one row for each start."""
        table = starts.table
        facets = {
            name: Facet(facet.values, facet.flags[starts.positions])
            for name, facet in table.facets.items()
        }
        how = facets["how"]
        if "in_person" in how.values:
            # A meeting online too, in a room too far away, is not one in person.
            column = how.flags[:, how.values.index("in_person")]
            column &= reach.is_near[starts.positions]
        return facets

    def _parts_of(self, starts: Starts) -> Facet:
        """Return the part of the day of each start, in the visitor's time zone."""
        first, last = (moment.astimezone(self.zone).date() for moment in self.window)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        names = list(DAY_PARTS)
        bounds = [
            to_utc(day, time(hour), self.zone).timestamp()
            for day in days
            for hour, _label in DAY_PARTS.values()
        ]
        number = np.searchsorted(bounds, starts.seconds, side="right") - 1
        return Facet(names, (number % len(names))[:, None] == np.arange(len(names)))

    # Properties for the page.

    @property
    def page(self) -> int:
        return page_number(self.params)

    @property
    def pager(self) -> Pager:
        return Pager.of(self.params, self.page, len(self.found), PAGE_SIZE)

    def panel(self) -> FacetPanel:
        keep = ["near", "state", "lat", "lon", "zone", "day", "radius"]
        return build_panel(self.filters, self.params, self.counts, keep)

    def count_excluding(self, active_filter: ActiveFilter) -> int:
        """Count the starts without one chosen value."""
        params = self.params.copy()
        left = [
            v for v in params.getlist(active_filter.name) if v != active_filter.value
        ]
        params.setlist(active_filter.name, left)
        return len(MeetingSearch(self.form, params, self.at, self.host).found)

    @property
    def days(self) -> list[DayGroup]:
        """The starts of this page by day, part of the day and hour."""
        start = (self.page - 1) * PAGE_SIZE
        visible = self.found[start : start + PAGE_SIZE]
        return list(group_by_day(visible, self.zone, self.today))

    @property
    def sheet_days(self) -> list[DayGroup]:
        """The starts of a printed sheet, which has no pages to turn."""
        return list(group_by_day(self.found[:MAX_SHEET_STARTS], self.zone, self.today))

    @property
    def left_out_of_sheet(self) -> int:
        return max(0, len(self.found) - MAX_SHEET_STARTS)

    @property
    def hides_in_person(self) -> bool:
        """True if meetings in person are left out because no place is known."""
        chosen = self.filters.chosen.get("how", [])
        return self.form.place is None and not self.host and "in_person" not in chosen


def group_by_day(
    found: Iterable[Occurrence], zone: ZoneInfo, today: date
) -> Iterator[DayGroup]:
    """Group sorted starts by day, part of the day and hour."""

    def local(one: Occurrence) -> datetime:
        return one.start.astimezone(zone)

    for day, times in groupby(found, key=lambda one: local(one).date()):
        parts = []
        for name, of_part in groupby(times, key=lambda one: get_day_part(local(one))):
            hours = [
                HourGroup(begins, group_by_host(list(of_hour), today))
                for begins, of_hour in groupby(
                    of_part, key=lambda one: local(one).replace(minute=0, second=0)
                )
            ]
            parts.append(DayPart(name, str(DAY_PARTS[name][1]), hours))
        yield DayGroup(day, parts)


def group_by_host(hour: list[Occurrence], today: date) -> list[HostRow]:
    """Return one row for each host, so that a large host does not crowd out others.

    Recently seen meetings come first, then those about mental health, then small hosts.
    """
    ordered = sorted(hour, key=lambda one: _host_sort_key(one, today))
    of_host: dict[object, list[Occurrence]] = {}
    for one in ordered:
        of_host.setdefault(one.meeting.host or one.meeting.key, []).append(one)
    return [HostRow(first, others) for first, *others in of_host.values()]


def _host_sort_key(one: Occurrence, today: date) -> tuple[object, ...]:
    meeting = one.meeting
    return (
        meeting.is_stale(today),
        not meeting.is_about_mental_health,
        meeting.is_of_umbrella_group,
        one.start,
        meeting.name,
    )
