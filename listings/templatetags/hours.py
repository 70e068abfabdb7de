"""Opening hours in words, with the zone always named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from listings.frozen import made_on
from listings.hours import Day, Hours, Span, State, Status
from places.models import Place

register = template.Library()

ZONE_NAMES = {
    "Eastern": "America/New_York America/Detroit America/Kentucky/Louisville"
    " America/Kentucky/Monticello America/Indiana/Indianapolis America/Indiana/Marengo"
    " America/Indiana/Vincennes America/Indiana/Petersburg America/Indiana/Winamac"
    " America/Indiana/Vevay",
    "Central": "America/Chicago America/Menominee America/Indiana/Knox"
    " America/Indiana/Tell_City America/North_Dakota/Beulah"
    " America/North_Dakota/Center America/North_Dakota/New_Salem",
    "Mountain": "America/Denver America/Boise",
    "Arizona": "America/Phoenix",
    "Pacific": "America/Los_Angeles",
    "Alaska": "America/Anchorage America/Juneau America/Nome America/Sitka"
    " America/Yakutat America/Metlakatla",
    "Hawaii": "Pacific/Honolulu America/Adak",
    "Atlantic": "America/Puerto_Rico America/St_Thomas",
    "Chamorro": "Pacific/Guam Pacific/Saipan",
    "Samoa": "Pacific/Pago_Pago",
}
ZONES = {zone: name for name, zones in ZONE_NAMES.items() for zone in zones.split()}


@register.filter
def zone_name(zone: str) -> str:
    """ "Mountain time" for "America/Denver"; the IANA name where we have no word."""
    words = {
        "Eastern": _("Eastern time"),
        "Central": _("Central time"),
        "Mountain": _("Mountain time"),
        "Arizona": _("Arizona time"),
        "Pacific": _("Pacific time"),
        "Alaska": _("Alaska time"),
        "Hawaii": _("Hawaii time"),
        "Atlantic": _("Atlantic time"),
        "Chamorro": _("Chamorro time"),
        "Samoa": _("Samoa time"),
    }
    return words.get(ZONES.get(zone, ""), zone)


def clock(moment: datetime | time) -> str:
    """ "9 pm", "9:30 am", "noon", "midnight"."""
    if (moment.hour, moment.minute) == (0, 0):
        return _("midnight")
    if (moment.hour, moment.minute) == (12, 0):
        return _("noon")
    hour = moment.hour % 12 or 12
    half = _("am") if moment.hour < 12 else _("pm")
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes} {half}"


def day_word(day: date, today: date) -> str:
    """ "today", "tomorrow" or the weekday; with the date if a week off or more."""
    ahead = (day - today).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    if ahead < 7:
        return str(WEEKDAYS[day.weekday()])
    return _("on %(date)s") % {"date": date_format(day, "MONTH_DAY_FORMAT")}


@register.simple_tag
def hours_status(status: Status, at: datetime, zone: str) -> str:
    """The state in words, said in `zone`: the caller's where it is known."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return _status_words(status, today, zone, get_language() or "")


# The same words stand on many pages, and take twenty times as long to find.
@lru_cache(maxsize=4_096)
def _status_words(status: Status, today: date, zone: str, language: str) -> str:
    here = ZoneInfo(zone)
    if status.state is State.OPEN:
        return _open_words(status, today, here)
    if status.state is State.UNKNOWN:
        if status.comment:
            return _("Hours: %(comment)s") % {"comment": status.comment}
        return _("Hours not listed")
    if status.opens is None:
        return _("Closed")
    opens = status.opens.astimezone(here)
    return _("Closed now. Opens %(day)s at %(time)s, %(zone)s") % {
        "day": day_word(opens.date(), today),
        "time": clock(opens),
        "zone": zone_name(zone),
    }


@register.simple_tag
def as_of(at: datetime, place: Place | None) -> str:
    """When "open now" was looked up; in Eastern time where no place is known."""
    here = ZoneInfo((place and place.timezone) or "America/New_York")
    return _("As of %(time)s, %(zone)s.") % {
        "time": clock(at.astimezone(here)),
        "zone": zone_name(here.key),
    }


def _open_words(status: Status, today: date, here: ZoneInfo) -> str:
    if status.until is None:
        return _("Open now, day and night")
    until = status.until.astimezone(here)
    facts = {"time": clock(until), "zone": zone_name(here.key)}
    ahead = (until.date() - today).days
    # The small hours of the coming night need no day beside them.
    if ahead == 0 or (ahead == 1 and until.hour < 12):
        return _("Open now until %(time)s, %(zone)s") % facts
    facts["day"] = day_word(until.date(), today)
    return _("Open now until %(day)s at %(time)s, %(zone)s") % facts


@register.filter
def week(hours: Hours, at: datetime) -> tuple[Day, ...]:
    """This week; on a page for later, a usual one in which no day is today."""
    if made_on() is None:
        return hours.week(at)
    return tuple(replace(day, is_today=False) for day in hours.usual_week(at))


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
    return ", ".join(span_words(span) for span in day.spans)


def span_words(span: Span) -> str:
    if span.unknown:
        return span.comment or _("Not known")
    if span.end - span.start == timedelta(hours=24):
        return _("all day and night")
    return _("%(start)s to %(end)s") % {
        "start": clock(span.start),
        "end": clock(span.end),
    }
