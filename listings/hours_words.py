"""Read opening hours that people wrote in words, like "M-F 9-5, Sat 10 am to noon"."""

from __future__ import annotations

import re

from listings.weekly_hours_form import DAYS, InvalidSpan, WeeklyHours, parse_day

_DAY = (
    r"(?:mon?(?:day)?|tu(?:e(?:s(?:day)?)?)?|wed?(?:nesday)?|th(?:u(?:r(?:s(?:day)?)?)?)?"
    r"|fri?(?:day)?|sat?(?:urday)?|sun?(?:day)?|[mtwf])s?\b\.?"
)
_SPECIAL = {
    "daily": DAYS,
    "every day": DAYS,
    "everyday": DAYS,
    "7 days a week": DAYS,
    "seven days a week": DAYS,
    "weekdays": DAYS[:5],
    "weekends": DAYS[5:],
}
_RANGE = re.compile(rf"({_DAY})\s*(?:-|to|thru|through)\s*({_DAY})")
# "Monday through Friday", "Tue, Thu and Sat", "M/W/F", "daily".
_DAYS = re.compile(
    rf"\b(?:{'|'.join(_SPECIAL)}|{_DAY}"
    rf"(?:\s*(?:-|,|&|/|\bto\b|\bthru\b|\bthrough\b|\band\b)\s*{_DAY})*)(?![\w])"
)
_ALWAYS = re.compile(
    r"(?:24 ?/ ?7(?: ?/ ?365)?|(?:open )?24 hours(?: (?:a|per) day)?"
    r"(?:[,;]? ?(?:7|seven) days(?: (?:a|per) week)?|[,;]? ?(?:daily|every ?day))?)"
)
_CLOSED_ON_HOLIDAYS = re.compile(
    r"[(,;]*\s*\b(?:closed|except)(?: on)?(?: \w+)? holidays\b\)?"
)
_BY_APPOINTMENT = re.compile(
    r"[(,;]*\s*(?:\b(?:and|or|also)\s+)?\bby appointment(?: only)?\b\)?"
)
_AM_PM = re.compile(r"(?<=[\d\s])([ap])\.?\s?m\b\.?")
_DASHES = re.compile(r"\s*[\u2010-\u2015\u2212]\s*")


def parse_hours_words(text: str) -> str:
    """Return the OpenStreetMap string of hours in words. Raises InvalidSpan."""
    cleaned = " ".join(_DASHES.sub("-", text.casefold()).split()).strip(" .,;")
    cleaned = _AM_PM.sub(r"\1m", cleaned)
    week = WeeklyHours()
    if _ALWAYS.fullmatch(cleaned):
        week.is_always_open = True
        return str(week)
    cleaned, holidays = _CLOSED_ON_HOLIDAYS.subn("", cleaned)
    cleaned, appointments = _BY_APPOINTMENT.subn("", cleaned)
    week.closed_on_holidays, week.by_appointment = bool(holidays), bool(appointments)
    for days, times in _clauses(cleaned):
        spans = _read_times(times)
        for day in days:
            if day in week.days:
                raise InvalidSpan(f"“{text}” names a day twice.")
            week.days[day] = spans
    if not any(week.days.values()) and not week.by_appointment:
        raise InvalidSpan(f"“{text}” names no days with hours, like Mon-Fri 9 am-5 pm.")
    return str(week)


def _clauses(text: str) -> list[tuple[list[str], str]]:
    """Return the days of each part of the text, and its times."""
    found = list(_DAYS.finditer(text))
    if not found:
        if text.strip(" ,;"):
            raise InvalidSpan(f"“{text}” names no day.")
        return []
    before = text[: found[0].start()].strip(" ,;:")
    ends = [match.start() for match in found[1:]] + [len(text)]
    times = [
        text[match.end() : end].strip(" ,;:.")
        for match, end in zip(found, ends, strict=True)
    ]
    if before and len(found) == 1 and not times[0]:
        # "9 am to 5 pm, Monday to Friday"
        times = [before]
    elif before:
        raise InvalidSpan(f"“{before}” is not a day.")
    return [
        (_read_days(match[0]), part) for match, part in zip(found, times, strict=True)
    ]


def _read_days(text: str) -> list[str]:
    if text in _SPECIAL:
        return list(_SPECIAL[text])
    days: list[str] = []
    for part in re.split(r"\s*(?:,|&|/|\band\b)\s*", text):
        if found := _RANGE.fullmatch(part):
            first, last = (DAYS.index(_day(name)) for name in found.groups())
            last += 7 if last < first else 0
            days += [DAYS[number % 7] for number in range(first, last + 1)]
        elif part:
            days.append(_day(part))
    return days


def _day(name: str) -> str:
    """Return "Tu" for "tues." or "t"."""
    letters = {"m": "Mo", "t": "Tu", "w": "We", "f": "Fr"}
    plain = name.strip(". ")
    return letters.get(plain.removesuffix("s")) or plain[:2].capitalize()


def _read_times(text: str) -> list[tuple[str, str]]:
    if text in ("24 hours", "all day", "open 24 hours"):
        return [("00:00", "24:00")]
    words = re.sub(r"\b(?:until|till|til)\b", "to", text.removeprefix("from "))
    return parse_day(words)
