"""The next dates of a schedule in two time zones, for the form of a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from listings.holidays import holiday_name
from listings.hours_text import format_time
from listings.time_zones import ZONES, zone_name
from meetings.models import Meeting
from meetings.schedule import Schedule, next_starts
from meetings.schedule_text import describe_schedule, format_moment

MAX_PREVIEW_DATES = 10
SCHEDULE_FIELDS = (
    *("rules", "start_time", "duration_minutes", "timezone", "first_on"),
    *("extra_dates", "skipped_dates", "skips_holidays"),
)
# The second zone is the first of these that differs from the meeting's own zone.
COMPARISON_ZONES = ("America/New_York", "America/Los_Angeles")


@dataclass(frozen=True)
class PreviewDate:
    own: str
    other: str
    holiday: str


@dataclass(frozen=True)
class SchedulePreview:
    """The rule as text, and the dates in the meeting's zone and in another one."""

    words: list[str] = field(default_factory=list)
    time: str = ""
    zone: str = ""
    other_zone: str = ""
    dates: list[PreviewDate] = field(default_factory=list)


def build_preview(facts: Mapping[str, Any]) -> SchedulePreview:
    """Return the preview of a schedule; it has no dates if parts are missing."""
    known = {name: facts[name] for name in SCHEDULE_FIELDS if facts.get(name)}
    meeting = Meeting(**known)
    schedule = meeting.schedule
    words = describe_schedule(meeting)
    if schedule is None:
        return SchedulePreview(words)
    own_name = ZONES.get(schedule.zone.key)
    other = next(key for key in COMPARISON_ZONES if ZONES[key] != own_name)
    starts = next_starts(schedule, timezone.now(), MAX_PREVIEW_DATES)
    return SchedulePreview(
        words,
        time=format_time(schedule.start),
        zone=zone_name(schedule.zone.key),
        other_zone=zone_name(other),
        dates=[_describe(start, schedule, ZoneInfo(other)) for start in starts],
    )


def _describe(start: datetime, schedule: Schedule, other: ZoneInfo) -> PreviewDate:
    own = start.astimezone(schedule.zone)
    return PreviewDate(
        own=format_moment(own),
        other=format_moment(start.astimezone(other)),
        holiday=holiday_name(own.date()),
    )
