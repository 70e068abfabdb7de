"""Crisis lines as pages show them: which, in which order, and in what words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from listings.crisis.models import CrisisKind, CrisisLine
from listings.hours import Hours, State, Status
from listings.snapshot import made_on
from listings.typical_hours import without_now

LIFELINE, EMERGENCY_NUMBER = "crisis:988-lifeline", "crisis:911"
# The word that a text in Spanish begins with, where the line has none in English.
SPANISH_TEXT_WORDS = {LIFELINE: "AYUDA"}
# What a sheet of paper and the page without the database have room for: the first
# line of each of these.
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
class ShownLine:
    """A line as a reader sees it; what a curator has not tried yet is left out."""

    line: CrisisLine
    at: datetime
    # On a page that is read later, "open now" would soon be wrong.
    says_now: bool = True

    def _tried(self, name: str) -> str:
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
        return self._tried("phone")

    @property
    def phone_display(self) -> str:
        """ "988, then press 1" in the reader's language."""
        shown = self.line.phone_display
        return _(shown) if shown else ""

    @property
    def is_videophone(self) -> bool:
        return self.line.language_codes == DEAF_ONLY

    @property
    def text_number(self) -> str:
        return self._tried("text_number")

    @property
    def text_word(self) -> str:
        """What to write in the message; "" where any message will do."""
        spanish = SPANISH_TEXT_WORDS.get(self.key, "")
        if get_language() == "es" and spanish:
            return spanish
        word = self.line.text_keyword
        return "" if word.startswith("(") else word

    @property
    def text_display(self) -> str:
        """Text to the number that is called needs no other way to be written."""
        same = self.text_number == self.line.phone
        return self.line.phone_display if same else self.text_number

    @property
    def sms_url(self) -> str:
        # "?&body=" is the form that both iPhones and Android phones understand.
        body = f"?&body={self.text_word}" if self.text_word else ""
        return f"sms:{self.text_number}{body}"

    @property
    def chat_url(self) -> str:
        return self._tried("chat_url")

    @property
    def how_in_spanish(self) -> str:
        return self._tried("how_in_spanish")

    @property
    def for_whom(self) -> str:
        return self.line.for_whom

    @property
    def tty_or_asl(self) -> str:
        return self._tried("tty_or_asl")

    @property
    def hours(self) -> Hours:
        return Hours(self.line.hours, self.zone)

    @property
    def zone(self) -> str:
        return self.line.timezone or "UTC"

    @property
    def status(self) -> Status:
        if made_on() or not self.says_now:
            return without_now(self.hours, self.at)
        return self.hours.status(self.at)

    @property
    def is_emergency(self) -> bool:
        """911: it is always open, and can be texted in some places only."""
        return self.key == EMERGENCY_NUMBER

    @property
    def is_english_only(self) -> bool:
        """Worth saying on a page in another language."""
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
        """Does somebody answer now? On a page that is read later: at any hour?"""
        if self.hours.always:
            return True
        return self.status.state is State.OPEN


def shown_lines(at: datetime, *, says_now: bool = True) -> list[ShownLine]:
    """Every line that can be reached, in the order of the file."""
    rows = CrisisLine.objects.active()
    shown = (ShownLine(line, at, says_now) for line in rows)
    return [line for line in shown if line.is_reachable]


def lines_for(
    kinds: Iterable[str], lines: list[ShownLine], added: Iterable[str] = ()
) -> list[ShownLine]:
    """The lines of each kind in turn. Who the writer is adds lines after the first,
    so that the right number for the trouble itself stays on top.

    Where nobody answers at this hour, 988 comes first.
    """
    main = _of_kinds(kinds, lines)
    extra = [line for line in _of_kinds(added, lines) if line not in main]
    ordered = [*main[:1], *extra, *main[1:]]
    if not any(line.answers for line in ordered):
        lifeline = [line for line in lines if line.key == LIFELINE]
        ordered = [*lifeline, *ordered]
    return ordered


def emergency_first(found: list[ShownLine], lines: list[ShownLine]) -> list[ShownLine]:
    number = [line for line in lines if line.key == EMERGENCY_NUMBER]
    return [*number, *(line for line in found if line not in number)]


def essential_lines(at: datetime) -> list[ShownLine]:
    """The few that fit on paper: 988, 911 and the first of some other kinds."""
    lines = shown_lines(at, says_now=False)
    firsts = [_of_kinds([kind], lines)[:1] for kind in ESSENTIAL_KINDS]
    return list({line.key: line for first in firsts for line in first}.values())


def _of_kinds(kinds: Iterable[str], lines: list[ShownLine]) -> list[ShownLine]:
    found = {line.key: line for kind in kinds for line in lines if kind in line.kinds}
    return list(found.values())
