"""Evaluate the hours of a row of warmlines.csv, for the full ZIP check.

It shares no code with listings/hours.py, so that each can prove the other. It only
reads the forms in the file: "24/7", and rules like "Mo-Th,Su 18:00-22:00; Fr-Sa
18:00-23:00". Any other form is an error, so that a new form is noticed.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
RULE = re.compile(r"([A-Za-z,-]+) ([\d:,-]+)")
MINUTES_PER_DAY = 24 * 60


def is_open(hours: str, zone: str, at: datetime) -> bool | None:
    """Return whether the hours are open at this time, or None without hours."""
    if not hours:
        return None
    if hours == "24/7":
        return True
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    yesterday = (local - timedelta(days=1)).weekday()
    for rule in hours.split(";"):
        days, times = _parse_rule(rule.strip())
        for start, end in times:
            if local.weekday() in days and start <= minute < end:
                return True
            # A span that began the day before continues after midnight.
            if yesterday in days and start <= minute + MINUTES_PER_DAY < end:
                return True
    return False


def _parse_rule(rule: str) -> tuple[set[int], list[tuple[int, int]]]:
    """Return the weekdays of a rule, and its spans in minutes from midnight."""
    found = RULE.fullmatch(rule)
    if found is None:
        raise ValueError(f"This form of hours is new: {rule}")
    days: set[int] = set()
    for part in found[1].split(","):
        first, _dash, last = part.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days |= {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return days, [_parse_span(part) for part in found[2].split(",")]


def _parse_span(text: str) -> tuple[int, int]:
    start, end = (_parse_minutes(part) for part in text.split("-"))
    return start, end if end > start else end + MINUTES_PER_DAY


def _parse_minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
