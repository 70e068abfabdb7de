"""Facts about meetings for other pages: how many today, and the next few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from listings.hours import zone_or_utc
from meetings.forms import DEFAULT_ZONE
from meetings.meeting_index import Occurrence, find_occurrences, meetings_by_host
from meetings.meeting_table import Starts, find_starts
from meetings.search import DAYS_SHOWN, JOINABLE_AFTER_START
from orgs.models import Organization
from places.models import Place


@dataclass(frozen=True)
class OnlineToday:
    """Online meetings from now to the end of the visitor's day, in order."""

    at: datetime
    zone: ZoneInfo
    found: Starts
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
    found = find_starts(at - JOINABLE_AFTER_START, midnight, at)
    online = found.table.facets["how"].any_of(["online"])
    found = found.only(online[found.positions])
    query = {"zone": zone.key} if place else {}
    url = f"{reverse('meetings')}?{urlencode({'how': 'online', **query})}"
    return OnlineToday(at, zone, found, url)


def find_next_meetings(
    organization: Organization, at: datetime, number: int
) -> tuple[list[Occurrence], int]:
    """Return the next starts of an organization, and its number of meetings."""
    among = meetings_by_host().get(organization.pk, [])
    found = find_occurrences(
        among, at - JOINABLE_AFTER_START, at + timedelta(days=DAYS_SHOWN)
    )
    return found[:number], len(among)
