"""One state's page: every kind of support that stands in it or serves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.http import QueryDict
from django.utils.translation import gettext as _

from listings.cards import Card, cards
from listings.facet_panel import (
    ONE_PAGE,
    Pager,
    Panel,
    build_panel,
    page_number,
    query_with,
)
from orgs.filters import KindFilter
from orgs.kind_labels import KIND_WORDS
from orgs.models import Organization
from places.models import Place
from places.nearest import Hit
from search import relevance
from search.current import index_of
from search.facets import count_options
from search.query import Query
from warmlines.open_status import LineGroup, NoneOpen
from warmlines.search import LineSearch

# More cards than this make a page heavy on an old phone.
MOST_CARDS = 60
CARDS_A_KIND = 8
PAGE_SIZE = 40
MAX_ELSEWHERE = 20


@dataclass(frozen=True)
class Town:
    name: str
    rows: list[Card]


@dataclass(frozen=True)
class KindSection:
    slug: str
    heading: str
    explained: str
    towns: list[Town]
    shown: int
    total: int
    all_url: str = ""


@dataclass
class StatePage:
    place: Place
    sections: list[KindSection]
    elsewhere: list[Card]
    panel: Panel
    total: int
    line_groups: list[LineGroup] = field(default_factory=list)
    none_open: NoneOpen | None = None
    pager: Pager = ONE_PAGE
    chosen: dict[str, list[str]] = field(default_factory=dict)


def state_page(place: Place, params: QueryDict, at: datetime) -> StatePage:
    chosen = KindFilter(params)
    index, query = index_of(Organization), Query(chosen.chosen, place)
    located = relevance.located_in_state(index, query)
    counts = Counter(index.facets["kind"].tally(located))
    total = counts.total()
    scope = relevance.located_in_state(index, Query(place=place))
    tallies = count_options(index, query, chosen.filters, scope)
    page = StatePage(
        place=place,
        sections=[],
        elsewhere=[],
        panel=build_panel(chosen, params, tallies),
        total=total,
        chosen=chosen.chosen,
    )
    if chosen.chosen and total > MOST_CARDS:
        _fill_one_page(page, query, counts, params)
    else:
        limit = total if total <= MOST_CARDS else CARDS_A_KIND
        hits = relevance.first_of_each_kind(index, query, limit)
        page.sections = _overview(hits, counts, params)
    if page.pager.page == 1 and not chosen.chosen:
        page.elsewhere = _elsewhere(place)
        search = LineSearch(place, QueryDict(), at)
        page.line_groups, page.none_open = search.groups, search.none_open
    return page


def _overview(
    hits: list[Hit], counts: Counter[str], params: QueryDict
) -> list[KindSection]:
    """Every kind; where that would be too many cards, the first of each."""
    by_kind: dict[str, list[Card]] = {}
    for row in _rows(hits):
        by_kind.setdefault(row.kind, []).append(row)
    return [
        _section(kind, by_kind[kind], counts[kind], query_with(params, kind=kind))
        for kind in KIND_WORDS
        if kind in by_kind
    ]


def _fill_one_page(
    page: StatePage, query: Query, counts: Counter[str], params: QueryDict
) -> None:
    page.pager = Pager.of(params, page_number(params), page.total, PAGE_SIZE)
    start = (page.pager.page - 1) * PAGE_SIZE
    index = index_of(Organization)
    hits = relevance.in_state_by_kind(index, query, PAGE_SIZE, start).hits
    page.sections = [
        _section(kind, list(members), counts[kind])
        for kind, members in groupby(_rows(hits), key=lambda row: row.kind)
    ]


def _section(kind: str, rows: list[Card], total: int, all_url: str = "") -> KindSection:
    words = KIND_WORDS[kind]
    towns = [list(town) for _key, town in groupby(rows, lambda row: row.city.lower())]
    return KindSection(
        slug=kind,
        heading=str(words.plural),
        explained=str(words.explained),
        towns=[Town(town[0].city or _("No town listed"), town) for town in towns],
        shown=len(rows),
        total=total,
        all_url=all_url if total > len(rows) else "",
    )


def _rows(hits: list[Hit], level: int = 4) -> list[Card]:
    return cards(Organization, hits, "orgs/_row.html", level)


def _elsewhere(place: Place) -> list[Card]:
    """What stands in another state and serves this one by name."""
    index = index_of(Organization)
    hits = relevance.serving_from_elsewhere(index, Query(place=place), MAX_ELSEWHERE)
    return _rows(hits, level=3)
