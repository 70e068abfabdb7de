"""The find page's answer: who is near, serves here, answers the phone, meets online."""

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
from listings.facet_panel import ONE_PAGE, Advice, Chip, Pager, page_number
from listings.text import fold
from listings.text_search import ELSEWHERE
from orgs.filters import OrganizationFilter
from orgs.models import Organization
from places.lookup import typed
from places.models import Place
from places.nearest import Hit
from search import relevance
from search.current import index_of
from search.facets import Counts, count_options
from search.index import SearchIndex
from search.query import Query
from warmlines.models import Warmline
from warmlines.open_status import Line, LineGroup, NoneOpen, at_most, to_call_now
from warmlines.search import LineSearch

PAGE_SIZE = 20
FAR_MILES = 50
# Far away, only the nearest few stand open; the rest is one tap away.
FAR_SHOWN = 3
SERVING_SHOWN = 10
ONLINE_SHOWN = 8
LINES_SHOWN = 8
GUIDES_SHOWN = 4
# Fewer letters are like a part of any name.
SHORTEST_NAME = 4
# Guides for whoever finds little near, and for whoever is about to call.
RURAL, CALLING = "rural-areas", "calling-a-warmline"
_guides: MemoryCache[str, list[Guide]] = MemoryCache(4)


@dataclass
class Section:
    """One part of the answer; an empty one offers which filter to remove."""

    name: ClassVar[str]
    heading: str
    intro: str = ""
    total: int = 0
    more_url: str = ""
    empty_advice: list[Advice] = field(default_factory=list)
    # With "Open now": those of the page whose hours are not known.
    maybe_open: list[Card] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"directory/sections/{self.name}.html"

    @property
    def jump(self) -> str:
        """The heading, as short as a link to it needs to be."""
        return self.heading


@dataclass
class Near(Section):
    name = "near"
    rows: list[Card] = field(default_factory=list)
    folded: list[Card] = field(default_factory=list)
    pager: Pager = ONE_PAGE
    map_url: str = ""
    far: bool = False
    has_miles: bool = True

    @property
    def cards(self) -> list[Card]:
        """Every card of the page, in its order."""
        return [*self.rows, *self.folded, *self.maybe_open]

    @property
    def jump(self) -> str:
        return _("Nearby") if self.has_miles else self.heading

    @property
    def first_number(self) -> int:
        """The place in the whole list that the page's first row has."""
        return (self.pager.page - 1) * PAGE_SIZE + 1


@dataclass
class Serving(Section):
    name = "serving"
    rows: list[Card] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows) + len(self.maybe_open)

    @property
    def jump(self) -> str:
        return _("Serving here")


@dataclass
class Phone(Section):
    name = "phone"
    groups: list[LineGroup] = field(default_factory=list)
    none_open: NoneOpen | None = None
    # How many lines for everyone here are surely open.
    open_total: int = 0
    # Whom to call now: for the group that was asked for, then for everyone.
    to_call_now: list[Line] = field(default_factory=list)


@dataclass
class Online(Section):
    name = "online"
    rows: list[Card] = field(default_factory=list)

    @property
    def jump(self) -> str:
        return _("Online")


class Search:
    """One question, asked of both catalogues at one moment."""

    def __init__(
        self,
        form: FindForm,
        params: QueryDict,
        at: datetime,
        *,
        in_distress: bool = False,
    ) -> None:
        self.form = form
        # Words of distress are quoted nowhere, and resemble no listing's name.
        self.in_distress = in_distress
        self.params = params
        self.at = at
        self.place = form.place
        self.filter = OrganizationFilter(params)
        self.words: str = form.cleaned_data.get("q") or ""
        # Words that are no place may be a name that somebody was told.
        self.name_typed = form.typed if form.problem == "unknown" else ""
        self.radius: int | None = form.cleaned_data.get("radius")
        self.open_now: bool = bool(form.cleaned_data.get("open_now"))

    @property
    def _state(self) -> str | None:
        """The state that parts what is near a place in or beside it; of a whole state
        it would part nothing."""
        beside = self.place is not None and not self.place.is_state
        return (self.form.cleaned_data.get("state") or None) if beside else None

    @cached_property
    def index(self) -> SearchIndex:
        return index_of(Organization)

    @cached_property
    def query(self) -> Query:
        """What was asked of the organizations."""
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
        """The same for what is located somewhere, which words that are no place may
        have named."""
        named = self.names_like if self.name_found is None else self.name_found
        return self.query if named is None else replace(self.query, words=named)

    @cached_property
    def name_found(self) -> dict[int, int] | None:
        """What the words in the place box name, under no filter yet; None where that
        is nothing, or was not asked."""
        # Words of which no letter is left would match everybody.
        if self.words or not fold(self.name_typed):
            return None
        return Organization.objects.public().ranked_by_words(self.name_typed) or None

    @cached_property
    def lines_named(self) -> int:
        """How many lines the words in the place box name."""
        if self.words or not fold(self.name_typed):
            return 0
        return Warmline.objects.public().matching(self.name_typed).count()

    @cached_property
    def names_like(self) -> dict[int, int] | None:
        """What has a name like those words, where nothing matches them; or None."""
        too_short = len(fold(self.name_typed)) < SHORTEST_NAME
        if (
            self.in_distress
            or self.words
            or too_short
            or self.name_found is not None
            or self.lines_named
        ):
            return None
        public = Organization.objects.public()
        close = public.named_like(self.name_typed)
        return dict.fromkeys([row.pk for row in close], ELSEWHERE) or None

    def problem(self, near: Near | None) -> str:
        """What is wrong with the place; words that are none and found their name are
        no mistake."""
        named = bool(self.lines_named) or (near and self.name_found is not None)
        return "" if named else self.form.problem

    def sections(self) -> list[Section]:
        """The sections in the order of the page."""
        ways = self.filter.chosen.get("how", [])
        standing = self.standing()
        parts: list[Section] = [standing] if standing else []
        if self.place:
            parts.append(self.serving(self.place))
            # Somebody who names a county asks first for what serves it.
            if self.place.is_county or self.place.is_area:
                parts.reverse()
        if not ways or "phone" in ways:
            parts.append(self.phone())
        if not ways or "online" in ways:
            parts.append(self.online())
        return parts

    def standing(self) -> Near | None:
        """What stands somewhere: near the place, or named by the words."""
        has_words = self.words or self.located_query.words is not None
        if not (self.place or has_words):
            return None
        page = page_number(self.params)
        found = relevance.located_or_named(
            self.index, self.located_query, PAGE_SIZE, (page - 1) * PAGE_SIZE
        )
        has_miles = self.place is not None and not self.place.is_state
        rows, maybe_open = split_by_hours(found.hits)
        section = Near(
            heading=self._heading(),
            # A listing may have gone since it was counted, and is no row.
            total=found.total if rows or maybe_open or page > 1 else 0,
            rows=rows,
            maybe_open=maybe_open,
            has_miles=has_miles,
        )
        self._fold(section, page)
        is_answer = self.place or self.words or section.cards
        return self._paged(section, page) if is_answer else None

    def _heading(self) -> str:
        if self.place:
            words = _("In %(place)s") if self.place.is_state else _("Near %(place)s")
            return words % {"place": self.place.label}
        if self.in_distress:
            return _("Listings that may help")
        words = _("Listings that match “%(words)s”")
        if self.names_like is not None:
            words = _("Listings with a name like “%(words)s”")
        return words % {"words": self.words or self.name_typed}

    def _fold(self, section: Near, page: int) -> None:
        """Far away, leave only the nearest few unfolded."""
        if not (section.has_miles and section.rows) or page > 1 or self.words:
            return
        section.far = (section.rows[0].distance_miles or 0) > FAR_MILES
        if section.far:
            section.folded = section.rows[FAR_SHOWN:]
            section.rows = section.rows[:FAR_SHOWN]

    def _paged(self, section: Near, page: int) -> Near:
        # Nobody looks for the hundredth page of what is nearest.
        section.pager = Pager.of(
            self.params, page, section.total, PAGE_SIZE, fifths=False
        )
        if section.cards:
            section.map_url = f"{reverse('find_map')}?{self.params.urlencode()}"
        return section

    def serving(self, place: Place) -> Serving:
        """Who serves here by name, wherever they stand; then who may serve here."""
        found = relevance.serving(self.index, self.query, SERVING_SHOWN)
        rows, maybe_open = split_by_hours(found.hits)
        return Serving(
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
        return guides_on(self.words or self.name_typed)

    def phone(self) -> Phone:
        place = self.place
        words = self.words or (self.name_typed if self.lines_named else "")
        search = LineSearch(
            place,
            self.params,
            self.at,
            open_now=self.open_now,
            words=words,
            # A line may be looked up by its name from anywhere, whoever may call it.
            from_anywhere=place is None and not words,
        )
        groups = search.groups
        everyone = search.for_everyone
        return Phone(
            heading=_("By phone"),
            total=sum(len(group.lines) for group in groups),
            groups=at_most(groups, LINES_SHOWN),
            none_open=search.none_open,
            open_total=sum(ln.is_open and not ln.is_doubtful for ln in everyone),
            to_call_now=to_call_now(groups, search.wanted_communities),
            more_url=self._all_lines_url(),
        )

    def _all_lines_url(self) -> str:
        address = reverse("warmlines")
        return f"{address}?near={typed(self.place)}" if self.place else address

    def online(self) -> Online:
        found = relevance.online(self.index, self.query, ONLINE_SHOWN)
        rows, maybe_open = split_by_hours(found.hits)
        return Online(
            heading=_("Online, from anywhere"),
            total=found.total,
            rows=rows,
            maybe_open=maybe_open,
            more_url=reverse("online"),
        )

    def counts(self) -> Counts:
        """How many listings each option of the filters would show."""
        scope = relevance.reaching(self.index, self.located_query)
        return count_options(self.index, self.located_query, self.filter.filters, scope)

    def count_without(self, chip: Chip) -> int:
        """How many listings there would be without one of the filters in use."""
        query = self.located_query.without(chip.name, chip.value)
        return relevance.located_or_named(self.index, query, 0).total


def split_by_hours(hits: list[Hit]) -> tuple[list[Card], list[Card]]:
    """The cards of what is surely open, if that was asked, and of what may be open."""
    made = {card.pk: card for card in as_cards(hits)}
    shown = [hit for hit in hits if hit.pk in made]
    return (
        [made[hit.pk] for hit in shown if not hit.may_be_open],
        [made[hit.pk] for hit in shown if hit.may_be_open],
    )


def as_cards(hits: list[Hit]) -> list[Card]:
    return cards(Organization, hits, "orgs/_card.html")


def guides_on(words: str) -> list[Guide]:
    """On the words asked for; else those that help with what the page shows."""
    if words:
        return list(Guide.objects.public().matching(words)[:GUIDES_SHOWN])
    return _guides.get_or_set("here", lambda: list(Guide.objects.named(RURAL, CALLING)))


def first_guides(count: int) -> list[Guide]:
    return _guides.get_or_set("first", lambda: list(Guide.objects.public()[:count]))
