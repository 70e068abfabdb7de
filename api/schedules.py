"""Opening hours as HSDS schedules: weekly rules of RFC 5545 with an offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from api.ids import part
from listings.hours_text import rules_words

Thing = dict[str, Any]

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def schedules(listing: Any, service: UUID, at: datetime) -> list[Thing]:
    """One rule for all days with the same times; the words alone where none is known.

    HSDS has an offset and no zone, and an offset is wrong for half of the year: it is
    the one in force at `at`. `iana_timezone` and `opening_hours` are the whole truth.
    """
    shared: Thing = {"service_id": str(service)}
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
        shared["description"] = "; ".join(rules_words(hours))
    is_weekly = hours.is_known and hours.is_weekly
    rules = list(_rules(listing, at)) if is_weekly else []
    if not rules and len(shared) > 1:
        rules = [{}]
    return [
        {"id": part(service, f"schedule:{_name(rule)}"), **shared, **rule}
        for rule in rules
    ]


def _rules(listing: Any, at: datetime) -> Iterator[Thing]:
    # "+hh:mm", as isoformat() ends.
    offset = at.astimezone(listing.zone).isoformat()[-6:]
    days_of: dict[tuple[str, str], list[str]] = {}
    for day in listing.opening_hours.usual_week(at):
        for times in day.clock_times():
            days_of.setdefault(times, []).append(DAYS[day.date.weekday()])
    for (opens, closes), days in days_of.items():
        yield {
            "freq": "WEEKLY",
            "interval": 1,
            "wkst": "MO",
            "byday": ",".join(days),
            "opens_at": f"{opens}{offset}",
            "closes_at": f"{closes}{offset}",
        }


def _offset_hours(listing: Any, at: datetime) -> float:
    offset = at.astimezone(listing.zone).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0.0
    return int(hours) if hours.is_integer() else hours


def _name(rule: Thing) -> str:
    """Stable while the rule is, summer or winter."""
    if not rule:
        return "words"
    return f"{rule['byday']}:{rule['opens_at'][:5]}-{rule['closes_at'][:5]}"
