"""Meetings of an organization as HSDS schedules: rules of RFC 5545 with an offset."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from api.ids import child_id
from api.schedules import WEEKDAY_CODES
from api.serializers import drop_empty
from api.types import JsonObject
from meetings.meeting_index import IndexedMeeting
from meetings.schedule import Rule, rule_parts
from meetings.schedule_text import describe_rule

# HSDS has no other frequencies. A daily rule becomes a weekly one.
HSDS_FREQUENCIES = ("WEEKLY", "MONTHLY")


def serialize_meeting(
    meeting: IndexedMeeting, service_id: UUID, at: datetime, site: str
) -> list[JsonObject]:
    """Return a schedule for each rule of a meeting.

    The offset is the one in force at `at`. `iana_timezone` is always right.
    """
    return [
        drop_empty(
            id=child_id(service_id, f"meeting:{meeting.key}:{number}"),
            service_id=str(service_id),
            description=_description(meeting, rule),
            schedule_link=f"{site}{meeting.url}",
            attending_type=", ".join(meeting.ways),
            notes=meeting.joining_label,
            meeting_key=meeting.key,
            **_times(meeting, rule, at),
            **_recurrence(rule),
        )
        for number, rule in enumerate(meeting.schedule.rules)
    ]


def _description(meeting: IndexedMeeting, rule: Rule) -> str:
    words = describe_rule(rule)
    return f"{meeting.name}: {words}" if words else meeting.name


def _times(meeting: IndexedMeeting, rule: Rule, at: datetime) -> JsonObject:
    zone = meeting.schedule.zone
    local = at.astimezone(zone)
    offset = local.isoformat()[-6:]
    start = rule.start or meeting.schedule.start
    hours = (local.utcoffset() or timedelta()).total_seconds() / 3600
    return {
        "iana_timezone": zone.key,
        "timezone": int(hours) if hours.is_integer() else hours,
        "opens_at": f"{start:%H:%M}{offset}",
        "closes_at": f"{_end(start, meeting.duration):%H:%M}{offset}"
        if meeting.duration
        else "",
    }


def _end(start: time, minutes: int) -> time:
    whole = datetime(2000, 1, 1, start.hour, start.minute) + timedelta(minutes=minutes)
    return whole.time()


def _recurrence(rule: Rule) -> JsonObject:
    """Return the rule, or only its first day if HSDS has no such frequency."""
    parts = rule_parts(rule.text)
    first = {"dtstart": rule.anchor.isoformat() if rule.anchor else ""}
    if parts == {"FREQ": "DAILY"}:
        parts = {"FREQ": "WEEKLY", "BYDAY": ",".join(WEEKDAY_CODES)}
    if parts["FREQ"] not in HSDS_FREQUENCIES or "BYSETPOS" in parts:
        return first
    until = parts.get("UNTIL", "")
    return first | {
        "freq": parts["FREQ"],
        "interval": int(parts.get("INTERVAL", "1")),
        "wkst": parts.get("WKST", "MO"),
        "byday": parts.get("BYDAY", ""),
        "bymonthday": parts.get("BYMONTHDAY", ""),
        "count": int(parts["COUNT"]) if "COUNT" in parts else None,
        "until": f"{until[:4]}-{until[4:6]}-{until[6:]}" if until else "",
    }
