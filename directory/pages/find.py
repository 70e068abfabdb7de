"""The sections of the find page: nearby, serving the area, by phone, online."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from caching.memory_cache import MemoryCache
from directory.pages.forms import FindForm
from guides.models import Guide
from listings.cards import Card, cards
from listings.facet_panel import (
    SINGLE_PAGE,
    ActiveFilter,
    Pager,
    Suggestion,
    page_number,
)
from listings.text import fold
from listings.text_search import FOUND_ELSEWHERE
from orgs.filters import OrganizationFilter
from orgs.models import Organization
from places.lookup import canonical_query
from places.models import Place
from places.nearest import SearchHit
from search import relevance
from search.current import index_of
from search.facets import Counts, count_options
from search.index import SearchIndex
from search.query import Query
from warmlines.models import Warmline
from warmlines.open_status import (
    LineGroup,
    LineStatus,
    NoOpenLine,
    choose_lines_to_call_now,
    limit_lines,
)
from warmlines.search import WarmlineSearch

PAGE_SIZE = 20
FAR_MILES = 50
# If all are far away, only the nearest few are expanded.
MAX_FAR_CARDS = 3
MAX_SERVING_CARDS = 10
MAX_ONLINE_CARDS = 8
MAX_LINES = 8
MAX_GUIDES = 4
# A shorter word resembles too many names.
MIN_NAME_LETTERS = 4
# Guides for people who find little nearby, and for people who are about to call.
RURAL_GUIDE, CALLING_GUIDE = "rural-areas", "calling-a-warmline"
_guide_cache: MemoryCache[str, list[Guide]] = MemoryCache(4)


@dataclass
class Section:
    """A section of the page. If it is empty, it suggests filters to remove."""

    name: ClassVar[str]
    heading: str
    intro: str = ""
    total: int = 0
    more_url: str = ""
    empty_suggestions: list[Suggestion] = field(default_factory=list)
    # With the filter "Open now": the cards of listings with unknown hours.
    maybe_open: list[Card] = field(default_factory=list)

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
    rows: list[Card] = field(default_factory=list)
    collapsed: list[Card] = field(default_factory=list)
    pager: Pager = SINGLE_PAGE
    map_url: str = ""
    is_far: bool = False
    has_miles: bool = True

    @property
    def cards(self) -> list[Card]:
        """Return every card of the page, in order."""
        return [*self.rows, *self.collapsed, *self.maybe_open]

    @property
    def link_label(self) -> str:
        return _("Nearby") if self.has_miles else self.heading

    @property
    def first_number(self) -> int:
        """Return the number of the page's first row in the whole list."""
        return (self.pager.page - 1) * PAGE_SIZE + 1


@dataclass
class ServingSection(Section):
    name = "serving"
    rows: list[Card] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows) + len(self.maybe_open)

    @property
    def link_label(self) -> str:
        return _("Serving here")


@dataclass
class PhoneSection(Section):
    name = "phone"
    groups: list[LineGroup] = field(default_factory=list)
    no_open_line: NoOpenLine | None = None
    # The number of lines for everyone here that are certainly open.
    open_total: int = 0
    # Lines to call now: those for the requested group first, then for everyone.
    to_call_now: list[LineStatus] = field(default_factory=list)


@dataclass
class OnlineSection(Section):
    name = "online"
    rows: list[Card] = field(default_factory=list)

    @property
    def link_label(self) -> str:
        return _("Online")


class FindSearch:
    """A search of both catalogs at one time."""

    def __init__(
        self,
        form: FindForm,
        params: QueryDict,
        at: datetime,
        *,
        in_distress: bool = False,
    ) -> None:
        self.form = form
        # Words of distress are never quoted, and never compared with names.
        self.in_distress = in_distress
        self.params = params
        self.at = at
        self.place = form.place
        self.filter = OrganizationFilter(params)
        self.words: str = form.cleaned_data.get("q") or ""
        # Words that are no place may be the name of a listing.
        self.name_typed = form.typed if form.problem == "unknown" else ""
        self.radius: int | None = form.cleaned_data.get("radius")
        self.open_now: bool = bool(form.cleaned_data.get("open_now"))

    @property
    def _state(self) -> str | None:
        """Return the state that limits results near a place; a place that is a state
        itself needs no limit."""
        is_point = self.place is not None and not self.place.is_state
        return (self.form.cleaned_data.get("state") or None) if is_point else None

    @cached_property
    def index(self) -> SearchIndex:
        return index_of(Organization)

    @cached_property
    def query(self) -> Query:
        """Return the query for organizations."""
        words = None
        if self.words:
            words = Organization.objects.public().ranked_by_words(self.words)
        return Query(
            chosen=self.filter.chosen,
            place=self.place,
            state=self._state or "",
            words=words,
            radius=self.radius,
            open_at=self.at if self.open_now else None,
        )

    @cached_property
    def located_query(self) -> Query:
        """Return the query for organizations with a location, including those that the
        words in the place box name."""
        named = self.similar_names if self.name_found is None else self.name_found
        return self.query if named is None else replace(self.query, words=named)

    @cached_property
    def name_found(self) -> dict[int, int] | None:
        """Return the organizations that the words in the place box name, regardless of
        filters, or None."""
        # Text without any letter or digit would match everything.
        if self.words or not fold(self.name_typed):
            return None
        return Organization.objects.public().ranked_by_words(self.name_typed) or None

    @cached_property
    def named_line_count(self) -> int:
        """Return the number of warmlines that the words in the place box name."""
        if self.words or not fold(self.name_typed):
            return 0
        return Warmline.objects.public().matching(self.name_typed).count()

    @cached_property
    def similar_names(self) -> dict[int, int] | None:
        """Return organizations with a name like those words if nothing matches them."""
        too_short = len(fold(self.name_typed)) < MIN_NAME_LETTERS
        if (
            self.in_distress
            or self.words
            or too_short
            or self.name_found is not None
            or self.named_line_count
        ):
            return None
        public = Organization.objects.public()
        close = public.with_similar_name(self.name_typed)
        return dict.fromkeys([row.pk for row in close], FOUND_ELSEWHERE) or None

    def problem(self, near: NearSection | None) -> str:
        """Return what is wrong with the place; words that name a listing are not an
        error."""
        named = bool(self.named_line_count) or (near and self.name_found is not None)
        return "" if named else self.form.problem

    def sections(self) -> list[Section]:
        """Return the sections in the order of the page."""
        ways = self.filter.chosen.get("how", [])
        near = self.near_section()
        parts: list[Section] = [near] if near else []
        if self.place:
            parts.append(self.serving(self.place))
            # People who enter a county look first for what serves it.
            if self.place.is_county or self.place.is_area:
                parts.reverse()
        if not ways or "phone" in ways:
            parts.append(self.phone())
        if not ways or "online" in ways:
            parts.append(self.online())
        return parts

    def near_section(self) -> NearSection | None:
        """Return organizations near the place or named by the words, or None."""
        has_words = self.words or self.located_query.words is not None
        if not (self.place or has_words):
            return None
        page = page_number(self.params)
        found = relevance.near_or_by_name(
            self.index, self.located_query, PAGE_SIZE, (page - 1) * PAGE_SIZE
        )
        has_miles = self.place is not None and not self.place.is_state
        rows, maybe_open = split_by_hours(found.hits)
        section = NearSection(
            heading=self._heading(),
            # A listing may have been removed since it was counted.
            total=found.total if rows or maybe_open or page > 1 else 0,
            rows=rows,
            maybe_open=maybe_open,
            has_miles=has_miles,
        )
        self._collapse_far_cards(section, page)
        is_answer = self.place or self.words or section.cards
        return self._add_pager(section, page) if is_answer else None

    def _heading(self) -> str:
        if self.place:
            words = _("In %(place)s") if self.place.is_state else _("Near %(place)s")
            return words % {"place": self.place.label}
        if self.in_distress:
            return _("Listings that may help")
        words = _("Listings that match “%(words)s”")
        if self.similar_names is not None:
            words = _("Listings with a name like “%(words)s”")
        return words % {"words": self.words or self.name_typed}

    def _collapse_far_cards(self, section: NearSection, page: int) -> None:
        """Collapse all but the nearest few cards if all of them are far away."""
        if not (section.has_miles and section.rows) or page > 1 or self.words:
            return
        section.is_far = (section.rows[0].distance_miles or 0) > FAR_MILES
        if section.is_far:
            section.collapsed = section.rows[MAX_FAR_CARDS:]
            section.rows = section.rows[:MAX_FAR_CARDS]

    def _add_pager(self, section: NearSection, page: int) -> NearSection:
        # Links to pages far down the list help nobody in a list by distance.
        section.pager = Pager.of(
            self.params, page, section.total, PAGE_SIZE, fifths=False
        )
        if section.cards:
            section.map_url = f"{reverse('find_map')}?{self.params.urlencode()}"
        return section

    def serving(self, place: Place) -> ServingSection:
        """Return organizations that serve the place, then those that may serve it."""
        found = relevance.serving(self.index, self.query, MAX_SERVING_CARDS)
        rows, maybe_open = split_by_hours(found.hits)
        return ServingSection(
            heading=_("Serving %(place)s") % {"place": self._area_label(place)},
            total=found.total,
            rows=rows,
            maybe_open=maybe_open,
            more_url=reverse("state", args=[place.state.lower()]),
        )

    def _area_label(self, place: Place) -> str:
        if place.is_area:
            return place.label
        county = place.own_county
        return county.label if county else place.state_name

    def guides(self) -> list[Guide]:
        return related_guides(self.words or self.name_typed)

    def phone(self) -> PhoneSection:
        place = self.place
        words = self.words or (self.name_typed if self.named_line_count else "")
        search = WarmlineSearch(
            place,
            self.params,
            self.at,
            open_now=self.open_now,
            words=words,
            # A search by name finds any line, even one that does not serve the visitor.
            from_anywhere=place is None and not words,
        )
        groups = search.groups
        everyone = search.for_everyone
        return PhoneSection(
            heading=_("By phone"),
            total=sum(len(group.lines) for group in groups),
            groups=limit_lines(groups, MAX_LINES),
            no_open_line=search.no_open_line,
            open_total=sum(ln.is_open and not ln.has_public_warning for ln in everyone),
            to_call_now=choose_lines_to_call_now(groups, search.chosen_communities),
            more_url=self._all_lines_url(),
        )

    def _all_lines_url(self) -> str:
        address = reverse("warmlines")
        return (
            f"{address}?near={canonical_query(self.place)}" if self.place else address
        )

    def online(self) -> OnlineSection:
        found = relevance.online(self.index, self.query, MAX_ONLINE_CARDS)
        rows, maybe_open = split_by_hours(found.hits)
        return OnlineSection(
            heading=_("Online, from anywhere"),
            total=found.total,
            rows=rows,
            maybe_open=maybe_open,
            more_url=reverse("online"),
        )

    def counts(self) -> Counts:
        """Return how many listings each filter option would show."""
        scope = relevance.rows_to_count(self.index, self.located_query)
        return count_options(self.index, self.located_query, self.filter.filters, scope)

    def count_excluding(self, active_filter: ActiveFilter) -> int:
        """Return how many listings there would be without one of the active filters."""
        query = self.located_query.without(active_filter.name, active_filter.value)
        return relevance.near_or_by_name(self.index, query, 0).total


def split_by_hours(hits: list[SearchHit]) -> tuple[list[Card], list[Card]]:
    """Return the cards of open listings, and of those that may be open.

    Without the filter "Open now" the second list is empty.
    """
    cards_by_pk = {card.pk: card for card in render_cards(hits)}
    rendered = [hit for hit in hits if hit.pk in cards_by_pk]
    return (
        [cards_by_pk[hit.pk] for hit in rendered if not hit.may_be_open],
        [cards_by_pk[hit.pk] for hit in rendered if hit.may_be_open],
    )


def render_cards(hits: list[SearchHit]) -> list[Card]:
    return cards(Organization, hits, "orgs/_card.html")


def related_guides(words: str) -> list[Guide]:
    """Return guides that match the words; without words, those that suit the page."""
    if words:
        return list(Guide.objects.public().matching(words)[:MAX_GUIDES])
    return _guide_cache.get_or_set(
        "here", lambda: list(Guide.objects.with_slugs(RURAL_GUIDE, CALLING_GUIDE))
    )


def first_guides(count: int) -> list[Guide]:
    return _guide_cache.get_or_set(
        "first", lambda: list(Guide.objects.public()[:count])
    )
