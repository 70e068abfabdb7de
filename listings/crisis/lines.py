"""Select crisis lines for a page, order them and describe them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from listings.crisis.models import CrisisKind, CrisisLine
from listings.hours import Hours, OpenState, OpenStatus
from listings.snapshot import snapshot_date
from listings.typical_hours import timeless_status

LIFELINE, EMERGENCY_NUMBER = "crisis:988-lifeline", "crisis:911"
# The keyword of a text in Spanish, where the line needs none in English.
SPANISH_TEXT_WORDS = {LIFELINE: "AYUDA"}
# Printed sheets and the page for outages show the first line of each of these kinds.
ESSENTIAL_KINDS = (
    CrisisKind.SUICIDE,
    CrisisKind.EMERGENCY,
    CrisisKind.VETERANS,
    CrisisKind.VIOLENCE,
    CrisisKind.SEXUAL_ASSAULT,
    CrisisKind.CHILD_ABUSE,
    CrisisKind.POISON,
    CrisisKind.MATERNAL,
)
DEAF_ONLY = ["ase"]


@dataclass(frozen=True)
class VisibleCrisisLine:
    """A line as visitors see it: facts that no curator has tried yet are hidden."""

    line: CrisisLine
    at: datetime
    # Whether to say "open now", which would soon be wrong on a page that is read later.
    says_now: bool = True

    def _value_if_tried(self, name: str) -> str:
        is_untried = name in self.line.untried
        return "" if is_untried else getattr(self.line, name)

    @property
    def key(self) -> str:
        return self.line.key

    @property
    def kinds(self) -> list[str]:
        return self.line.kinds

    @property
    def name(self) -> str:
        return self.line.name_es if get_language() == "es" else self.line.name

    @property
    def phone(self) -> str:
        return self._value_if_tried("phone")

    @property
    def phone_display(self) -> str:
        """The number as people read it, like "988, then press 1", translated."""
        display = self.line.phone_display
        return _(display) if display else ""

    @property
    def is_videophone(self) -> bool:
        return self.line.language_codes == DEAF_ONLY

    @property
    def text_number(self) -> str:
        return self._value_if_tried("text_number")

    @property
    def text_word(self) -> str:
        """The keyword to send; "" where any message works."""
        spanish = SPANISH_TEXT_WORDS.get(self.key, "")
        if get_language() == "es" and spanish:
            return spanish
        word = self.line.text_keyword
        return "" if word.startswith("(") else word

    @property
    def text_display(self) -> str:
        """The number for texts as people read it."""
        same = self.text_number == self.line.phone
        return self.line.phone_display if same else self.text_number

    @property
    def sms_url(self) -> str:
        # "?&body=" is the form that both iPhones and Android phones understand.
        body = f"?&body={self.text_word}" if self.text_word else ""
        return f"sms:{self.text_number}{body}"

    @property
    def chat_url(self) -> str:
        return self._value_if_tried("chat_url")

    @property
    def how_in_spanish(self) -> str:
        return self._value_if_tried("how_in_spanish")

    @property
    def for_whom(self) -> str:
        return self.line.for_whom

    @property
    def tty_or_asl(self) -> str:
        return self._value_if_tried("tty_or_asl")

    @property
    def hours(self) -> Hours:
        return Hours(self.line.hours, self.zone)

    @property
    def zone(self) -> str:
        return self.line.timezone or "UTC"

    @property
    def status(self) -> OpenStatus:
        if snapshot_date() or not self.says_now:
            return timeless_status(self.hours, self.at)
        return self.hours.status(self.at)

    @property
    def is_emergency(self) -> bool:
        """Whether it is 911, which is always open and rarely takes texts."""
        return self.key == EMERGENCY_NUMBER

    @property
    def is_english_only(self) -> bool:
        """Whether a page in another language should say that it is in English."""
        is_foreign = get_language() != "en"
        return (
            is_foreign and self.line.language_codes == ["en"] and not self.is_emergency
        )

    @property
    def needs_check(self) -> bool:
        return self.line.needs_check

    @property
    def is_reachable(self) -> bool:
        return bool(self.phone or self.text_number or self.chat_url)

    @property
    def answers(self) -> bool:
        """Whether someone answers now; in a snapshot, whether someone always does."""
        if self.hours.is_always_open:
            return True
        return self.status.state is OpenState.OPEN


def visible_crisis_lines(
    at: datetime, *, says_now: bool = True
) -> list[VisibleCrisisLine]:
    """Return every active line that has a way to reach it, in the order of the file."""
    rows = CrisisLine.objects.active()
    lines = (VisibleCrisisLine(line, at, says_now) for line in rows)
    return [line for line in lines if line.is_reachable]


def lines_for_kinds(
    kinds: Iterable[str], lines: list[VisibleCrisisLine], added: Iterable[str] = ()
) -> list[VisibleCrisisLine]:
    """Return the lines for these kinds of trouble, in the order of the kinds.

    The lines of `added_kinds`, which say who the visitor is, follow the first line, so
    that the number for the trouble itself stays on top. If no line answers at this
    hour, 988 comes first.
    """
    main = _of_kinds(kinds, lines)
    extra = [line for line in _of_kinds(added, lines) if line not in main]
    ordered = [*main[:1], *extra, *main[1:]]
    if not any(line.answers for line in ordered):
        lifeline = [line for line in lines if line.key == LIFELINE]
        ordered = [*lifeline, *ordered]
    return ordered


def emergency_first(
    found: list[VisibleCrisisLine], lines: list[VisibleCrisisLine]
) -> list[VisibleCrisisLine]:
    number = [line for line in lines if line.key == EMERGENCY_NUMBER]
    return [*number, *(line for line in found if line not in number)]


def essential_lines(at: datetime) -> list[VisibleCrisisLine]:
    """Return the few lines that fit on paper: the first of each essential kind."""
    lines = visible_crisis_lines(at, says_now=False)
    firsts = [_of_kinds([kind], lines)[:1] for kind in ESSENTIAL_KINDS]
    return list({line.key: line for first in firsts for line in first}.values())


def _of_kinds(
    kinds: Iterable[str], lines: list[VisibleCrisisLine]
) -> list[VisibleCrisisLine]:
    found = {line.key: line for kind in kinds for line in lines if kind in line.kinds}
    return list(found.values())
