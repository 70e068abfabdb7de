"""Opening hours in words, with the zone always named."""

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

from listings.hours import Day, Hours, State, Status, zone_or_utc
from listings.hours_text import (
    at_clock,
    changed_days_words,
    clock_after_until,
    rules_words,
    spans_words,
)
from listings.snapshot import made_on
from listings.time_zones import zone_name
from places.models import Place

register = template.Library()

register.filter("zone_name", zone_name)


def day_word(day: date, today: date) -> str:
    """ "today", "tomorrow" or the weekday; with the date if a week off or more."""
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
def hours_status(status: Status, at: datetime, zone: str) -> str:
    """The state in words, said in `zone`: the caller's where it is known."""
    today = at.astimezone(zone_or_utc(zone)).date()
    return _status_words(status, today, zone, get_language() or "")


# The same words stand on many pages, and take twenty times as long to find.
@lru_cache(maxsize=4_096)
def _status_words(status: Status, today: date, zone: str, language: str) -> str:
    here = zone_or_utc(zone)
    if status.state is State.OPEN:
        return _open_words(status, today, here)
    if status.state is State.UNKNOWN:
        if status.comment:
            return _("Hours: %(comment)s") % {"comment": status.comment}
        return _("Hours not listed")
    if status.opens is None:
        return _("Closed")
    opens = status.opens.astimezone(here)
    return _("Closed now. Opens %(day)s %(at_time)s, %(zone)s") % {
        "day": day_word(opens.date(), today),
        "at_time": at_clock(opens),
        "zone": zone_name(zone),
    }


@register.simple_tag
def as_of(at: datetime, place: Place | None) -> str:
    """When the page found out what is open; in Eastern time where no place is known."""
    here = zone_or_utc((place and place.timezone) or "America/New_York")
    return _("Updated %(at_time)s, %(zone)s.") % {
        "at_time": at_clock(at.astimezone(here)),
        "zone": zone_name(here.key),
    }


def _open_words(status: Status, today: date, here: ZoneInfo) -> str:
    if status.until is None:
        return _("Open now, day and night")
    until = status.until.astimezone(here)
    facts = {
        "time": clock_after_until(until),
        "at_time": at_clock(until),
        "zone": zone_name(here.key),
    }
    ahead = (until.date() - today).days
    # The small hours of the coming night need no day beside them.
    if ahead == 0 or (ahead == 1 and until.hour < 12):
        return _("Open now until %(time)s, %(zone)s") % facts
    facts["day"] = day_word(until.date(), today)
    return _("Open now until %(day)s %(at_time)s, %(zone)s") % facts


@register.filter
def week(hours: Hours, at: datetime) -> tuple[Day, ...]:
    """This week; on a page for later, a usual one in which no day is today."""
    if made_on() is None:
        return hours.week(at)
    return usual_week(hours, at)


@register.filter
def usual_week(hours: Hours, at: datetime) -> tuple[Day, ...]:
    """An ordinary week, in which no day is today."""
    return tuple(replace(day, is_today=False) for day in hours.usual_week(at))


@register.filter
def rules_in_words(hours: Hours) -> list[str]:
    """Nothing where the table of a week says it all."""
    return [] if hours.is_weekly else rules_words(hours)


@register.filter
def changed_days(hours: Hours, at: datetime) -> list[str]:
    """What is not as usual this week; nothing on a page that is read later."""
    return [] if made_on() else changed_days_words(hours, at)


@register.filter
def other_times(hours: Hours) -> str:
    """ "At other times: by appointment."; "" where it is closed then."""
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
def spans(day: Day) -> str:
    """ "9 am to noon, 1 pm to 5 pm", "All day and night", "Closed"."""
    if day.whole_day:
        return _("All day and night")
    if not day.spans:
        return _("Closed")
    return spans_words(day.spans)
