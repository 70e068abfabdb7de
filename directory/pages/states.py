"""The page of a state: every kind of support that is located in it or serves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.http import QueryDict
from django.utils.translation import gettext as _

from listings.cards import Card, cards
from listings.facet_panel import (
    SINGLE_PAGE,
    FacetPanel,
    Pager,
    build_panel,
    page_number,
    url_with,
)
from orgs.filters import KindFilter
from orgs.kind_labels import KIND_LABELS
from orgs.models import Organization
from places.models import Place
from places.nearest import SearchHit
from search import browsing
from search.current import index_of
from search.facets import count_options
from search.query import Query
from warmlines.open_status import LineGroup, NoOpenLine
from warmlines.search import WarmlineSearch

# With more cards, the page is slow on an old phone.
MAX_CARDS = 60
CARDS_PER_KIND = 8
PAGE_SIZE = 40
MAX_ELSEWHERE = 20


@dataclass(frozen=True)
class CityGroup:
    name: str
    rows: list[Card]


@dataclass(frozen=True)
class KindSection:
    slug: str
    heading: str
    explained: str
    city_groups: list[CityGroup]
    shown: int
    total: int
    all_url: str = ""


@dataclass
class StatePage:
    place: Place
    sections: list[KindSection]
    serving_from_elsewhere: list[Card]
    panel: FacetPanel
    total: int
    line_groups: list[LineGroup] = field(default_factory=list)
    no_open_line: NoOpenLine | None = None
    pager: Pager = SINGLE_PAGE
    filters: dict[str, list[str]] = field(default_factory=dict)


def build_state_page(place: Place, params: QueryDict, at: datetime) -> StatePage:
    filters = KindFilter(params)
    index, query = index_of(Organization), Query(filters.chosen, place)
    located = browsing.located_in_state(index, query)
    counts = Counter(index.facets["kind"].tally(located))
    total = counts.total()
    scope = browsing.located_in_state(index, Query(place=place))
    tallies = count_options(index, query, filters.filters, scope)
    page = StatePage(
        place=place,
        sections=[],
        serving_from_elsewhere=[],
        panel=build_panel(filters, params, tallies),
        total=total,
        filters=filters.chosen,
    )
    if filters.chosen and total > MAX_CARDS:
        _fill_one_page(page, query, counts, params)
    else:
        limit = total if total <= MAX_CARDS else CARDS_PER_KIND
        hits = browsing.first_of_each_kind(index, query, limit)
        page.sections = _overview_sections(hits, counts, params)
    if page.pager.page == 1 and not filters.chosen:
        page.serving_from_elsewhere = _serving_from_elsewhere(place)
        search = WarmlineSearch(place, QueryDict(), at)
        page.line_groups, page.no_open_line = search.groups, search.no_open_line
    return page


def _overview_sections(
    hits: list[SearchHit], counts: Counter[str], params: QueryDict
) -> list[KindSection]:
    """Return a section for each kind, with the cards of these hits."""
    by_kind: dict[str, list[Card]] = {}
    for row in _render_rows(hits):
        by_kind.setdefault(row.kind, []).append(row)
    return [
        _kind_section(kind, by_kind[kind], counts[kind], url_with(params, kind=kind))
        for kind in KIND_LABELS
        if kind in by_kind
    ]


def _fill_one_page(
    page: StatePage, query: Query, counts: Counter[str], params: QueryDict
) -> None:
    page.pager = Pager.of(params, page_number(params), page.total, PAGE_SIZE)
    start = (page.pager.page - 1) * PAGE_SIZE
    index = index_of(Organization)
    hits = browsing.in_state_by_kind(index, query, PAGE_SIZE, start).hits
    page.sections = [
        _kind_section(kind, list(members), counts[kind])
        for kind, members in groupby(_render_rows(hits), key=lambda row: row.kind)
    ]


def _kind_section(
    kind: str, rows: list[Card], total: int, all_url: str = ""
) -> KindSection:
    words = KIND_LABELS[kind]
    city_groups = [
        list(city_group)
        for _key, city_group in groupby(rows, lambda row: row.city.lower())
    ]
    return KindSection(
        slug=kind,
        heading=str(words.plural),
        explained=str(words.explained),
        city_groups=[
            CityGroup(city_group[0].city or _("No town listed"), city_group)
            for city_group in city_groups
        ],
        shown=len(rows),
        total=total,
        all_url=all_url if total > len(rows) else "",
    )


def _render_rows(hits: list[SearchHit], level: int = 4) -> list[Card]:
    return cards(Organization, hits, "orgs/_row.html", level)


def _serving_from_elsewhere(place: Place) -> list[Card]:
    """Return cards of organizations in other states that name this one as served."""
    index = index_of(Organization)
    hits = browsing.serving_from_elsewhere(index, Query(place=place), MAX_ELSEWHERE)
    return _render_rows(hits, level=3)
