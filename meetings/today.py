"""Facts about meetings for other pages: how many today, and the next few."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from caching.memory_cache import MemoryCache
from listings.hours import zone_or_utc
from meetings.forms import DEFAULT_ZONE
from meetings.meeting_index import Occurrence, find_occurrences, indexed_meetings
from meetings.search import DAYS_SHOWN, JOINABLE_AFTER_START
from orgs.models import Organization
from places.models import Place

# From the beginning of a day in UTC to the end of today in any time zone.
DAYS_AHEAD = timedelta(days=3)
# By the day in UTC on which the starts begin; pages are rendered for one or two.
_online_start_cache: MemoryCache[date, list[Occurrence]] = MemoryCache(16)


@dataclass(frozen=True)
class OnlineToday:
    """Online meetings from now to the end of the visitor's day, in order."""

    at: datetime
    zone: ZoneInfo
    found: list[Occurrence]
    # The page of meetings in the same time zone.
    url: str

    @property
    def count(self) -> int:
        return len(self.found)

    @property
    def next_start(self) -> datetime | None:
        """The first start that is not past, in the visitor's time zone, or None."""
        ahead = (one.start for one in self.found if one.start >= self.at)
        start = next(ahead, None)
        return start.astimezone(self.zone) if start else None


def find_online_today(place: Place | None, at: datetime) -> OnlineToday:
    zone = zone_or_utc((place and place.timezone) or DEFAULT_ZONE)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=zone)
    begins = at - JOINABLE_AFTER_START
    starts = _online_starts(begins.astimezone(UTC).date())
    first, last = (
        bisect_left(starts, moment, key=_start) for moment in (begins, midnight)
    )
    query = {"zone": zone.key} if place else {}
    url = f"{reverse('meetings')}?{urlencode({'how': 'online', **query})}"
    return OnlineToday(at, zone, starts[first:last], url)


def _online_starts(day: date) -> list[Occurrence]:
    """Return each start of an online meeting since a day began in UTC, in order."""

    def find() -> list[Occurrence]:
        first = datetime.combine(day, time(), tzinfo=UTC)
        among = [one for one in indexed_meetings() if "online" in one.ways]
        return find_occurrences(among, first, first + DAYS_AHEAD)

    return _online_start_cache.get_or_set(day, find)


def _start(one: Occurrence) -> datetime:
    return one.start


def find_next_meetings(
    organization: Organization, at: datetime, number: int
) -> tuple[list[Occurrence], int]:
    """Return the next starts of an organization, and its number of meetings."""
    among = [
        meeting for meeting in indexed_meetings() if meeting.host == organization.pk
    ]
    found = find_occurrences(
        among, at - JOINABLE_AFTER_START, at + timedelta(days=DAYS_SHOWN)
    )
    return found[:number], len(among)
