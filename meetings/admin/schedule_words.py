"""Read a schedule that a curator typed in English.

"Every 2nd and 4th Thursday, 6:30 pm, Pacific" becomes a rule, a time and a time zone.
Text that could mean two things is refused. No word is ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from listings.time_zones import ZONE_NAMES
from listings.weekly_hours_form import InvalidSpan, parse_clock_time, parse_day
from meetings.admin.rule_boxes import RuleBoxes
from meetings.schedule import InvalidSchedule, parse_date

DAY_NAMES = {
    "MO": "monday mondays mon",
    "TU": "tuesday tuesdays tues tue",
    "WE": "wednesday wednesdays wed weds",
    "TH": "thursday thursdays thurs thur thu",
    "FR": "friday fridays fri",
    "SA": "saturday saturdays sat",
    "SU": "sunday sundays sun",
}
CODES = tuple(DAY_NAMES)
DAY_OF_NAME = {
    name: code for code, names in DAY_NAMES.items() for name in names.split()
}
WEEK_NAMES = {
    "1": "1st first",
    "2": "2nd second",
    "3": "3rd third",
    "4": "4th fourth",
    "5": "5th fifth",
    "-1": "last",
}
WEEK_OF_NAME = {
    name: number for number, names in WEEK_NAMES.items() for name in names.split()
}
DAY_GROUPS = {
    "daily": CODES,
    "day": CODES,
    "weekday": CODES[:5],
    "weekdays": CODES[:5],
    "weekend": CODES[5:],
    "weekends": CODES[5:],
}
FILLERS = {"every", "each", "on", "of", "the", "and", "at", "week", "weekly", "in"}
MONTH_WORDS = {"month", "monthly", "months"}
ZONE_ABBREVIATIONS = {
    "Eastern": "et est edt",
    "Central": "ct cst cdt",
    "Mountain": "mt mst mdt",
    "Pacific": "pt pst pdt",
    "Alaska": "akst akdt",
    "Hawaii": "hst",
    "Atlantic": "ast",
    "Chamorro": "chst guam",
}
ZONE_OF_NAME = {
    word: ZONE_NAMES[name].split()[0]
    for name in ZONE_NAMES
    for word in (name.casefold(), *ZONE_ABBREVIATIONS.get(name, "").split())
}
ZONE = re.compile(
    rf"\b({'|'.join(ZONE_OF_NAME)})\b(?: standard| daylight)?(?: time)?(?: zone)?\b"
)
CLOCK = r"(?:\d{1,2}:\d{2}(?: ?[ap]m)?|\d{1,2} ?[ap]m|noon|midnight)"
CLOCK_RANGE = re.compile(
    rf"\b((?:{CLOCK}|\d{{1,2}}) ?(?:-|to|until|till) ?{CLOCK})(?![\w:])"
)
ONE_CLOCK = re.compile(rf"(?:\bat )?\b({CLOCK}|(?<=\bat )\d{{1,2}})(?![\w:])")
LENGTH = re.compile(r"\bfor (\d{1,3}) ?(minutes?|min|hours?)\b")
DATE = r"(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})"
BEGINS = re.compile(rf"\b(?:starting|beginning|from|since)(?: on)? {DATE}")
ENDS = re.compile(rf"\b(?:until|through|ending)(?: on)? {DATE}")
NUMBERS = {"other": 2, "second": 2, "two": 2, "three": 3, "four": 4}
EVERY_FEW = re.compile(rf"\bevery (\d{{1,2}}|{'|'.join(NUMBERS)}) (weeks?|months?)\b")
EVERY_OTHER_DAY = re.compile(rf"\bevery other ({'|'.join(DAY_OF_NAME)})\b")
EVERY_NUMBERED = re.compile(
    rf"\bevery ({'|'.join(WEEK_OF_NAME)}) ({'|'.join(DAY_OF_NAME)})\b"
)
DAY_RANGE = re.compile(
    rf"\b({'|'.join(DAY_OF_NAME)}) ?(?:-|to|through|thru) ?({'|'.join(DAY_OF_NAME)})\b"
)


@dataclass
class TypedSchedule:
    """The parts of a schedule that the text names. "" and None mean not named."""

    rules: str = ""
    start_time: str = ""
    duration_minutes: int | None = None
    timezone: str = ""
    first_on: str = ""


@dataclass
class _Reader:
    """The text that is still unread, and what was read so far."""

    text: str
    found: TypedSchedule = field(default_factory=TypedSchedule)
    interval: int = 1
    unit: str = ""
    until: str = ""
    has_month: bool = False

    def take(self, pattern: re.Pattern[str], name: str) -> re.Match[str] | None:
        """Remove the match of a pattern. Raises InvalidSchedule if there are two."""
        matches = list(pattern.finditer(self.text))
        if len(matches) > 1:
            raise InvalidSchedule(
                _("There are two of these: %(name)s. Write one of them here.")
                % {"name": name}
            )
        self.text = pattern.sub(" , ", self.text)
        return matches[0] if matches else None


def read_schedule(text: str) -> TypedSchedule:
    """Read the typed text. Raises InvalidSchedule with a message for curators."""
    reader = _Reader(_normalize(text))
    _read_dates(reader)
    _read_clock(reader)
    if zone := reader.take(ZONE, _("time zones")):
        reader.found.timezone = ZONE_OF_NAME[zone[1]]
    _read_interval(reader)
    reader.found.rules = str(_read_days(reader))
    return reader.found


def _normalize(text: str) -> str:
    cleaned = text.casefold().replace("–", "-").replace("—", "-")
    cleaned = re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", cleaned)
    return " ".join(re.split(r"[\s]+", cleaned)).strip(" .")


def _read_dates(reader: _Reader) -> None:
    if begins := reader.take(BEGINS, _("first days")):
        reader.found.first_on = _read_date(begins[1]).isoformat()
    if ends := reader.take(ENDS, _("last days")):
        reader.until = _read_date(ends[1]).isoformat()


def _read_date(text: str) -> date:
    if "/" not in text:
        return parse_date(text)
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()
    except ValueError:
        raise InvalidSchedule(
            _("“%(text)s” is not a date. Write it like 2026-12-24.") % {"text": text}
        ) from None


def _read_clock(reader: _Reader) -> None:
    times = _("times")
    try:
        if span := reader.take(CLOCK_RANGE, times):
            [(start, end)] = parse_day(
                span[1].replace("until", "-").replace("till", "-")
            )
            reader.found.start_time = start
            reader.found.duration_minutes = _minutes_between(start, end)
        elif clock := reader.take(ONE_CLOCK, times):
            reader.found.start_time = parse_clock_time(clock[1])
    except InvalidSpan as error:
        raise InvalidSchedule(str(error)) from None
    if length := reader.take(LENGTH, _("lengths")):
        per_unit = 60 if length[2].startswith("hour") else 1
        reader.found.duration_minutes = int(length[1]) * per_unit


def _minutes_between(start: str, end: str) -> int:
    hours = [int(text[:2]) * 60 + int(text[3:]) for text in (start, end)]
    return (hours[1] - hours[0]) % (24 * 60)


def _read_interval(reader: _Reader) -> None:
    if found := reader.take(EVERY_FEW, _("intervals")):
        reader.interval = NUMBERS.get(found[1]) or int(found[1])
        reader.unit = found[2].removesuffix("s")
    elif EVERY_OTHER_DAY.search(reader.text):
        reader.interval, reader.unit = 2, "week"
        reader.text = EVERY_OTHER_DAY.sub(r"\1", reader.text)
    numbered = EVERY_NUMBERED.search(reader.text)
    if numbered and numbered[1] != "last" and not _names_month(reader.text):
        week, day = numbered[1], numbered[2].removesuffix("s")
        raise InvalidSchedule(
            _(
                "“%(text)s” can mean two things. Write “%(week)s %(day)s of the "
                "month”, or “every other %(day)s”."
            )
            % {"text": numbered[0], "week": week, "day": day}
        )


def _names_month(text: str) -> bool:
    return bool(MONTH_WORDS & set(re.findall(r"\w+", text)))


def _read_days(reader: _Reader) -> RuleBoxes | str:
    """Return the rule of the words that are left."""
    text = DAY_RANGE.sub(_list_days, reader.text)
    reader.has_month = _names_month(text)
    pairs: list[tuple[str, str]] = []
    weeks: list[str] = []
    was_day = False
    for word in re.findall(r"[^\s,;&+]+", text):
        if word in WEEK_OF_NAME:
            weeks = [WEEK_OF_NAME[word]] if was_day else [*weeks, WEEK_OF_NAME[word]]
            was_day = False
        elif days := _days_of(word):
            pairs += [(week, day) for day in days for week in weeks or [""]]
            was_day = True
        elif word not in FILLERS | MONTH_WORDS:
            raise InvalidSchedule(_("We can't read “%(word)s”.") % {"word": word})
    return _build_rule(reader, pairs)


def _list_days(match: re.Match[str]) -> str:
    first, last = (CODES.index(DAY_OF_NAME[name]) for name in match.groups())
    days = [CODES[n % 7] for n in range(first, last + (7 if last < first else 0) + 1)]
    return " ".join(DAY_NAMES[code].split()[0] for code in days)


def _days_of(word: str) -> tuple[str, ...]:
    if word in DAY_OF_NAME:
        return (DAY_OF_NAME[word],)
    return DAY_GROUPS.get(word, ())


def _build_rule(reader: _Reader, pairs: list[tuple[str, str]]) -> RuleBoxes | str:
    if not pairs:
        raise InvalidSchedule(
            _("Which day? Write it like “every Thursday” or “1st Monday of the month”.")
        )
    numbered = [pair for pair in pairs if pair[0]]
    if len(numbered) not in (0, len(pairs)) or (
        not numbered and (reader.has_month or reader.unit == "month")
    ):
        raise InvalidSchedule(
            _("Say for each day which week of the month, like “2nd Thursday”.")
        )
    if numbered and reader.unit == "week":
        raise InvalidSchedule(
            _("Weeks of the month and “every few weeks” don't go together.")
        )
    return RuleBoxes(
        repeats="monthly" if numbered else "weekly",
        interval=reader.interval,
        pairs=tuple(dict.fromkeys(pairs)),
        until=reader.until,
    )
