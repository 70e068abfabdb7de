"""Complete lists of organizations, for the pages of catalogs, states and the map."""

from __future__ import annotations

import numpy as np

from listings.querysets import AREA_UNKNOWN, SERVES_COUNTY, SERVES_STATE
from places.nearest import SearchHit
from search.index import Rows, SearchIndex
from search.query import Query, matching_rows, required_place
from search.results import (
    Results,
    build_results,
    open_first,
    page_of_tiers,
    words_in_name_first,
)

# Rows that serve the place, or are located in its state and may serve it.
NAMED_COVERAGE: tuple[int, ...] = (SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)


def near(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Every row, nearest first, or those within the chosen distance."""
    place = required_place(query)
    point, radius = place.point, query.radius
    here = index.within(point, radius) if radius else index.everything
    rows = matching_rows(index, query) & here
    tiers = words_in_name_first(index, query, open_first(index, query, [rows]))
    found = page_of_tiers(tiers, index.by_distance(point), limit, start)
    coverage = index.coverage(place)
    return build_results(index, query, tiers, found, point=point, coverage=coverage)


def in_state(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows in a state, by city, because a state has no point to measure from."""
    tiers = open_first(index, query, [located_in_state(index, query)])
    found = page_of_tiers(tiers, index.by_city, limit, start)
    return build_results(index, query, tiers, found)


def by_name(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows that match the query, by name."""
    tiers = open_first(index, query, [matching_rows(index, query)])
    tiers = words_in_name_first(index, query, tiers)
    found = page_of_tiers(tiers, index.by_name, limit, start)
    return build_results(index, query, tiers, found)


def serving_or_in_state(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Rows that serve the place, or rows in its state if there are none.

    They are ordered by coverage, then by distance. If the place is a state, they are
    located in it or serve it, by city.
    """
    place, matching = required_place(query), matching_rows(index, query)
    here = index.with_values("state", place.state_codes)
    if place.is_state:
        rows = matching & (here | index.serving_state_by_name(place.state))
        found = page_of_tiers([rows], index.by_city, limit, start)
        return build_results(index, query, [rows], found)
    coverage = index.coverage(place)
    rows = matching & np.isin(coverage, NAMED_COVERAGE)
    if not rows.any():
        rows = matching & here
    tiers = [rows & (coverage == one) for one in np.unique(coverage)]
    found = page_of_tiers(tiers, index.by_distance(place.point), limit, start)
    return build_results(
        index, query, tiers, found, point=place.point, coverage=coverage
    )


def in_state_by_kind(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Rows in a state by kind, then by city."""
    tiers = _kinds(index, located_in_state(index, query))
    found = page_of_tiers(tiers, index.by_city, limit, start)
    return build_results(index, query, tiers, found)


def first_of_each_kind(index: SearchIndex, query: Query, limit: int) -> list[SearchHit]:
    """Return the first rows of each kind in a state, by city."""
    tiers = _kinds(index, located_in_state(index, query))
    return [hit for tier in tiers for hit in index.hits(index.by_city(tier, limit))]


def serving_from_elsewhere(
    index: SearchIndex, query: Query, limit: int
) -> list[SearchHit]:
    """Return rows in other states that serve the state, by name."""
    state = required_place(query).state
    rows = matching_rows(index, query) & index.serving_state_by_name(state)
    rows &= ~index.with_values("state", [state])
    return index.hits(index.by_name(rows, limit))


def located_in_state(index: SearchIndex, query: Query) -> Rows:
    state = required_place(query).state
    return matching_rows(index, query) & index.with_values("state", [state])


def _kinds(index: SearchIndex, rows: Rows) -> list[Rows]:
    kinds = sorted(index.facets["kind"].values)
    return [rows & index.with_values("kind", [kind]) for kind in kinds]
