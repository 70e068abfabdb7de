"""Read iCalendar files (RFC 5545) as rows of our file of meetings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vRecur

from listings.exchange.csv_rows import FileError, Row
from listings.hours import zone_info
from meetings.formats.feed import (
    EntryError,
    FeedRows,
    FeedSource,
    is_video_link,
    split_address,
)

# Longer text is a description, not the name of a place.
MAX_VENUE = 200


def read_calendar(text: str, source: FeedSource, at: datetime) -> FeedRows:
    """Return the events as rows; an unusable one is refused with its reason.

    Changed dates of a repeated event belong to its row. Raises FileError.
    """
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except ValueError as error:
        raise FileError(f"The file is not an iCalendar file: {error}.") from None
    changes = defaultdict(list)
    for event in events:
        if "RECURRENCE-ID" in event:
            changes[str(event.get("UID", ""))].append(event)
    found, seen = FeedRows(), set()
    for number, event in enumerate(events, start=1):
        if "RECURRENCE-ID" in event:
            continue
        try:
            uid = str(event.get("UID", ""))
            if uid in seen:
                raise EntryError("an event with its UID is there already")
            row = _read_event(event, changes[uid], source, at)
        except EntryError as refusal:
            found.refused.append((number, str(refusal)))
            continue
        seen.add(uid)
        found.numbers.append(number)
        found.rows.append(row)
    return found


def _read_event(
    event: Component, changes: list[Component], source: FeedSource, at: datetime
) -> Row:
    """Raises EntryError."""
    name, uid = str(event.get("SUMMARY", "")).strip(), str(event.get("UID", ""))
    if not (name and uid):
        raise EntryError("the event needs a SUMMARY and a UID")
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise EntryError("the event is cancelled")
    start, zone = _read_start(event, source)
    row = source.new_row(re.sub(r"[^\w.-]+", "-", uid.partition("@")[0]))
    row |= {
        "name": name,
        "timezone": zone.key,
        "start_time": f"{start:%H:%M}",
        "duration_minutes": _read_minutes(event),
        "languages": "en",
        "note": str(event.get("DESCRIPTION", "")).strip(),
        **_read_dates(event, changes, start, at),
    }
    return row | _read_way(event)


def _read_start(event: Component, source: FeedSource) -> tuple[datetime, ZoneInfo]:
    """Return the local start and its time zone."""
    start = event.decoded("DTSTART", None)
    if not isinstance(start, datetime):
        raise EntryError("the event has no time of day")
    # A start in UTC says nothing about the zone in which the group keeps its hour.
    named = getattr(start.tzinfo, "key", "") if start.tzinfo else ""
    if named == "UTC" and "RRULE" in event:
        raise EntryError("it repeats in UTC, so its hour in summer is unknown")
    zone = zone_info(source.timezone if named in ("", "UTC") else named)
    if zone is None:
        raise EntryError("the event names no time zone: give one with --timezone")
    return (start.astimezone(zone) if start.tzinfo else start), zone


def _read_minutes(event: Component) -> str:
    length = event.decoded("DURATION", None)
    end = event.decoded("DTEND", None)
    if length is None and isinstance(end, datetime):
        # The start was moved to the zone of the group, so the original one is used.
        length = end - event.decoded("DTSTART")
    minutes = int(length.total_seconds() // 60) if length else 0
    return str(minutes) if minutes > 0 else ""


def _read_dates(
    event: Component, changes: list[Component], start: datetime, at: datetime
) -> dict[str, str]:
    extra, skipped = _dates(event, "RDATE"), _dates(event, "EXDATE")
    for change in changes:
        skipped.add(_local_day(change.decoded("RECURRENCE-ID"), start))
        if str(change.get("STATUS", "")).upper() == "CANCELLED":
            continue
        moved = change.decoded("DTSTART")
        is_timed = isinstance(moved, datetime)
        if not is_timed or _local(moved, start).time() != start.time():
            raise EntryError(f"one date has another time: {moved}. Type it by hand")
        extra.add(_local_day(moved, start))
    rule = event.get("RRULE")
    if rule is None:
        extra.add(start.date())
        if max(extra) < at.date():
            raise EntryError("the event is over")
        return _columns("", extra, skipped - extra)
    rules = rule if isinstance(rule, list) else [rule]
    lines = [f"DTSTART:{start:%Y%m%d}", *(_rule_text(one, start) for one in rules)]
    return _columns("\n".join(lines), extra, skipped - extra)


def _columns(rules: str, extra: set[date], skipped: set[date]) -> dict[str, str]:
    def join(days: Iterable[date]) -> str:
        return " ".join(day.isoformat() for day in sorted(days))

    return {"rrule": rules, "extra_dates": join(extra), "skipped_dates": join(skipped)}


def _dates(event: Component, name: str) -> set[date]:
    found = event.get(name)
    lists = found if isinstance(found, list) else [found] if found else []
    start = event.decoded("DTSTART")
    return {_local_day(item.dt, start) for dates in lists for item in dates.dts}


def _local(moment: datetime, start: datetime) -> datetime:
    both_have_zones = moment.tzinfo and start.tzinfo
    return moment.astimezone(start.tzinfo) if both_have_zones else moment


def _local_day(moment: date, start: datetime) -> date:
    return _local(moment, start).date() if isinstance(moment, datetime) else moment


def _rule_text(rule: vRecur, start: datetime) -> str:
    """Return the rule with UNTIL as the last local day."""
    parts = rule.copy()
    for last in rule.get("UNTIL", []):
        day = last
        if isinstance(last, datetime):
            local = _local(last if last.tzinfo else last.replace(tzinfo=UTC), start)
            before = timedelta(days=1 if local.time() < start.time() else 0)
            day = local.date() - before
        parts["UNTIL"] = [day]
    text: bytes = vRecur(parts).to_ical()  # type: ignore[no-untyped-call]  # It has no types.
    return text.decode()


def _read_way(event: Component) -> dict[str, str]:
    """Return the way to take part, the place and the page."""
    where, page = (str(event.get(name, "")).strip() for name in ("LOCATION", "URL"))
    page = "" if is_video_link(page) else page
    is_online = not where or "://" in where or "online" in where.casefold()
    if is_online:
        if not page:
            raise EntryError(
                "the event has no page (URL). Links into a video room are not imported"
            )
        return {"online": "yes", "join_url": page, "how_to_join": "See their page"}
    place = split_address(where)
    if place is None:
        if len(where) > MAX_VENUE:
            raise EntryError("LOCATION is too long for the name of a place")
        place = {"venue": where}
    return {"in_person": "yes", "join_url": page, **place}
