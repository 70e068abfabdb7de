"""The search of the find page, and what each section of it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from directory.pages.forms import FindForm
from directory.pages.online_subjects import all_online_url, list_subjects
from directory.pages.phone_lines import MAX_LINES, choose_visible_groups, fold_groups
from directory.pages.related_guides import related_guides
from directory.pages.sections import (
    CenterSection,
    NearSection,
    OnlineSection,
    PhoneSection,
    Section,
    fold_farther_rows,
)
from guides.models import Guide
from listings.cards import Card, cards
from listings.facet_panel import ActiveFilter, Pager, page_number
from listings.text import fold
from listings.text_search import FOUND_ELSEWHERE
from orgs.coverage import coverage_reasons
from orgs.filters import OrganizationFilter
from orgs.models import Organization
from places.lookup import canonical_query
from places.models import Place
from places.nearest import SearchHit
from search import browsing, relevance
from search.current import index_of
from search.facets import Counts, count_options
from search.index import SearchIndex
from search.query import Query
from warmlines.models import Warmline
from warmlines.open_status import choose_lines_to_call_now
from warmlines.search import WarmlineSearch

PAGE_SIZE = 11
# With a distance that the visitor chose, they want the whole list.
RADIUS_PAGE_SIZE = 50
MAX_PEER_CARDS = 4
MAX_LISTED_CARDS = 8
# So many are cards even if all are far away.
MIN_PEER_CARDS = 3
MAX_CENTER_CARDS = 3
MAX_ONLINE_CARDS = 3
# A shorter word resembles too many names.
MIN_NAME_LETTERS = 4


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
        near = self.near_section()
        parts: list[Section] = [near] if near else []
        if near and self.centers:
            if not near.listed and self.centers.cards:
                self.centers.map_url = self._map_url()
            parts.append(self.centers)
        parts += [self.phone(), self.online()]
        # What was chosen comes first; the sections for other ways are one line each.
        return sorted(parts, key=lambda section: section.is_short)

    def _is_other_way(self, ways: set[str]) -> bool:
        """Return True if the filter "how" has values, but none of these."""
        chosen = self.filter.chosen.get("how", [])
        return bool(chosen) and ways.isdisjoint(chosen)

    def near_section(self) -> NearSection | None:
        """Return organizations run by peers near the place, or those that the words
        name, or None."""
        page = page_number(self.params)
        if self.place:
            section = self._peers(self.place, page)
        elif self.words or self.located_query.words is not None:
            section = self._by_name(page)
        else:
            return None
        is_answer = self.place or self.words or section.listed
        return self._add_pager(section, page) if is_answer else None

    def _peers(self, place: Place, page: int) -> NearSection:
        size = RADIUS_PAGE_SIZE if self.radius and not place.is_state else PAGE_SIZE
        found = relevance.peers(self.index, self.located_query, size, (page - 1) * size)
        in_state = _("Run by peers in %(place)s") % {"place": place.label}
        section = NearSection(
            heading=in_state if place.is_state else _("Run by peers near you"),
            total=found.total,
            page_size=size,
            has_miles=not place.is_state,
            elsewhere_total=found.serving_elsewhere,
            more_url=self._full_list_url(),
            is_short=self._is_other_way({"in_person"}),
        )
        hits = [] if section.is_short else found.hits
        return self._fill(section, hits, page, found.recommended)

    def _by_name(self, page: int) -> NearSection:
        found = browsing.by_name(
            self.index, self.located_query, PAGE_SIZE, (page - 1) * PAGE_SIZE
        )
        section = NearSection(
            heading=self._heading_by_name(),
            total=found.total,
            page_size=PAGE_SIZE,
            has_miles=False,
            is_by_name=True,
        )
        return self._fill(section, found.hits, page, found.total)

    def _fill(
        self, section: NearSection, hits: list[SearchHit], page: int, recommended: int
    ) -> NearSection:
        """Show the first recommended listings as cards, and the others as rows."""
        # A visitor who chose a distance, or typed a name, wants the whole list.
        is_answer = not (section.is_by_name or section.page_size > PAGE_SIZE)
        most = MAX_PEER_CARDS if is_answer else MAX_LISTED_CARDS
        count = min(most, max(MIN_PEER_CARDS, recommended))
        count = count if page == 1 else 0
        section.cards, section.maybe_open = self._split_cards(hits[:count])
        section.rows = self._cards(hits[count:], "orgs/_catalog_row.html")
        if page == 1 and is_answer:
            section.rows, section.folded = fold_farther_rows(
                section.cards, section.rows
            )
        # A listing may have been removed since it was counted.
        if page == 1 and not (section.listed or section.is_short):
            section.total = 0
        return section

    def _full_list_url(self) -> str:
        """Return the address of every organization by distance, with these filters."""
        params = self.params.copy()
        for name in ("page", "open_now", "lat", "lon"):
            params.pop(name, None)
        if self.place:
            params["near"] = canonical_query(self.place)
        return f"{reverse('organizations')}?{params.urlencode()}"

    def _heading_by_name(self) -> str:
        if self.in_distress:
            return _("Listings that may help")
        words = _("Listings that match “%(words)s”")
        if self.similar_names is not None:
            words = _("Listings with a name like “%(words)s”")
        return words % {"words": self.words or self.name_typed}

    def _add_pager(self, section: NearSection, page: int) -> NearSection:
        # Links to pages far down the list help nobody in a list by distance.
        section.pager = Pager.of(
            self.params, page, section.total, section.page_size, fifths=False
        )
        if section.listed:
            section.map_url = self._map_url()
        return section

    def _map_url(self) -> str:
        return f"{reverse('find_map')}?{self.params.urlencode()}"

    def listed_places(self, near: NearSection | None) -> list[Card]:
        """Return what the first two sections list, for the map and the frame."""
        listed = near.listed if near else []
        if self.centers is None or (near and near.pager.page > 1):
            return listed
        return [*listed, *self.centers.cards, *self.centers.maybe_open]

    @cached_property
    def centers(self) -> CenterSection | None:
        """Centers for Independent Living that serve the place."""
        place, query = self.place, self.located_query
        if place is None:
            return None
        is_short = self._is_other_way({"in_person"})
        found = relevance.centers(self.index, query, MAX_CENTER_CARDS)
        listed, maybe_open = self._split_cards([] if is_short else found.hits)
        section = CenterSection(
            heading=_("Centers for Independent Living")
            if place.is_state
            else _("Your Center for Independent Living"),
            total=found.total if listed or maybe_open or is_short else 0,
            is_short=is_short,
            cards=listed,
            maybe_open=maybe_open,
            more_url=f"{reverse('cils')}?near={canonical_query(place)}",
        )
        if not relevance.centers_of(self.index, place).any():
            nearest = relevance.nearest_center_of_state(self.index, query)
            section.nearest = self._nearest(nearest)
        return section

    def _nearest(self, hit: SearchHit | None) -> Card | None:
        return next(iter(self._cards([hit], "orgs/_card.html")), None) if hit else None

    def _cards(self, hits: list[SearchHit], template: str) -> list[Card]:
        return cards(Organization, hits, template, reasons=self._reasons)

    @cached_property
    def _reasons(self) -> dict[int | None, str]:
        return coverage_reasons(self.place)

    def _split_cards(self, hits: list[SearchHit]) -> tuple[list[Card], list[Card]]:
        """Return the cards of open listings, and of those that may be open.

        Without the filter "Open now" the second list is empty.
        """
        found = self._cards(hits, "orgs/_card.html")
        return (
            [card for card in found if not card.hit.may_be_open],
            [card for card in found if card.hit.may_be_open],
        )

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
        groups, url = search.groups, self._all_lines_url()
        is_short = self._is_other_way({"phone", "text"})
        everyone = search.for_everyone
        return PhoneSection(
            heading=_("Talk to someone"),
            total=sum(len(group.lines) for group in groups),
            groups=choose_visible_groups(
                groups,
                is_filtered=search.is_filtered,
                limit=1 if is_short else MAX_LINES,
            ),
            folded=[]
            if is_short
            else fold_groups(groups, url, is_filtered=search.is_filtered),
            is_short=is_short,
            no_open_line=search.no_open_line,
            open_total=sum(ln.is_open and not ln.has_public_warning for ln in everyone),
            to_call_now=choose_lines_to_call_now(groups, search.chosen_communities),
            more_url=url,
        )

    def _all_lines_url(self) -> str:
        address = reverse("warmlines")
        return (
            f"{address}?near={canonical_query(self.place)}" if self.place else address
        )

    def online(self) -> OnlineSection:
        section = OnlineSection(
            heading=_("Online, from anywhere"),
            more_url=all_online_url(self.place),
            is_short=self._is_other_way({"online"}),
        )
        if not (self.filter.chosen or self.words or self.open_now):
            section.subjects, section.total = list_subjects(
                self.index, self.query, MAX_ONLINE_CARDS, self._reasons
            )
            return section
        limit = PAGE_SIZE if self.filter.chosen.get("how") else MAX_ONLINE_CARDS
        found = relevance.online(self.index, self.query, limit)
        section.total = found.total
        if not section.is_short:
            section.cards, section.maybe_open = self._split_cards(found.hits)
        return section

    def counts(self) -> Counts:
        """Return how many listings each filter option would show."""
        scope = relevance.rows_to_count(self.index, self.located_query)
        return count_options(self.index, self.located_query, self.filter.filters, scope)

    def count_naming_county(self) -> int:
        """Return how many listings that match say that they serve the county."""
        return relevance.count_naming_county(self.index, self.query)

    def count_excluding(self, active_filter: ActiveFilter) -> int:
        """Return how many listings there would be without one of the active filters."""
        query = self.located_query.without(active_filter.name, active_filter.value)
        return relevance.count_matching(self.index, query)
