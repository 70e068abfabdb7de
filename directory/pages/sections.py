"""The sections of the find page: run by peers, centers, by phone, online."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.translation import gettext as _

from directory.pages.phone_lines import FoldedGroup
from listings.cards import Card
from listings.facet_panel import SINGLE_PAGE, Pager, Suggestion
from warmlines.open_status import LineGroup, LineStatus, NoOpenLine


@dataclass
class Section:
    """A section of the page. If it is empty, it suggests filters to remove."""

    name: ClassVar[str]
    heading: str
    total: int = 0
    more_url: str = ""
    cards: list[Card] = field(default_factory=list)
    # With the filter "Open now": the cards of listings with unknown hours.
    maybe_open: list[Card] = field(default_factory=list)
    empty_suggestions: list[Suggestion] = field(default_factory=list)
    # True for one line and a link, because another way to get help was chosen.
    is_short: bool = False

    @property
    def template(self) -> str:
        return f"directory/sections/{self.name}.html"

    @property
    def link_label(self) -> str:
        """Return a short form of the heading."""
        return self.heading

    @property
    def total_words(self) -> str:
        return f"{self.total:,}"


@dataclass
class NearSection(Section):
    name = "near"
    # Listings after the cards, in one line each, and those that are folded away.
    rows: list[Card] = field(default_factory=list)
    folded: list[Card] = field(default_factory=list)
    pager: Pager = SINGLE_PAGE
    page_size: int = 1
    map_url: str = ""
    has_miles: bool = True
    is_by_name: bool = False
    # How many more match nearby, but name only other places as served.
    elsewhere_total: int = 0

    @property
    def listed(self) -> list[Card]:
        """Return every listing of the page, in order."""
        return [*self.cards, *self.maybe_open, *self.rows, *self.folded]

    @property
    def link_label(self) -> str:
        return self.heading if self.is_by_name else _("Run by peers")

    @property
    def first_number(self) -> int:
        """Return the number of the page's first listing in the whole list."""
        return (self.pager.page - 1) * self.page_size + 1


@dataclass
class CenterSection(Section):
    name = "cil"
    # Set if no list before it has a map.
    map_url: str = ""
    # The nearest center of the state, if none names the place.
    nearest: Card | None = None

    @property
    def link_label(self) -> str:
        return _("Independent Living")

    @property
    def has_more(self) -> bool:
        return self.total > len(self.cards) + len(self.maybe_open)


@dataclass
class PhoneSection(Section):
    name = "phone"
    groups: list[LineGroup] = field(default_factory=list)
    folded: list[FoldedGroup] = field(default_factory=list)
    no_open_line: NoOpenLine | None = None
    # The number of lines for everyone here that are certainly open.
    open_total: int = 0
    # Lines to call now: those for the requested group first, then for everyone.
    to_call_now: list[LineStatus] = field(default_factory=list)


@dataclass(frozen=True)
class Subject:
    """Groups that meet online about one subject; `url` lists all of them."""

    label: str
    total: int
    url: str
    cards: list[Card]


@dataclass
class OnlineSection(Section):
    name = "online"

    # With no filter, a few groups for each subject.
    subjects: list[Subject] = field(default_factory=list)

    @property
    def link_label(self) -> str:
        return _("Online")


def fold_farther_rows(
    shown: list[Card], rows: list[Card]
) -> tuple[list[Card], list[Card]]:
    """Return rows to show and rows to fold: none that is nearer than a card is folded.

    Rows without a location are folded.
    """
    farthest = max((card.distance_miles or 0 for card in shown), default=0)

    def is_nearer(row: Card) -> bool:
        return row.distance_miles is not None and row.distance_miles < farthest

    return [r for r in rows if is_nearer(r)], [r for r in rows if not is_nearer(r)]
