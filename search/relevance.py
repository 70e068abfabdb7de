"""Rules that select and order organizations for a visitor, one function each.

A list consists of tiers, one after the other. Each tier has the same order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from listings.querysets import AREA_UNKNOWN, SERVES_COUNTY, SERVES_NATION, SERVES_STATE
from places.models import Place
from places.nearest import SearchHit
from search.index import Order, Positions, Rows, SearchIndex
from search.query import Query, matching_rows, rows_with_words_in_name

# Rows that serve the place, or are located in its state and may serve it.
NAMED_COVERAGE: tuple[int, ...] = (SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)


@dataclass(frozen=True)
class Results:
    """One page of the rows of a rule, best first, and the total."""

    hits: list[SearchHit] = field(default_factory=list)
    total: int = 0


def near_or_by_name(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Rows near the place or in the state, or all rows by name without a place."""
    if query.place is None:
        return by_name(index, query, limit, start)
    if query.place.is_state:
        return in_state(index, query, limit, start)
    return near(index, query, limit, start)


def near(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows with a location, nearest first, within the chosen distance."""
    point = _require_place(query).point
    here = index.within(point, query.radius) if query.radius else index.placed
    rows = matching_rows(index, query) & here
    tiers = _words_in_name_first(index, query, _open_first(index, query, rows))
    found = _page(tiers, index.by_distance(point), limit, start)
    return _results(index, query, rows, index.hits(found, point=point))


def in_state(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows in a state, by city, because a state has no point to measure from."""
    rows = located_in_state(index, query)
    found = _page(_open_first(index, query, rows), index.by_city, limit, start)
    return _results(index, query, rows, index.hits(found))


def by_name(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows that match the query, by name."""
    rows = matching_rows(index, query)
    tiers = _words_in_name_first(index, query, _open_first(index, query, rows))
    found = _page(tiers, index.by_name, limit, start)
    return _results(index, query, rows, index.hits(found))


def serving(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows that serve or may serve the place, or nationwide rows if there are none.

    They are ordered by coverage, then by distance.
    """
    place, matching = _require_place(query), matching_rows(index, query)
    coverage = index.coverage(place)
    levels = NAMED_COVERAGE
    if not (matching & np.isin(coverage, levels)).any():
        levels = (SERVES_NATION,)
    rows = matching & np.isin(coverage, levels)
    tiers = [
        tier & (coverage == one)
        for tier in _open_first(index, query, rows)
        for one in levels
    ]
    order = index.by_city if place.is_state else index.by_distance(place.point)
    found = _page(tiers, order, limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def online(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows that meet online and serve the whole country or the place, by name."""
    rows = matching_rows(index, query) & meeting_online(index, query.place)
    coverage = index.coverage(query.place) if query.place else None
    found = _page(_open_first(index, query, rows), index.by_name, limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def meeting_online(index: SearchIndex, place: Place | None) -> Rows:
    """Rows that meet online and serve the whole country or the place."""
    takes = index.nationwide
    if place:
        takes = index.coverage(place) <= SERVES_NATION
    return takes & index.with_values("how", ["online"])


def serving_or_in_state(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Rows that serve the place, or rows in its state if there are none.

    They are ordered by coverage, then by distance. If the place is a state, they are
    located in it or serve it, by city.
    """
    place, matching = _require_place(query), matching_rows(index, query)
    here = index.with_values("state", place.state_codes)
    if place.is_state:
        rows = matching & (here | index.serving_state_by_name(place.state))
        found = _page([rows], index.by_city, limit, start)
        return _results(index, query, rows, index.hits(found))
    coverage = index.coverage(place)
    rows = matching & np.isin(coverage, NAMED_COVERAGE)
    if not rows.any():
        rows = matching & here
    tiers = [rows & (coverage == one) for one in np.unique(coverage)]
    found = _page(tiers, index.by_distance(place.point), limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def in_state_by_kind(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Rows in a state by kind, then by city."""
    rows = located_in_state(index, query)
    found = _page(_kinds(index, rows), index.by_city, limit, start)
    return _results(index, query, rows, index.hits(found))


def first_of_each_kind(index: SearchIndex, query: Query, limit: int) -> list[SearchHit]:
    """Return the first rows of each kind in a state, by city."""
    tiers = _kinds(index, located_in_state(index, query))
    return [hit for tier in tiers for hit in index.hits(index.by_city(tier, limit))]


def serving_from_elsewhere(
    index: SearchIndex, query: Query, limit: int
) -> list[SearchHit]:
    """Return rows in other states that serve the state, by name."""
    state = _require_place(query).state
    rows = matching_rows(index, query) & index.serving_state_by_name(state)
    rows &= ~index.with_values("state", [state])
    return index.hits(index.by_name(rows, limit))


def located_in_state(index: SearchIndex, query: Query) -> Rows:
    state = _require_place(query).state
    return matching_rows(index, query) & index.with_values("state", [state])


def rows_to_count(index: SearchIndex, query: Query) -> Rows:
    """Return the rows that filter counts include: all that can help at the place.

    These are rows within the chosen distance. Without one, they are rows in the state
    and rows anywhere that serve the place.
    """
    place = query.place
    if place is None:
        return index.everything
    if query.radius and not place.is_state:
        return index.within(place.point, query.radius)
    serves = index.coverage(place) <= SERVES_NATION
    return serves | index.with_values("state", place.state_codes)


def _require_place(query: Query) -> Place:
    if query.place is None:
        raise ValueError("this rule needs a place")
    return query.place


def _kinds(index: SearchIndex, rows: Rows) -> list[Rows]:
    kinds = sorted(index.facets["kind"].values)
    return [rows & index.with_values("kind", [kind]) for kind in kinds]


def _open_first(index: SearchIndex, query: Query, rows: Rows) -> list[Rows]:
    """Divide rows into open ones and ones with unknown hours, for "Open now"."""
    if query.open_at is None:
        return [rows]
    is_open, may_be_open = index.open_states(query.open_at)
    return [rows & is_open, rows & may_be_open]


def _words_in_name_first(
    index: SearchIndex, query: Query, tiers: list[Rows]
) -> list[Rows]:
    """Put rows with the words in their name first within each tier."""
    if query.words is None:
        return tiers
    in_name = rows_with_words_in_name(index, query)
    return [part for tier in tiers for part in (tier & in_name, tier & ~in_name)]


def _page(tiers: list[Rows], order: Order, limit: int, start: int) -> Positions:
    """Return up to `limit` positions from `start`, across the tiers."""
    found: list[Positions] = [np.zeros(0, np.intp)]
    left = limit
    for tier in tiers if limit else ():
        size = int(np.count_nonzero(tier))
        if start >= size:
            start -= size
            continue
        part = order(tier, start + left)[start:]
        found.append(part)
        left, start = left - len(part), 0
        if not left:
            break
    return np.concatenate(found)


def _results(
    index: SearchIndex, query: Query, rows: Rows, hits: list[SearchHit]
) -> Results:
    total = int(np.count_nonzero(rows))
    if query.open_at:
        _open, may_be_open = index.open_states(query.open_at)
        maybe = set(index.pks[may_be_open].tolist())
        hits = [hit._replace(may_be_open=hit.pk in maybe) for hit in hits]
    return Results(hits, total)
