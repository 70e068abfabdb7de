"""Parse the rules of an OpenStreetMap hours string, with nights as people mean them.

This module does not use Django. In the OpenStreetMap standard, a rule replaces all
earlier rules on its days, including the hours after midnight of the night before:
"Th 20:00-02:00; Fr 09:00-17:00" would close at midnight. A holiday rule would close the
hours after midnight on the holiday, when the shift of the day before is still running,
and leave open the hours after midnight of the night that it cancels. So a string with
spans past midnight is evaluated as two strings: one for the times before midnight, and
one for the times after midnight, written on the day when the night begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS_OPEN = "24/7"
MINUTES_A_DAY = 24 * 60
_TIME = r"\d{1,2}:\d{2}"
_TIMES = rf"{_TIME}-{_TIME}(?:\s*,\s*{_TIME}-{_TIME})*"
_RULE = re.compile(
    rf"(?P<days>.*?)\s*(?:(?P<times>{_TIMES})|(?P<off>\b(?:off|closed)\b))"
    r'(?P<note>(?:\s+(?:open|unknown))?(?:\s*"[^"]*")?)',
    re.IGNORECASE,
)
_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
_WEEKDAYS = re.compile(rf"(?:{_WEEKDAY}(?:-{_WEEKDAY})?|PH)")
# "Sa unknown" applies to the whole day.
_WHOLE_DAYS = re.compile(
    rf"(?P<days>(?:{_WEEKDAYS.pattern}(?:,{_WEEKDAYS.pattern})*)?)"
    r'(?P<note>\s*\bunknown(?:\s*"[^"]*")?)'
)
_QUOTED = re.compile(r'"[^"]*"')
_DATED = re.compile(
    r"\[|\bweek\b|\d{4}|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|easter|SH"
)
_OUTSIDE_QUOTES = r'(?=(?:[^"]*"[^"]*")*[^"]*$)'
_RULE_ENDS = re.compile(rf"\s*;\s*{_OUTSIDE_QUOTES}")
# A comma, a space and a capital letter begin a rule that adds to the earlier ones.
_ADDED = re.compile(rf",\s+(?=[A-Z]){_OUTSIDE_QUOTES}")
_OTHER_TIMES = re.compile(r'(?:\|\||;)\s*unknown(?:\s*"(?P<comment>[^"]*)")?\s*$')


@dataclass(frozen=True)
class HoursRule:
    """One rule: its days as written, and its spans in minutes after midnight.

    A rule without spans means closed. With `adds`, it adds to the earlier rules.
    """

    days: str
    spans: tuple[tuple[int, int], ...]
    note: str = ""
    adds: bool = False

    @property
    def is_weekly(self) -> bool:
        """Say whether it applies to weekdays, every day or holidays, not dates."""
        parts = [part.strip() for part in self.days.split(",")]
        return not self.days or all(map(_WEEKDAYS.fullmatch, parts))

    def before_midnight(self) -> str:
        return self._written(
            [(start, min(end, MINUTES_A_DAY)) for start, end in self.spans]
        )

    def after_midnight(self) -> str:
        """Return the rule for the times after midnight; "" where it adds nothing."""
        left = [
            (0, end - MINUTES_A_DAY)
            for _start, end in self.spans
            if end > MINUTES_A_DAY
        ]
        return "" if self.adds and not left else self._written(left)

    def _written(self, spans: list[tuple[int, int]]) -> str:
        times = ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)
        words = f"{self.days} {times}{self.note}" if times else f"{self.days} off"
        return f"{', ' if self.adds else '; '}{words.strip()}"


@dataclass(frozen=True)
class SplitHours:
    """The strings to evaluate instead of one.

    `days` has the times before midnight. `nights` has the times after midnight, written
    on the day before.
    """

    days: str
    nights: str = ""
    # The whole string as written, without the fallback for other times.
    whole: str = ""
    # The comment that applies at all other times; None means closed.
    other_times: str | None = None


@lru_cache(maxsize=2_048)
def split_nights(spec: str) -> SplitHours:
    main: str = spec
    other_times: str | None = None
    found = _OTHER_TIMES.search(spec)
    if found and "||" not in spec[: found.start()]:
        main, other_times = spec[: found.start()].strip(), found["comment"] or ""
    rules = parse_rules(main)
    if rules is None or len(rules) < 2 or not any(map(_passes_midnight, rules)):
        return SplitHours(main, whole=main, other_times=other_times)
    days = [rule.before_midnight() for rule in rules]
    nights = [rule.after_midnight() for rule in rules]
    return SplitHours(_join_rules(days), _join_rules(nights), main, other_times)


def is_weekly(spec: str) -> bool:
    """Say whether a table of one week shows when it is open.

    It does not for "Mo[1] 10:00-12:00" or for the hours of one season, because most
    weeks would say "Closed". Rules for closed days are ignored.
    """
    main = split_nights(spec).whole
    rules = parse_rules(main)
    if rules is None:
        return not _DATED.search(_QUOTED.sub("", main))
    return all(rule.is_weekly or not rule.spans for rule in rules)


def parse_rules(spec: str) -> list[HoursRule] | None:
    """Parse a string of days and times; return None for any other string."""
    found: list[HoursRule] = []
    for part in filter(None, _RULE_ENDS.split(spec.strip())):
        for number, words in enumerate(_ADDED.split(part)):
            rule = _read_rule(words.strip(), adds=number > 0)
            if rule is None:
                return None
            found.append(rule)
    return found


def _read_rule(words: str, *, adds: bool) -> HoursRule | None:
    is_whole_day = ((0, MINUTES_A_DAY),)
    if words == ALWAYS_OPEN:
        return HoursRule("", is_whole_day, adds=adds)
    if found := _WHOLE_DAYS.fullmatch(words):
        return HoursRule(found["days"], is_whole_day, found["note"], adds)
    found = _RULE.fullmatch(words)
    spans = _spans(found["times"] or "") if found else None
    if found is None or spans is None or (adds and not spans):
        return None
    return HoursRule(found["days"], spans, found["note"], adds)


def _spans(times: str) -> tuple[tuple[int, int], ...] | None:
    """Parse times into minutes after midnight: "20:00-02:00" becomes (1200, 1560).

    An end on the next day is greater than MINUTES_A_DAY. Returns None for a start
    after midnight.
    """
    spans = []
    for span in filter(None, times.split(",")):
        start, end = (_minutes(time) for time in span.split("-"))
        if start >= MINUTES_A_DAY:
            return None
        spans.append((start, end + MINUTES_A_DAY if end <= start else end))
    return tuple(spans)


def _minutes(time: str) -> int:
    hour, minute = time.strip().split(":")
    return int(hour) * 60 + int(minute)


def _passes_midnight(rule: HoursRule) -> bool:
    return any(end > MINUTES_A_DAY for _start, end in rule.spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _join_rules(rules: list[str]) -> str:
    return "".join(rules).lstrip(",; ")
