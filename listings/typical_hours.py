"""Describe the hours of a typical week in a few words, for print and snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from listings.hours import Hours, OpenState, OpenStatus, Span, zone_or_utc
from listings.hours_text import describe_rules, format_span
from listings.time_zones import zone_name


def timeless_status(hours: Hours, at: datetime) -> OpenStatus:
    """Return a status that says when it is usually open, not whether it is open now."""
    if not hours.is_known:
        return OpenStatus(OpenState.UNKNOWN)
    words = describe_typical_hours(hours, at, [hours.zone])
    if not hours.is_always_open:
        words = f"{words}, {zone_name(hours.zone)}"
    return OpenStatus(OpenState.UNKNOWN, comment=words)


def describe_typical_hours(hours: Hours, at: datetime, zones: list[str]) -> str:
    """Return hours like "Mon–Fri 5 pm to 9 pm; Sat noon to 4 pm".

    If the times differ between the given zones, they are given for each zone.
    """
    if not hours.is_known:
        return _("Hours not listed")
    if hours.is_always_open:
        return _("Day and night")
    if not hours.is_weekly:
        words = "; ".join(describe_rules(hours))
        return words if zones == [hours.zone] else f"{words}, {zone_name(hours.zone)}"
    spans = [span for day in hours.typical_week(at) for span in day.spans]
    tables = [_table(spans, zone_or_utc(zone)) for zone in zones]
    descriptions = [_describe_table(table) for table in tables]
    if not spans:
        return _("Closed")
    if len(set(descriptions)) == 1:
        return descriptions[0]
    names = [zone_name(zone) for zone in zones]
    days = [list(table) for table in tables]
    if all(one == days[0][:1] for one in days):
        # Both zones have the same days, so the days are not repeated.
        descriptions = [table[days[0][0]] for table in tables]
        pairs = zip(descriptions, names, strict=True)
        return f"{days[0][0]} {', '.join(f'{times} {name}' for times, name in pairs)}"
    parts = zip(names, descriptions, strict=True)
    return " · ".join(f"{name}: {words}" for name, words in parts)


def _describe_table(table: dict[str, str]) -> str:
    return "; ".join(f"{days} {times}" for days, times in table.items())


def _table(spans: Iterable[Span], zone: ZoneInfo) -> dict[str, str]:
    """Map days like "Mon–Fri" to times like "9 am to noon, 1 pm to 5 pm"."""
    seen = [
        Span(s.start.astimezone(zone), s.end.astimezone(zone), s.unknown, s.comment)
        for s in spans
    ]
    times: dict[int, list[str]] = {}
    for span in sorted(seen, key=_time_of_day):
        times.setdefault(span.start.weekday(), []).append(format_span(span))
    alike: dict[str, list[int]] = {}
    for weekday in sorted(times):
        alike.setdefault(", ".join(times[weekday]), []).append(weekday)
    return {_day_range(weekdays): words for words, weekdays in alike.items()}


def _time_of_day(span: Span) -> time:
    return span.start.time()


def _day_range(weekdays: list[int]) -> str:
    """Return days like "Every day", "Mon–Fri" or "Mon, Fri–Sun"."""
    if len(weekdays) == 7:
        return _("Every day")
    runs: list[list[int]] = []
    for day in weekdays:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [[str(WEEKDAYS_ABBR[run[0]]), str(WEEKDAYS_ABBR[run[-1]])] for run in runs]
    return ", ".join("–".join(dict.fromkeys(pair)) for pair in names)
