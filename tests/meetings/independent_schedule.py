"""Starts of meetings, calculated day by day without the code of the project.

Dates are counted by hand and local times are read with pytz, so that a fault in
python-dateutil, in zoneinfo or in our use of them shows.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytz

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


def meets_on(rule, day, anchor=None):
    """Return True if a rule of a kind in meetings.csv includes this day."""
    parts = dict(part.split("=") for part in rule.split(";"))
    interval = int(parts.get("INTERVAL", 1))
    if interval > 1 and anchor is None:
        return False
    if anchor and day < anchor:
        return False
    if "UNTIL" in parts and day > datetime.strptime(parts["UNTIL"], "%Y%m%d").date():
        return False
    return {"DAILY": daily, "WEEKLY": weekly, "MONTHLY": monthly}[parts["FREQ"]](
        day, parts.get("BYDAY", "").split(","), interval, anchor
    )


def daily(day, names, interval, anchor):
    return interval == 1 or (day - anchor).days % interval == 0


def weekly(day, names, interval, anchor):
    if CODES[day.weekday()] not in names:
        return False
    if interval == 1:
        return True
    monday = day - timedelta(days=day.weekday())
    first = anchor - timedelta(days=anchor.weekday())
    return (monday - first).days // 7 % interval == 0


def monthly(day, names, interval, anchor):
    if interval > 1:
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        if months % interval:
            return False
    code = CODES[day.weekday()]
    nth = (day.day - 1) // 7 + 1
    is_last = (day + 7 * DAY).month != day.month
    return f"{nth}{code}" in names or (is_last and f"-1{code}" in names)


def start_on(day, clock, zone):
    """Return a local time in UTC.

    A skipped one has the offset before the change, and the first of two is meant.
    """
    hour, minute = map(int, clock.split(":"))
    naive = datetime(day.year, day.month, day.day, hour, minute)
    place = pytz.timezone(zone)
    try:
        local = place.localize(naive, is_dst=None)
    except pytz.NonExistentTimeError:
        local = place.localize(naive, is_dst=False)
    except pytz.AmbiguousTimeError:
        local = place.localize(naive, is_dst=True)
    return local.astimezone(UTC)


def starts(row, first, last):
    """Return the starts of a row of meetings.csv in `first` <= start < `last`."""
    anchor = row.get("first_on")
    anchor = date.fromisoformat(anchor) if anchor else None
    off = set(row.get("skipped_dates", "").split())
    day = first.date() - 2 * DAY
    found = []
    while day <= last.date() + 2 * DAY:
        if meets_on(row["rrule"], day, anchor) and day.isoformat() not in off:
            start = start_on(day, row["start_time"], row["timezone"])
            if first <= start < last:
                found.append(start)
        day += DAY
    return found
