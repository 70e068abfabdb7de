"""Text for schedules and times of meetings, in the current language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from listings.holidays import holiday_name
from listings.hours_text import format_time
from listings.templatetags.listing import miles as distance
from listings.time_zones import zone_name
from meetings.meeting_index import IndexedMeeting, Occurrence
from meetings.models import Meeting
from meetings.schedule import InvalidSchedule, Rule, parse_rules, rule_parts

SEPARATOR = " · "
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def describe_rule(rule: Rule) -> str:
    """Return "2nd and 4th Thursday of the month", or "" for an unusual rule."""
    parts = rule_parts(rule.text)
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    interval = int(parts.get("INTERVAL", "1"))
    plain = set(parts) <= {"FREQ", "BYDAY", "INTERVAL", "UNTIL", "WKST"}
    if not plain:
        return ""
    if parts["FREQ"] == "DAILY" and interval == 1 and not days:
        words = _("Every day")
    elif parts["FREQ"] == "WEEKLY" and days:
        words = _weekly_text(days, interval)
    elif parts["FREQ"] == "MONTHLY" and days:
        words = _monthly_text(days, interval)
    else:
        return ""
    return words + _until_text(parts.get("UNTIL", ""))


def _until_text(digits: str) -> str:
    if not digits:
        return ""
    last = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    return _(", until %(day)s") % {"day": date_format(last, pgettext("day", "F j, Y"))}


def _weekly_text(days: list[str], interval: int) -> str:
    if len(days) == len(DAY_CODES) and interval == 1:
        return _("Every day")
    names = _join_words([str(WEEKDAYS[DAY_CODES.index(day)]) for day in days])
    if interval == 1:
        return _("Every %(days)s") % {"days": names}
    return ngettext(
        "Every week on %(days)s", "Every %(number)s weeks on %(days)s", interval
    ) % {"number": interval, "days": names}


def _monthly_text(days: list[str], interval: int) -> str:
    said = []
    for day in days:
        number, code = day[:-2], day[-2:]
        if not number:
            return ""
        weekday = str(WEEKDAYS[DAY_CODES.index(code)])
        said.append((ordinal_text(number), weekday))
    weekdays = {weekday for _number, weekday in said}
    if len(weekdays) == 1:
        names = f"{_join_words([number for number, _weekday in said])} {weekdays.pop()}"
    else:
        names = _join_words([f"{number} {weekday}" for number, weekday in said])
    if interval == 1:
        return _("%(days)s of the month") % {"days": names}
    return ngettext(
        "%(days)s of every month", "%(days)s, every %(number)s months", interval
    ) % {"number": interval, "days": names}


def ordinal_text(number: str) -> str:
    words = {
        "1": pgettext("weekday of the month", "1st"),
        "2": pgettext("weekday of the month", "2nd"),
        "3": pgettext("weekday of the month", "3rd"),
        "4": pgettext("weekday of the month", "4th"),
        "5": pgettext("weekday of the month", "5th"),
        "-1": pgettext("weekday of the month", "Last"),
    }
    return words.get(number.lstrip("+"), number)


def _join_words(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(first)s and %(last)s") % {
        "first": ", ".join(words[:-1]),
        "last": words[-1],
    }


def describe_schedule(meeting: Meeting) -> list[str]:
    """Describe each rule of a meeting, also one whose dates are unknown."""
    try:
        rules = parse_rules(meeting.rules)
    except InvalidSchedule:
        return []
    return [words for rule in rules if (words := describe_rule(rule))]


def schedule_line(meeting: Meeting) -> str:
    """Return "2nd Thursday of the month, 6:30 pm, Pacific time" and the note."""
    words = "; ".join(describe_schedule(meeting))
    schedule = meeting.schedule
    if schedule is not None:
        when = [format_time(schedule.start), zone_name(schedule.zone.key)]
        words = ", ".join([words, *when] if words else when)
    return ". ".join(filter(None, [words, meeting.schedule_note]))


def day_heading(day: date, today: date) -> str:
    """Return "Today: Monday, November 30", or only the weekday and date."""
    near = {0: _("Today: %(day)s"), 1: _("Tomorrow: %(day)s")}
    ahead = (day - today).days
    words = _format_day(day)
    return near[ahead] % {"day": words} if ahead in near else capfirst(words)


def holiday_warning(day: date) -> str:
    """Return a warning for a meeting on a federal holiday, or "" on other days."""
    holiday = holiday_name(day)
    if not holiday:
        return ""
    return _("%(holiday)s: make sure that they meet.") % {"holiday": holiday}


def day_title(day: date) -> str:
    """Return "Monday, November 30"."""
    return capfirst(_format_day(day))


def _format_day(day: date) -> str:
    return _("%(weekday)s, %(day)s") % {
        "weekday": WEEKDAYS[day.weekday()],
        "day": date_format(day, "MONTH_DAY_FORMAT"),
    }


def format_moment(start: datetime) -> str:
    """Return "Tuesday, December 1, 7 pm", in the time zone of the moment."""
    return _("%(weekday)s, %(day)s, %(time)s") % {
        "weekday": capfirst(str(WEEKDAYS[start.weekday()])),
        "day": date_format(start, "MONTH_DAY_FORMAT"),
        "time": format_time(start),
    }


@dataclass(frozen=True)
class OccurrenceDisplay:
    """The text that a list shows for one start of a meeting, in the visitor's zone."""

    occurrence: Occurrence
    zone: ZoneInfo
    at: datetime

    @property
    def meeting(self) -> IndexedMeeting:
        return self.occurrence.meeting

    @property
    def start(self) -> datetime:
        return self.occurrence.start.astimezone(self.zone)

    @property
    def iso(self) -> str:
        return self.start.isoformat()

    @property
    def time(self) -> str:
        return format_time(self.start)

    @property
    def started(self) -> str:
        """The text "Started 5 minutes ago", or "" if it has not started."""
        minutes = int((self.at - self.occurrence.start).total_seconds() // 60)
        if minutes < 0:
            return ""
        if minutes == 0:
            return _("Starting now")
        return ngettext(
            "Started %(minutes)s minute ago", "Started %(minutes)s minutes ago", minutes
        ) % {"minutes": minutes}

    @property
    def own_time(self) -> str:
        """The start in the meeting's time zone, or "" if that is the same time."""
        own = self.occurrence.own_start
        if own.utcoffset() == self.start.utcoffset():
            return ""
        said = {
            "time": format_time(own),
            "zone": zone_name(self.meeting.schedule.zone.key),
        }
        if own.date() == self.start.date():
            return _("%(time)s, %(zone)s") % said
        said["day"] = str(WEEKDAYS[own.weekday()])
        return _("%(day)s, %(time)s, %(zone)s") % said

    @property
    def summary_line(self) -> str:
        """How and where it meets, and how to join."""
        meeting, miles = self.meeting, self.occurrence.miles
        far = f" ({distance(miles)})" if miles is not None else ""
        parts = [meeting.ways_label, f"{meeting.city}{far}", meeting.joining_label]
        if meeting.duration:
            parts.append(_("%(minutes)s minutes") % {"minutes": meeting.duration})
        return SEPARATOR.join(filter(None, parts))

    @property
    def audience_line(self) -> str:
        """The host, the communities, and the languages other than English."""
        meeting = self.meeting
        about = (self.host, meeting.community_label, meeting.language_label)
        return SEPARATOR.join(filter(None, about))

    @property
    def host(self) -> str:
        """The host, or "" if the name of the meeting begins with it."""
        host = self.meeting.host_name
        begins = host.partition(" ")[0].casefold()
        return "" if self.meeting.name.casefold().startswith(begins) else host

    @property
    def remarks(self) -> str:
        """The meeting's own time, if it differs, and warnings."""
        own = self.own_time
        own_words = _("For the group it is %(time)s.") % {"time": own} if own else ""
        return " ".join(filter(None, [own_words, self.warnings]))

    @property
    def warnings(self) -> str:
        said = []
        if self.meeting.is_stale(self.start.date()):
            said.append(_("Check their page first."))
        if self.meeting.zone_inferred:
            said.append(_("The time zone is our best guess."))
        if words := holiday_warning(self.occurrence.own_start.date()):
            said.append(words)
        return " ".join(said)
