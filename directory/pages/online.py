"""The page of support online and by phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from listings.cards import Card, cards
from listings.facet_panel import (
    ActiveFilter,
    FacetPanel,
    Pager,
    Suggestion,
    build_panel,
    page_number,
)
from orgs.filters import OnlineFilter
from orgs.models import Organization
from places.models import Place
from search import relevance
from search.current import index_of
from search.facets import count_options
from search.query import Query
from warmlines.open_status import LineGroup
from warmlines.search import WarmlineSearch

PAGE_SIZE = 30


@dataclass(frozen=True)
class OnlinePage:
    line_groups: list[LineGroup]
    rows: list[Card]
    total: int
    panel: FacetPanel
    pager: Pager
    suggestions: list[Suggestion]


def build_online_page(
    place: Place | None, params: QueryDict, at: datetime
) -> OnlinePage:
    chosen = OnlineFilter(params)
    index, number = index_of(Organization), page_number(params)
    query = Query(chosen=chosen.chosen, place=place)
    found = relevance.online(index, query, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    groups = _line_groups(place, params, at) if number == 1 else []
    scope = relevance.meets_online_for(index, place)
    counts = count_options(index, query, chosen.filters, scope)
    panel = build_panel(chosen, params, counts, ["state"])

    def count_excluding(active_filter: ActiveFilter) -> int:
        return relevance.online(
            index, query.without(active_filter.name, active_filter.value), 0
        ).total

    empty = not (found.hits or groups)
    return OnlinePage(
        line_groups=groups,
        rows=cards(Organization, found.hits, "orgs/_card.html"),
        total=found.total,
        panel=panel,
        pager=Pager.of(params, number, found.total, PAGE_SIZE),
        suggestions=panel.suggestions(count_excluding) if empty else [],
    )


def _line_groups(
    place: Place | None, params: QueryDict, at: datetime
) -> list[LineGroup]:
    return WarmlineSearch(place, params, at, from_anywhere=place is None).groups
