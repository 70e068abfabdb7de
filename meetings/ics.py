"""Meetings as iCalendar files (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vRecur

from meetings.ics_zones import time_zone
from meetings.models import Meeting
from meetings.schedule import Rule, Schedule, next_starts, to_utc

PRODUCT_ID = "-//Peer Support Directory//Meetings//EN"
# Breaks are listed as single dates for this period.
BREAKS_LISTED_FOR = timedelta(days=2 * 365)
# Used if the duration is unknown, because calendars need one.
DEFAULT_MINUTES = 60


def calendar_file(meetings: Iterable[Meeting], site: str, at: datetime) -> bytes:
    """Return a file with an event for each rule of each meeting, and time zones."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    listed = list(meetings)
    zones = {zone.key: zone for one in listed if (zone := one.zone)}
    for _key, zone in sorted(zones.items()):
        calendar.add_component(time_zone(zone, at.year))
    for meeting in listed:
        for event in _build_events(meeting, site, at):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _build_events(meeting: Meeting, site: str, at: datetime) -> Iterable[Event]:
    schedule = meeting.schedule
    if schedule is None or meeting.status != Meeting.Status.PUBLISHED:
        return
    extra = sorted(day for day in schedule.extra if day >= at.date())
    for number, rule in enumerate(schedule.rules):
        alone = replace(schedule, rules=(rule,), extra=frozenset(), breaks=())
        starts = next_starts(alone, at, 1)
        if not starts:
            continue
        event = _build_event(meeting, site, f"{meeting.uuid}-{number}")
        first = _first_start(alone, rule, starts[0])
        _set_time(event, first, meeting)
        event.add("rrule", _recurrence(rule, schedule))
        for day in _break_days(schedule, first):
            event.add(
                "exdate", _local_moment(day, rule.start or schedule.start, schedule)
            )
        yield event
    for day in extra:
        event = _build_event(meeting, site, f"{meeting.uuid}-{day.isoformat()}")
        _set_time(event, _local_moment(day, schedule.start, schedule), meeting)
        yield event


def _local_moment(day: date, start: time, schedule: Schedule) -> datetime:
    return datetime.combine(day, start, tzinfo=schedule.zone)


def _first_start(alone: Schedule, rule: Rule, start: datetime) -> datetime:
    """Return the start of the event. A rule with COUNT counts from its anchor."""
    if "COUNT=" in rule.text and rule.anchor:
        begins = to_utc(rule.anchor, time(), alone.zone)
        start = next_starts(alone, begins, 1)[0]
    return start.astimezone(alone.zone)


def _set_time(event: Event, start: datetime, meeting: Meeting) -> None:
    minutes = meeting.duration_minutes or DEFAULT_MINUTES
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=minutes))


def _recurrence(rule: Rule, schedule: Schedule) -> vRecur:
    """Return the rule, in which UNTIL becomes the end of its day in UTC."""
    recurrence: vRecur = vRecur.from_ical(rule.text)
    for last in recurrence.get("UNTIL", []):
        ends = datetime.combine(last, time(23, 59, 59), tzinfo=schedule.zone)
        recurrence["UNTIL"] = [ends.astimezone(UTC)]
    return recurrence


def _break_days(schedule: Schedule, first: datetime) -> list[date]:
    """Return the days of all breaks and skipped holidays from `first` on."""
    if not (schedule.breaks or schedule.is_holiday):
        return []
    days = (first.date() + timedelta(days=n) for n in range(BREAKS_LISTED_FOR.days))
    return [day for day in days if schedule.is_in_break(day)]


def _build_event(meeting: Meeting, site: str, uid: str) -> Event:
    page = f"{site}{meeting.get_absolute_url()}"
    event = Event()
    event.add("uid", f"{uid}@{site.partition('://')[2]}")
    event.add("dtstamp", meeting.changed_at)
    event.add("summary", meeting.name)
    event.add("url", page)
    event.add("description", _description(meeting, page))
    if where := _location(meeting):
        event.add("location", where)
    if meeting.point and not meeting.address_withheld:
        event.add("geo", (meeting.point.latitude, meeting.point.longitude))
    return event


def _location(meeting: Meeting) -> str:
    if not meeting.in_person:
        return meeting.ways_label
    venue = "" if meeting.address_withheld else meeting.venue
    parts = (venue, meeting.public_street, meeting.city_line)
    return ", ".join(part for part in parts if part)


def _description(meeting: Meeting, page: str) -> str:
    checked = (
        "" if meeting.checked_on else _("Not yet checked. Look at their page first.")
    )
    parts: tuple[object, ...] = (
        meeting.get_joining_display(),
        meeting.how_to_join,
        meeting.open_to,
        meeting.public_warning,
        checked,
        meeting.website,
        page,
    )
    return "\n".join(str(part) for part in parts if part)
