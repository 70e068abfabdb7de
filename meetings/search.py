"""Search for meetings that a visitor can join, by day and part of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import QueryDict

from listings.facet_panel import (
    ActiveFilter,
    FacetPanel,
    Pager,
    build_panel,
    page_number,
)
from meetings.forms import DAY_PARTS, MeetingFilter, MeetingForm, get_day_part
from meetings.meeting_index import (
    IndexedMeeting,
    Occurrence,
    find_occurrences,
    indexed_meetings,
)
from meetings.models import Meeting
from places.geo import miles_between
from places.models import Place

# People can still join for this long after the start.
JOINABLE_AFTER_START = timedelta(minutes=15)
DAYS_SHOWN = 7
# Starts shown on one page.
PAGE_SIZE = 60
# Starts on one printed sheet, about 20 pages.
MAX_SHEET_STARTS = 1_000
# The ways to take part from home.
REMOTE_WAYS = ("online", "phone", "text")


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
class JoinRange:
    """The place and distance that decide which meetings a visitor can join."""

    place: Place | None
    miles: float
    anywhere: bool = False

    def within(self, meeting: IndexedMeeting) -> tuple[bool, float | None]:
        """Return whether a visitor can join, and the miles to a meeting in person."""
        remote = any(way in meeting.ways for way in REMOTE_WAYS)
        if "in_person" not in meeting.ways:
            return remote, None
        if self.place is None:
            return remote or self.anywhere, None
        if self.place.is_state:
            return remote or meeting.state == self.place.state, None
        if meeting.point is None:
            return remote, None
        far = miles_between(self.place.point, meeting.point)
        return (True, far) if far <= self.miles else (remote, None)


@dataclass
class MeetingSearch:
    """The starts that match a request, and the count of each filter option."""

    form: MeetingForm
    params: QueryDict
    at: datetime
    # Primary key of an organization to list alone; 0 for all.
    host: int = 0
    filters: MeetingFilter = field(init=False)
    found: list[Occurrence] = field(init=False)
    counts: dict[str, Counter[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.filters = MeetingFilter(self.params)
        self.counts = {name: Counter() for name in self.filters.filters}
        self.found = list(self._matching())

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

    def _matching(self) -> Iterator[Occurrence]:
        """Yield the starts that pass all filters, and count the options."""
        miles = {}
        join_range = self._join_range()
        among = []
        for meeting in indexed_meetings():
            is_reached, far = join_range.within(meeting)
            if is_reached and (not self.host or meeting.host == self.host):
                among.append(meeting)
                miles[meeting.pk] = far
        values: dict[int, dict[str, set[str]]] = {}
        for one in find_occurrences(among, *self.window):
            meeting = one.meeting
            known = values.get(meeting.pk)
            if known is None:
                known = values[meeting.pk] = get_filter_values(meeting)
            far = miles[meeting.pk]
            if self._passes(one, known, far):
                yield one if far is None else replace(one, miles=far)

    def _passes(
        self, one: Occurrence, known: dict[str, set[str]], miles: float | None
    ) -> bool:
        said = {**known, "part": {get_day_part(one.start.astimezone(self.zone))}}
        if "in_person" in said["how"] and not self._is_near(one.meeting, miles):
            said["how"] = said["how"] - {"in_person"}
        failed = [
            name
            for name, wanted in self.filters.chosen.items()
            if not said[name].intersection(wanted)
        ]
        if len(failed) <= 1:
            for name in failed or self.counts:
                self.counts[name].update(said[name])
        return not failed

    def _is_near(self, meeting: IndexedMeeting, miles: float | None) -> bool:
        place = self.form.place
        if place is None:
            return True
        return meeting.state == place.state if place.is_state else miles is not None

    def _join_range(self) -> JoinRange:
        wants_room = "in_person" in self.filters.chosen.get("how", [])
        anywhere = bool(self.host) or wants_room
        return JoinRange(self.form.place, self.form.miles, anywhere)

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
