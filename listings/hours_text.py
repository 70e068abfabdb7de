"""Describe opening hours in words: times, spans and rules."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from listings import hours_rules
from listings.holidays import holiday_name
from listings.hours import Day, Hours, Span

MONTH_KEYS = [
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
]
_MONTH = "|".join(MONTH_KEYS)
_WEEKDAY = "|".join(hours_rules.WEEKDAYS)
_DATES = re.compile(
    rf"(?P<dates>(?:{_MONTH})(?: \d{{1,2}})?"
    rf"(?:[-,](?:{_MONTH})?(?: ?\d{{1,2}})?)*):?(?:\s+|$)"
)
_NUMBERED = re.compile(rf"(?P<day>{_WEEKDAY})\[(?P<numbers>-?\d(?:,-?\d)*)\]")
_WEEKDAYS = re.compile(rf"(?:{_WEEKDAY})(?:[-,](?:{_WEEKDAY}|PH))*")


def format_time(moment: datetime | time) -> str:
    """Return a time like "9 pm", "9:30 am", "noon" or "midnight"."""
    if (moment.hour, moment.minute) == (0, 0):
        return _("midnight")
    if (moment.hour, moment.minute) == (12, 0):
        return _("noon")
    hour = moment.hour % 12 or 12
    half = _("am") if moment.hour < 12 else _("pm")
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes} {half}"


def format_at_time(moment: datetime | time) -> str:
    """Return "at 9 pm" or "at noon"; in Spanish the preposition depends on the hour."""
    if (moment.hour, moment.minute) == (0, 0):
        return _("at midnight")
    if (moment.hour, moment.minute) == (12, 0):
        return _("at noon")
    if moment.hour % 12 == 1:
        return pgettext("between one and two", "at %(time)s") % {
            "time": format_time(moment)
        }
    return _("at %(time)s") % {"time": format_time(moment)}


def format_time_after_until(moment: datetime | time) -> str:
    """Return "9 pm" or "noon"; in Spanish with the article: "las 9 p. m."."""
    if (moment.hour, moment.minute) == (0, 0):
        return pgettext("after until", "midnight")
    if (moment.hour, moment.minute) == (12, 0):
        return pgettext("after until", "noon")
    if moment.hour % 12 == 1:
        words = pgettext("after until, between one and two", "%(time)s")
    else:
        words = pgettext("after until", "%(time)s")
    return words % {"time": format_time(moment)}


def format_span(span: Span) -> str:
    if span.unknown:
        return span.comment or _("Not known")
    if span.end - span.start == timedelta(hours=24):
        return _("all day and night")
    return _("%(start)s to %(end)s") % {
        "start": format_time(span.start),
        "end": format_time(span.end),
    }


def format_spans(spans: tuple[Span, ...]) -> str:
    return ", ".join(format_span(span) for span in spans)


def describe_rules(hours: Hours) -> list[str]:
    """Describe each rule, like "First Monday of the month: 10 am to noon".

    Rules that cannot be parsed are returned as they are written.
    """
    main = hours_rules.split_nights(hours.spec).whole
    rules = hours_rules.parse_rules(main)
    return [_rule_words(rule) for rule in rules] if rules else [main]


def _rule_words(rule: hours_rules.HoursRule) -> str:
    times = ", ".join(_from_to(*span) for span in rule.spans) or _("closed")
    note = rule.note.replace('"', "").strip().removeprefix("unknown").strip()
    words = f"{_days_words(rule.days)}: {times}"
    return f"{words} ({note})" if note else words


def _from_to(start: int, end: int) -> str:
    if end - start == hours_rules.MINUTES_A_DAY:
        return _("all day and night")
    first, last = (time(m // 60 % 24, m % 60) for m in (start, end))
    return _("%(start)s to %(end)s") % {
        "start": format_time(first),
        "end": format_time(last),
    }


def _days_words(days: str) -> str:
    dates = _DATES.match(days)
    rest = days[dates.end() :] if dates else days
    words = [_dates_words(dates["dates"])] if dates else []
    if rest == "PH":
        words.append(_("Public holidays"))
    elif found := _NUMBERED.fullmatch(rest):
        words.append(_numbered_words(found["day"], found["numbers"]))
    elif _WEEKDAYS.fullmatch(rest):
        names = re.sub(_WEEKDAY, lambda day: _weekday(day[0]), rest)
        names = names.replace("PH", _("public holidays"))
        words.append(names.replace("-", "–").replace(",", ", "))
    elif rest:
        words.append(rest)
    return ", ".join(words) or _("Every day")


def _weekday(key: str) -> str:
    return str(WEEKDAYS_ABBR[hours_rules.WEEKDAYS.index(key)])


def _numbered_words(key: str, numbers: str) -> str:
    words = {
        "1": _("First"),
        "2": _("Second"),
        "3": _("Third"),
        "4": _("Fourth"),
        "5": _("Fifth"),
        "-1": _("Last"),
    }
    which = _(" and ").join(words.get(n, n) for n in numbers.split(","))
    return _("%(which)s %(weekday)s of the month") % {
        "which": which.capitalize(),
        "weekday": WEEKDAYS[hours_rules.WEEKDAYS.index(key)],
    }


def _dates_words(dates: str) -> str:
    """Return dates like "January–March" or "December 24"."""
    spelled = re.sub(_MONTH, lambda m: str(MONTHS[MONTH_KEYS.index(m[0]) + 1]), dates)
    return spelled.replace("-", "–").replace(",", ", ").replace(" 0", " ")


def describe_changed_days(hours: Hours, at: datetime) -> list[str]:
    """Describe each day of this week that is not typical, with its holiday."""
    return [_changed_words(day) for day in hours.changed_days(at)]


def _changed_words(day: Day) -> str:
    facts = {
        "weekday": WEEKDAYS[day.date.weekday()],
        "date": date_format(day.date, "MONTH_DAY_FORMAT"),
        "holiday": holiday_name(day.date),
        "times": format_spans(day.spans),
    }
    if not day.spans and facts["holiday"]:
        return _("%(weekday)s, %(date)s: closed for %(holiday)s.") % facts
    if not day.spans:
        return _("%(weekday)s, %(date)s: closed this week.") % facts
    return _("%(weekday)s, %(date)s: %(times)s, only this week.") % facts
