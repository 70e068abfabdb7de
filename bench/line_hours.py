"""Opening hours evaluated from a row of warmlines.csv alone, for the ZIP check.

It shares no code with listings/hours.py, and reads only the forms that occur in the
file: "24/7", and rules like "Mo-Th,Su 18:00-22:00; Fr-Sa 18:00-23:00". Any other form
is an error, so that a new form is noticed.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
RULE = re.compile(r"([A-Za-z,-]+) ([\d:,-]+)")
MINUTES_A_DAY = 24 * 60


def is_open(hours: str, zone: str, at: datetime) -> bool | None:
    """Say whether the row is open at the moment; None where it has no hours."""
    if not hours:
        return None
    if hours == "24/7":
        return True
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    yesterday = (local - timedelta(days=1)).weekday()
    for rule in hours.split(";"):
        days, times = _parts(rule.strip())
        for start, end in times:
            if local.weekday() in days and start <= minute < end:
                return True
            # A night that began the day before goes on past midnight.
            if yesterday in days and start <= minute + MINUTES_A_DAY < end:
                return True
    return False


def _parts(rule: str) -> tuple[set[int], list[tuple[int, int]]]:
    """The weekdays of a rule, and its spans in minutes from midnight."""
    found = RULE.fullmatch(rule)
    if found is None:
        raise ValueError(f"This form of hours is new: {rule}")
    days: set[int] = set()
    for part in found[1].split(","):
        first, _dash, last = part.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days |= {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return days, [_span(part) for part in found[2].split(",")]


def _span(text: str) -> tuple[int, int]:
    start, end = (_minutes(part) for part in text.split("-"))
    return start, end if end > start else end + MINUTES_A_DAY


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
