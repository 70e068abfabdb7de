"""Meetings in templates."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template

from meetings.index import Occurrence
from meetings.words import Shown, day_words

register = template.Library()


@register.inclusion_tag("meetings/_time.html")
def meeting_time(
    one: Occurrence, zone: ZoneInfo, at: datetime, query: str = ""
) -> dict[str, object]:
    """One time of a meeting, on the reader's clock."""
    return {"shown": Shown(one, zone, at), "query": query}


@register.filter
def day_heading(day: date, today: date) -> str:
    return day_words(day, today)
