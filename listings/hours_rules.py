"""The rules of an OpenStreetMap hours string, with nights as people mean them.

Plain Python. In the standard a rule replaces everything before it on its days, the
small hours of the night before included: "Th 20:00-02:00; Fr 09:00-17:00" would close
at midnight. A holiday would close the small hours of its own day, where the shift of
the day before still runs, and leave open those of the night that it cancels. So a
string with nights is evaluated as two: what each day has before midnight, and what
its night has after it. The second is written on the day where the night begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS = "24/7"
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
# "Sa unknown" holds all day.
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
# A comma with a space and a capital after it begins a rule that adds to the others.
_ADDED = re.compile(rf",\s+(?=[A-Z]){_OUTSIDE_QUOTES}")
_OTHER_TIMES = re.compile(r'(?:\|\||;)\s*unknown(?:\s*"(?P<comment>[^"]*)")?\s*$')


@dataclass(frozen=True)
class Rule:
    """Days as written, and the minutes after their midnight; no spans: closed."""

    days: str
    spans: tuple[tuple[int, int], ...]
    note: str = ""
    adds: bool = False

    @property
    def is_weekly(self) -> bool:
        """Say whether it is about weekdays, every day or holidays, not about dates."""
        parts = [part.strip() for part in self.days.split(",")]
        return not self.days or all(map(_WEEKDAYS.fullmatch, parts))

    def before_midnight(self) -> str:
        return self._written(
            [(start, min(end, MINUTES_A_DAY)) for start, end in self.spans]
        )

    def after_midnight(self) -> str:
        """What its nights have of the next day; "" where the rule adds nothing."""
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
class Parts:
    """The strings to evaluate in place of one; `nights` belongs to the day before."""

    days: str
    nights: str = ""
    # All but the other times, as written.
    whole: str = ""
    # What holds at all other times: None for closed, else the comment.
    other_times: str | None = None


@lru_cache(maxsize=2_048)
def split(spec: str) -> Parts:
    main: str = spec
    other_times: str | None = None
    found = _OTHER_TIMES.search(spec)
    if found and "||" not in spec[: found.start()]:
        main, other_times = spec[: found.start()].strip(), found["comment"] or ""
    rules = read(main)
    if rules is None or len(rules) < 2 or not any(map(_passes_midnight, rules)):
        return Parts(main, whole=main, other_times=other_times)
    days = [rule.before_midnight() for rule in rules]
    nights = [rule.after_midnight() for rule in rules]
    return Parts(_joined(days), _joined(nights), main, other_times)


def is_weekly(spec: str) -> bool:
    """Say whether a table of one week shows when it is open.

    It does not for "Mo[1] 10:00-12:00" or for the hours of one season: most weeks
    would say "Closed". Days that are closed do not matter here.
    """
    main = split(spec).whole
    rules = read(main)
    if rules is None:
        return not _DATED.search(_QUOTED.sub("", main))
    return all(rule.is_weekly or not rule.spans for rule in rules)


def read(spec: str) -> list[Rule] | None:
    """The rules of a string of days and times; None for any other string."""
    found: list[Rule] = []
    for part in filter(None, _RULE_ENDS.split(spec.strip())):
        for number, words in enumerate(_ADDED.split(part)):
            rule = _read_rule(words.strip(), adds=number > 0)
            if rule is None:
                return None
            found.append(rule)
    return found


def _read_rule(words: str, *, adds: bool) -> Rule | None:
    whole_day = ((0, MINUTES_A_DAY),)
    if words == ALWAYS:
        return Rule("", whole_day, adds=adds)
    if found := _WHOLE_DAYS.fullmatch(words):
        return Rule(found["days"], whole_day, found["note"], adds)
    found = _RULE.fullmatch(words)
    spans = _spans(found["times"] or "") if found else None
    if found is None or spans is None or (adds and not spans):
        return None
    return Rule(found["days"], spans, found["note"], adds)


def _spans(times: str) -> tuple[tuple[int, int], ...] | None:
    """ "20:00-02:00" → (1200, 1560): an end past midnight is more than a day."""
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


def _passes_midnight(rule: Rule) -> bool:
    return any(end > MINUTES_A_DAY for _start, end in rule.spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _joined(rules: list[str]) -> str:
    return "".join(rules).lstrip(",; ")
