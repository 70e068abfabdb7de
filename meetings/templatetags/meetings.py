"""Template tags for meetings."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.hours import zone_or_utc
from listings.hours_text import format_at_time
from listings.snapshot import snapshot_date
from listings.time_zones import zone_name
from meetings.forms import DEFAULT_ZONE
from meetings.meeting_index import Occurrence
from meetings.schedule_text import (
    OccurrenceDisplay,
    day_heading,
    day_title,
    schedule_line,
)
from meetings.search import HostRow
from meetings.today import OnlineToday, find_next_meetings, find_online_today
from orgs.models import Organization
from places.models import Place

register = template.Library()
register.filter(day_heading)
register.filter(day_title)
register.filter(schedule_line)
MAX_NEXT_SHOWN = 4


@register.inclusion_tag("meetings/_time.html")
def meeting_time(
    one: Occurrence, zone: ZoneInfo, at: datetime, query: str = ""
) -> dict[str, object]:
    """Show one start of a meeting in the visitor's time zone."""
    return {"start": OccurrenceDisplay(one, zone, at), "query": query, "day": ""}


@register.inclusion_tag("meetings/_sheet_row.html")
def sheet_row(row: HostRow, zone: ZoneInfo, at: datetime) -> dict[str, object]:
    """Show one row of a printed sheet, and the number of further ones of its host."""
    return {"start": OccurrenceDisplay(row.first, zone, at), "more": len(row.others)}


@register.inclusion_tag("meetings/_today.html")
def meetings_today(place: Place | None, at: datetime) -> dict[str, object]:
    """Show "Today: 14 online groups. The next is 6 pm, Mountain time."

    Shows nothing on a snapshot, which people read later.
    """
    today = None if snapshot_date() else find_online_today(place, at)
    if today is None or not today.count:
        return {"today": None}
    return {"today": today, "words": _today_words(today)}


def _today_words(today: OnlineToday) -> str:
    words = ngettext(
        "Today: %(number)s online group.",
        "Today: %(number)s online groups.",
        today.count,
    ) % {"number": today.count}
    if today.next_start is None:
        return words
    said = {"time": format_at_time(today.next_start), "zone": zone_name(today.zone.key)}
    next_words = _("The next is %(time)s, %(zone)s.") % said
    return f"{words} {next_words}"


@register.inclusion_tag("meetings/_next.html")
def next_meetings(organization: Organization, at: datetime) -> dict[str, object]:
    """Show the next meetings of an organization, in its own time zone."""
    found, total = find_next_meetings(organization, at, MAX_NEXT_SHOWN)
    zone = zone_or_utc(organization.timezone or _first_zone(found))
    starts = [
        (OccurrenceDisplay(one, zone, at), _day_heading(one, zone, at)) for one in found
    ]
    return {
        "starts": [] if snapshot_date() else starts,
        "organization": organization,
        "total": total,
        "zone_name": zone_name(zone.key),
    }


def _day_heading(one: Occurrence, zone: ZoneInfo, at: datetime) -> str:
    return day_heading(one.start.astimezone(zone).date(), at.astimezone(zone).date())


def _first_zone(found: list[Occurrence]) -> str:
    return found[0].meeting.schedule.zone.key if found else DEFAULT_ZONE
