"""Template tags that describe opening hours and always name the time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from listings.hours import Day, Hours, OpenState, OpenStatus, zone_or_utc
from listings.hours_text import (
    describe_changed_days,
    describe_rules,
    format_at_time,
    format_spans,
    format_time_after_until,
)
from listings.snapshot import snapshot_date
from listings.time_zones import zone_name
from places.models import Place

register = template.Library()

register.filter("zone_name", zone_name)


def day_word(day: date, today: date) -> str:
    """Return "today", "tomorrow" or the weekday; the date if a week away or more."""
    ahead = (day - today).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    if ahead < 7:
        weekday = WEEKDAYS[day.weekday()]
        return pgettext("after opens", "%(weekday)s") % {"weekday": weekday}
    return _("on %(date)s") % {"date": date_format(day, "MONTH_DAY_FORMAT")}


@register.simple_tag
def hours_status(status: OpenStatus, at: datetime, zone: str) -> str:
    """Describe the status, with times in `zone`, the visitor's own if it is known."""
    today = at.astimezone(zone_or_utc(zone)).date()
    return _status_words(status, today, zone, get_language() or "")


# The same text is on many pages, and formatting takes twenty times as long as a lookup.
@lru_cache(maxsize=4_096)
def _status_words(status: OpenStatus, today: date, zone: str, language: str) -> str:
    here = zone_or_utc(zone)
    if status.state is OpenState.OPEN:
        return _open_words(status, today, here)
    if status.state is OpenState.UNKNOWN:
        if status.comment:
            return _("Hours: %(comment)s") % {"comment": status.comment}
        return _("Hours not listed")
    if status.opens is None:
        return _("Closed")
    opens = status.opens.astimezone(here)
    return _("Closed now. Opens %(day)s %(at_time)s, %(zone)s") % {
        "day": day_word(opens.date(), today),
        "at_time": format_at_time(opens),
        "zone": zone_name(zone),
    }


@register.simple_tag
def as_of(at: datetime, place: Place | None) -> str:
    """Say when the statuses on the page were computed, in Eastern time by default."""
    here = zone_or_utc((place and place.timezone) or "America/New_York")
    return _("Updated %(at_time)s, %(zone)s.") % {
        "at_time": format_at_time(at.astimezone(here)),
        "zone": zone_name(here.key),
    }


def _open_words(status: OpenStatus, today: date, here: ZoneInfo) -> str:
    if status.until is None:
        return _("Open now, day and night")
    until = status.until.astimezone(here)
    facts = {
        "time": format_time_after_until(until),
        "at_time": format_at_time(until),
        "zone": zone_name(here.key),
    }
    ahead = (until.date() - today).days
    # Times before noon after the coming night need no day.
    if ahead == 0 or (ahead == 1 and until.hour < 12):
        return _("Open now until %(time)s, %(zone)s") % facts
    facts["day"] = day_word(until.date(), today)
    return _("Open now until %(day)s %(at_time)s, %(zone)s") % facts


@register.filter
def week(hours: Hours, at: datetime) -> tuple[Day, ...]:
    """Return this week; in a snapshot, a typical week in which no day is today."""
    if snapshot_date() is None:
        return hours.week(at)
    return typical_week(hours, at)


@register.filter
def typical_week(hours: Hours, at: datetime) -> tuple[Day, ...]:
    """Return a typical week in which no day is today."""
    return tuple(replace(day, is_today=False) for day in hours.typical_week(at))


@register.filter
def rules_in_words(hours: Hours) -> list[str]:
    """Describe each rule; return [] where a table of the week is enough."""
    return [] if hours.is_weekly else describe_rules(hours)


@register.filter
def changed_days(hours: Hours, at: datetime) -> list[str]:
    """Describe the days of this week that differ; return [] in a snapshot."""
    return [] if snapshot_date() else describe_changed_days(hours, at)


@register.filter
def other_times(hours: Hours) -> str:
    """Return "At other times: by appointment."; "" where it is closed then."""
    words = hours.other_times
    if words is None or not hours.is_known:
        return ""
    if words in ("", "by appointment"):
        words = _("by appointment") if words else _("not known")
    return _("At other times: %(words)s.") % {"words": words}


@register.filter
def day_name(day: Day) -> str:
    return str(WEEKDAYS[day.date.weekday()])


@register.filter
def opening_times(day: Day) -> str:
    """Return "9 am to noon, 1 pm to 5 pm", "All day and night" or "Closed"."""
    if day.is_whole_day:
        return _("All day and night")
    if not day.spans:
        return _("Closed")
    return format_spans(day.spans)
