"""The find page's answer: who is near, serves here, answers the phone, meets online."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from directory.forms import FindForm
from guides.models import Guide
from kept.memory import Shelf
from listings.cards import Card, cards
from listings.panel import ONE_PAGE, Advice, Pager, page_number
from listings.querysets import AREA_UNKNOWN, SERVES_NATION
from listings.wording import own_words, relevance
from listings.words import fold
from orgs import servers
from orgs.filters import OrganizationFilter
from orgs.models import Organization
from places.lookup import typed
from places.models import Place
from places.near import Hit
from warmlines.lines import Line, LineGroup, NoneOpen, at_most, to_call_now
from warmlines.models import Warmline
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
# What is the same for whoever asks from one county, under the same filters.
SHELF: Shelf[tuple[Any, ...], Any] = Shelf(8_000)
GUIDES: Shelf[str, list[Guide]] = Shelf(4)
COUNTIES: Shelf[str, set[int]] = Shelf(4)
# Up to 200 servers each, some 50 KB.
SERVERS: Shelf[tuple[Any, ...], list[servers.Server] | None] = Shelf(400)


@dataclass
class Section:
    """One part of the answer; an empty one offers which filter to remove."""

    name: ClassVar[str]
    heading: str
    intro: str = ""
    total: int = 0
    more_url: str = ""
    empty_advice: list[Advice] = field(default_factory=list)

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
    def _own_words(self) -> str | None:
        return own_words(Organization.objects.public(), self.words)

    @property
    def scope_shape(self) -> tuple[Any, ...] | None:
        """The same for searches that part the organizations in the same way; None for
        one by words, whose SQL changes with the vocabulary."""
        return None if self.words else (self._state, *self.filter.key)

    @cached_property
    def scope_key(self) -> tuple[Any, ...] | None:
        """Names what can reach the place; None where somebody's words part it."""
        if self._own_words is None or self._by_name is not None:
            return None
        asked = ("find", self._own_words, self._state)
        if self.place is None:
            return asked
        # A whole state has no filter by distance.
        return (*asked, self.place.is_state, *self.place.area(_apart("border")))

    @property
    def organizations(self) -> Any:
        """Public organizations under the search words and the `state` parameter."""
        found = Organization.objects.public().matching(self.words)
        return found.in_state(self._state) if self._state else found

    @cached_property
    def name_found(self) -> Any:
        """What the words in the place box name, under no filter yet; None where that
        is nothing, or was not asked."""
        # Words of which no letter is left would match everybody.
        if self.words or not fold(self.name_typed):
            return None
        found = Organization.objects.public().matching(self.name_typed)
        return found if found.exists() else None

    @cached_property
    def lines_named(self) -> int:
        """How many lines the words in the place box name."""
        if self.words or not fold(self.name_typed):
            return 0
        return Warmline.objects.public().matching(self.name_typed).count()

    @cached_property
    def names_like(self) -> Any:
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
        close = [row.pk for row in public.named_like(self.name_typed)]
        return public.filter(pk__in=close) if close else None

    @property
    def _by_name(self) -> Any:
        found = self.name_found
        return self.names_like if found is None else found

    def problem(self, near: Near | None) -> str:
        """What is wrong with the place; words that are none and found their name are
        no mistake."""
        named = bool(self.lines_named) or (near and self.name_found is not None)
        return "" if named and not self.form.candidates else self.form.problem

    @property
    def standing_scope(self) -> Any:
        """Among what the section of what stands somewhere is looked for."""
        named = self._by_name
        return self.organizations if named is None else named

    def reaching(self) -> Any:
        """What can reach the place, under no filter yet."""
        found = self.standing_scope
        return found.reaching(self.place) if self.place else found

    def sections(self) -> list[Any]:
        """The sections in the order of the page."""
        ways = self.filter.chosen.get("how", [])
        standing = self.standing()
        parts: list[Any] = [standing] if standing else []
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
        if self.place:
            return self.near(self.place)
        if self.words:
            return self.by_words()
        named = self.by_name_typed()
        return named if named and named.rows else None

    def near(self, place: Place) -> Near:
        if place.is_state:
            return self.in_state(place)
        page = page_number(self.params)
        found = self.filter.narrow(self.organizations)
        result = found.nearest_page(
            place.point,
            miles=self.radius,
            limit=PAGE_SIZE,
            offset=(page - 1) * PAGE_SIZE,
            first=relevance(self.words),
            total=None if self.radius or self.words else self._placed(found),
            shape=self.scope_shape,
        )
        rows = as_cards(result.hits)
        in_order = bool(rows) and page == 1 and not self.words
        nearest = rows[0].distance_miles if in_order else None
        far = nearest is not None and nearest > FAR_MILES
        shown = FAR_SHOWN if far else PAGE_SIZE
        section = Near(
            heading=_("Near %(place)s") % {"place": place.label},
            # The total may be older than the rows, and one that has gone is no row.
            total=result.total if rows or page > 1 else 0,
            rows=rows[:shown],
            folded=rows[shown:],
            far=far,
        )
        return self._paged(section, page)

    def _placed(self, found: Any) -> int:
        """How many there are at any distance."""
        return self._kept("placed", lambda: found.with_point().count())  # type: ignore[no-any-return]

    def _kept(self, part: str, make: Callable[[], Any], *area: Any) -> Any:
        """Made once a version for all who ask the same; somebody's words never are."""
        if self._own_words is None:
            return make()
        key = (part, self._own_words, self._state, *self.filter.key, *area)
        return SHELF.get(key, make)

    def in_state(self, place: Place) -> Near:
        """A state has no middle worth measuring from: its listings by town."""
        page = page_number(self.params)
        found = self.organizations.in_state(place.state)
        hits, total = (
            self.filter.narrow(found)
            .by_town()
            .page(limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        )
        section = Near(
            heading=_("In %(state)s") % {"state": place.label},
            total=total,
            rows=as_cards(hits),
            has_miles=False,
        )
        return self._paged(section, page)

    def by_words(self) -> Near:
        """Without a place: whatever matches the words, by name."""
        page = page_number(self.params)
        found = self._kept("words", lambda: self._of_words(page), page)
        return self._named(self.words, page, *found)

    def _of_words(self, page: int) -> tuple[list[Hit], int]:
        return self._matching(self.organizations, self.words, page)

    def by_name_typed(self) -> Near | None:
        if self._by_name is None:
            return None
        page = page_number(self.params)
        hits, total = self._matching(self._by_name, self.name_typed, page)
        section = self._named(self.name_typed, page, hits, total)
        if self.name_found is None:
            section.heading = _("Listings with a name like “%(words)s”") % {
                "words": self.name_typed
            }
        return section

    def _matching(
        self, organizations: Any, words: str, page: int
    ) -> tuple[list[Hit], int]:
        found = self.filter.narrow(organizations).by_relevance(words)
        return found.page(limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)  # type: ignore[no-any-return]

    def _named(self, words: str, page: int, hits: list[Hit], total: int) -> Near:
        if self.in_distress:
            heading = _("Listings that may help")
        else:
            heading = _("Listings that match “%(words)s”") % {"words": words}
        section = Near(
            heading=heading, total=total, rows=as_cards(hits), has_miles=False
        )
        return self._paged(section, page)

    def _paged(self, section: Near, page: int) -> Near:
        # Nobody looks for the hundredth page of what is nearest.
        section.pager = Pager.of(
            self.params, page, section.total, PAGE_SIZE, fifths=False
        )
        if section.rows:
            section.map_url = f"{reverse('find_map')}?{self.params.urlencode()}"
        return section

    def serving(self, place: Place) -> Serving:
        """Who serves here by name, wherever they stand; then who may serve here."""

        hits, total = self._surest(place, AREA_UNKNOWN)
        if not hits:
            hits, total = self._surest(place, SERVES_NATION)
        return Serving(
            heading=_("Serving %(place)s") % {"place": self._area_label(place)},
            total=total,
            rows=as_cards(hits),
            more_url=reverse("state", args=[place.state.lower()]),
        )

    def _surest(self, place: Place, least: int) -> tuple[list[Hit], int]:
        """The first of what serves a place, and how many there are."""

        def among() -> Any:
            return self.filter.narrow(self.organizations)

        def found() -> Any:
            by_name = least == AREA_UNKNOWN
            rows = among()
            return rows.serving_by_name(place) if by_name else rows.serving(place)

        shape = self.scope_shape
        if place.is_state or place.is_area or shape is None:
            return found().surest_first(place).page(limit=SERVING_SHOWN, offset=0)  # type: ignore[no-any-return]
        key = (least, *shape, *place.area())
        few = SERVERS.get(key, lambda: servers.few(found()))
        if few is None:
            many = servers.Many(among, place, least, shape)
            return many.first(SERVING_SHOWN), many.total()
        return servers.surest(few, place.point)[:SERVING_SHOWN], len(few)

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
        area = self.place.area(_apart("online")) if self.place else ()
        hits, total = self._kept("online", self._online, *area)
        return Online(
            heading=_("Online, from anywhere"),
            total=total,
            rows=as_cards(hits),
            more_url=reverse("online"),
        )

    def _online(self) -> tuple[list[Hit], int]:
        place, shape = self.place, self.scope_shape
        found = self.filter.narrow(self.organizations.from_anywhere(place))
        # Counted apart: how surely each serves is then asked of those shown only.
        if place is None or place.is_area or shape is None:
            total = found.count()
        else:
            total = servers.Many(
                lambda: self.filter.narrow(self.organizations.meeting_online()),
                place,
                SERVES_NATION,
                ("online", *shape),
            ).total()
        return found.by_name().page(limit=ONLINE_SHOWN, offset=0, total=total)  # type: ignore[no-any-return]


def _apart(part: str) -> set[int]:
    """The counties where this part of the page is not that of their state."""

    def read() -> set[int]:
        public = Organization.objects.public()
        online = part == "online"
        found = public.meeting_online() if online else public.across_a_border()
        return found.counties_named()

    return COUNTIES.get(part, read)


def as_cards(hits: list[Hit]) -> list[Card]:
    return cards(Organization, hits, "orgs/_card.html")


def guides_on(words: str) -> list[Guide]:
    """On the words asked for; else those that help with what the page shows."""
    if words:
        return list(Guide.objects.public().matching(words)[:GUIDES_SHOWN])
    return GUIDES.get("here", lambda: list(Guide.objects.named(RURAL, CALLING)))


def first_guides(count: int) -> list[Guide]:
    return GUIDES.get("first", lambda: list(Guide.objects.public()[:count]))
