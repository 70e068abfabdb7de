"""Every public meeting in memory, read once for each content version.

No dates are stored. Each page computes the dates that it shows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from caching.memory_cache import MemoryCache
from listings.models import Listing, Term
from listings.phones import national
from meetings.models import STALE_AFTER_DAYS, Meeting
from meetings.schedule import Schedule, Window
from places.geo import Point

# An organization with more meetings than this is an umbrella for many groups.
MAX_MEETINGS_OF_ONE_GROUP = 20


@dataclass(frozen=True, slots=True)
class IndexedMeeting:
    """The facts of a meeting that lists show and filters need."""

    pk: int
    key: str
    slug: str
    # The path of its page in the current language.
    url: str
    name: str
    # The organization's primary key, or 0 if it has none.
    host: int
    host_name: str
    host_slug: str
    host_size: int
    schedule: Schedule
    duration: int | None
    ways: tuple[str, ...]
    ways_label: str
    joining: str
    joining_label: str
    open_to: str
    terms: frozenset[tuple[str, str]]
    community_label: str
    language_label: str
    newcomers: bool
    # The last day on which someone saw or checked it; None is unknown.
    last_known_on: date | None
    zone_inferred: bool
    public_warning: str
    # The phone number or the address of the page, as people type it.
    join_line: str
    city: str
    state: str
    point: Point | None

    def is_stale(self, on: date) -> bool:
        limit = timedelta(days=STALE_AFTER_DAYS)
        return self.last_known_on is None or on - self.last_known_on > limit

    @property
    def is_about_mental_health(self) -> bool:
        """True if it is about more than recovery from substance use."""
        conditions = {slug for kind, slug in self.terms if kind == Term.Kind.CONDITION}
        return bool(conditions - {"substance_use"})

    @property
    def is_of_umbrella_group(self) -> bool:
        return self.host_size > MAX_MEETINGS_OF_ONE_GROUP

    @property
    def how(self) -> str:
        return " ".join(self.ways)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One start of a meeting, in UTC."""

    start: datetime
    meeting: IndexedMeeting
    miles: float | None = None

    @property
    def own_start(self) -> datetime:
        """The start in the time zone of the meeting."""
        return self.start.astimezone(self.meeting.schedule.zone)


_index_cache: MemoryCache[str, tuple[IndexedMeeting, ...]] = MemoryCache(4)
_host_cache: MemoryCache[str, dict[int, list[IndexedMeeting]]] = MemoryCache(4)


def indexed_meetings() -> tuple[IndexedMeeting, ...]:
    """Return every public meeting with known dates, by slug."""
    return _index_cache.get_or_set("all", _read_meetings)


def meetings_by_host() -> dict[int, list[IndexedMeeting]]:
    """Return the meetings of each organization by its primary key."""
    return _host_cache.get_or_set("all", _group_by_host)


def _group_by_host() -> dict[int, list[IndexedMeeting]]:
    found = defaultdict(list)
    for meeting in indexed_meetings():
        if meeting.host:
            found[meeting.host].append(meeting)
    return dict(found)


def _read_meetings() -> tuple[IndexedMeeting, ...]:
    public = Meeting.objects.public().filter(status=Listing.Status.PUBLISHED)
    rows = list(public.for_cards().order_by("slug"))
    sizes = Counter(row.organization_id or 0 for row in rows)
    found = ((row, row.schedule) for row in rows)
    return tuple(
        _to_indexed(row, known, sizes[row.organization_id or 0])
        for row, known in found
        if known is not None
    )


def _to_indexed(row: Meeting, schedule: Schedule, size: int) -> IndexedMeeting:
    host = row.organization
    return IndexedMeeting(
        pk=row.pk,
        key=row.import_key,
        slug=row.slug,
        url=row.get_absolute_url(),
        name=row.name,
        host=host.pk if host else 0,
        host_name=row.host_name,
        host_slug=host.slug if host else "",
        host_size=size if host else 1,
        schedule=schedule,
        duration=row.duration_minutes,
        ways=row.ways,
        ways_label=row.ways_label,
        joining=row.joining,
        joining_label=row.get_joining_display(),
        open_to=row.open_to,
        terms=frozenset((term.kind, term.slug) for term in row.terms.all()),
        community_label=", ".join(map(str, row.communities)),
        language_label=", ".join(str(t) for t in row.languages if t.slug != "en"),
        newcomers=bool(row.newcomers),
        last_known_on=row.last_known_on,
        zone_inferred=row.zone_inferred,
        public_warning=row.public_warning,
        join_line=_join_line(row),
        city=row.city_line if row.in_person else "",
        state=row.state,
        point=row.point,
    )


def _join_line(row: Meeting) -> str:
    phone = national(row.phone) if row.phone else ""
    code = f"{phone} ({row.join_code})" if phone and row.join_code else phone
    page = re.sub(r"^https?://(?:www\.)?", "", row.website).rstrip("/")
    return " · ".join(filter(None, [code, page]))


def find_occurrences(
    among: Iterable[IndexedMeeting], first: datetime, last: datetime
) -> list[Occurrence]:
    """Return the starts of these meetings in `first` <= start < `last`, in order."""
    window = Window(first, last)
    found = [
        Occurrence(start, meeting)
        for meeting in among
        for start in window.starts(meeting.schedule)
    ]
    return sorted(found, key=lambda one: (one.start, one.meeting.slug))
