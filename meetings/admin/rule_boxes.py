"""Convert a rule to the plain fields of a form, and back.

This module does not use the database. A rule that the fields cannot represent is edited
as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Self

from django.utils.translation import gettext as _

from meetings.schedule import InvalidSchedule, parse_rules, rule_parts

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKS = ("1", "2", "3", "4", "5", "-1")
KNOWN_PARTS = {"FREQ", "BYDAY", "INTERVAL", "UNTIL"}


@dataclass(frozen=True)
class RuleBoxes:
    """One rule: every few weeks or months, on weekdays of these weeks of the month."""

    # "weekly", "monthly", or "" for no rule.
    repeats: str = ""
    interval: int = 1
    # Each is a week of the month, or "" for all weeks, with a weekday: ("2", "TH").
    pairs: tuple[tuple[str, str], ...] = ()
    # The last day as ISO 8601, or "".
    until: str = ""

    def __str__(self) -> str:
        """Return the rule in RFC 5545. Raises InvalidSchedule if a part is missing."""
        if not self.repeats:
            return ""
        if not self.pairs:
            raise InvalidSchedule(_("Check at least one weekday."))
        if self.repeats == "monthly" and not all(week for week, _day in self.pairs):
            raise InvalidSchedule(_("Check at least one week of the month."))
        parts = [f"FREQ={self.repeats.upper()}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        parts.append(f"BYDAY={','.join(week + day for week, day in self.pairs)}")
        if self.until:
            parts.append(f"UNTIL={self.until.replace('-', '')}")
        return ";".join(parts)

    @classmethod
    def of(
        cls,
        repeats: str,
        *,
        interval: int,
        days: tuple[str, ...],
        weeks: tuple[str, ...],
        until: str,
    ) -> Self:
        """Combine each checked week with each checked weekday."""
        chosen = weeks if repeats == "monthly" else ("",)
        return cls(repeats, interval, tuple(product(chosen or ("",), days)), until)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the fields of a rule, or None if they cannot represent it."""
        if not text.strip():
            return cls()
        try:
            rules = parse_rules(text)
        except InvalidSchedule:
            return None
        if len(rules) != 1 or rules[0].anchor:
            return None
        return cls._of_parts(rule_parts(rules[0].text))

    @classmethod
    def _of_parts(cls, parts: dict[str, str]) -> Self | None:
        if parts == {"FREQ": "DAILY"}:
            parts = {"FREQ": "WEEKLY", "BYDAY": ",".join(DAYS)}
        codes = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
        pairs = {(code[:-2].lstrip("+"), code[-2:]) for code in codes}
        weeks = {week for week, _day in pairs}
        days = {day for _week, day in pairs}
        is_monthly = parts["FREQ"] == "MONTHLY"
        if (
            not pairs
            or parts["FREQ"] not in ("WEEKLY", "MONTHLY")
            or not set(parts) <= KNOWN_PARTS
            or is_monthly != all(weeks)
            or not weeks <= {"", *WEEKS}
            or pairs != set(product(weeks, days))
        ):
            return None
        digits = parts.get("UNTIL", "")
        return cls.of(
            parts["FREQ"].lower(),
            interval=int(parts.get("INTERVAL", "1")),
            days=tuple(day for day in DAYS if day in days),
            weeks=tuple(week for week in WEEKS if week in weeks),
            until=date.fromisoformat(digits).isoformat() if digits else "",
        )

    @property
    def days(self) -> set[str]:
        return {day for _week, day in self.pairs}

    @property
    def weeks(self) -> set[str]:
        return {week for week, _day in self.pairs if week}
