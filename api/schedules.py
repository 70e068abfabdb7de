"""Opening hours as HSDS schedules: weekly rules of RFC 5545 with an offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from api.ids import child_id
from api.types import AnyListing, JsonObject
from listings.hours_text import describe_rules

WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def serialize_schedules(
    listing: AnyListing, service_id: UUID, at: datetime
) -> list[JsonObject]:
    """Return one rule for all days with the same times, or only a description.

    HSDS has a UTC offset and no time zone. An offset is wrong for half of the year,
    so it is the one in force at `at`. `iana_timezone` and `opening_hours` are always
    right.
    """
    shared: JsonObject = {"service_id": str(service_id)}
    hours = listing.opening_hours
    if hours.is_known:
        shared |= {
            "opening_hours": listing.hours,
            "iana_timezone": listing.timezone,
            "timezone": _offset_hours(listing, at),
        }
    if listing.hours_note:
        shared["description"] = listing.hours_note
    elif hours.is_known and not hours.is_weekly:
        shared["description"] = "; ".join(describe_rules(hours))
    is_weekly = hours.is_known and hours.is_weekly
    rules = list(_weekly_rules(listing, at)) if is_weekly else []
    if not rules and len(shared) > 1:
        rules = [{}]
    return [
        {"id": child_id(service_id, f"schedule:{_rule_key(rule)}"), **shared, **rule}
        for rule in rules
    ]


def _weekly_rules(listing: AnyListing, at: datetime) -> Iterator[JsonObject]:
    # The last six characters of isoformat() are "+hh:mm".
    offset = at.astimezone(listing.zone).isoformat()[-6:]
    days_of: dict[tuple[str, str], list[str]] = {}
    for day in listing.opening_hours.typical_week(at):
        for times in day.clock_times():
            days_of.setdefault(times, []).append(WEEKDAY_CODES[day.date.weekday()])
    for (opens, closes), days in days_of.items():
        yield {
            "freq": "WEEKLY",
            "interval": 1,
            "wkst": "MO",
            "byday": ",".join(days),
            "opens_at": f"{opens}{offset}",
            "closes_at": f"{closes}{offset}",
        }


def _offset_hours(listing: AnyListing, at: datetime) -> float:
    offset = at.astimezone(listing.zone).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0.0
    return int(hours) if hours.is_integer() else hours


def _rule_key(rule: JsonObject) -> str:
    """Return a key that stays the same in summer and winter."""
    if not rule:
        return "words"
    return f"{rule['byday']}:{rule['opens_at'][:5]}-{rule['closes_at'][:5]}"
