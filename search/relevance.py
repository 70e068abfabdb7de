"""Who can help this person, best first: one function for each rule.

A list is made of tiers. All of one tier come before the next, and within a tier one
order holds. A rule is a tier, an order, or what a list is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from listings.querysets import AREA_UNKNOWN, SERVES_COUNTY, SERVES_NATION, SERVES_STATE
from places.models import Place
from places.nearest import SearchHit
from search.index import Order, Positions, Rows, SearchIndex
from search.query import Query, matching_rows, rows_with_words_in_name

# Who names the place as served, and who is located in its state and may serve it.
BY_NAME: tuple[int, ...] = (SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)


@dataclass(frozen=True)
class Results:
    """Some of the rows that a rule finds, best first, and how many there are in all."""

    hits: list[SearchHit] = field(default_factory=list)
    total: int = 0


def located_or_named(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """What is located near the place or in the state; without one, what is named."""
    if query.place is None:
        return named(index, query, limit, start)
    if query.place.is_state:
        return in_state(index, query, limit, start)
    return near(index, query, limit, start)


def near(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """What is located somewhere: nearest first, within the distance that was chosen."""
    point = _place(query).point
    here = index.within(point, query.radius) if query.radius else index.placed
    rows = matching_rows(index, query) & here
    tiers = _words_in_name_first(index, query, _open_first(index, query, rows))
    found = _page(tiers, index.by_distance(point), limit, start)
    return _results(index, query, rows, index.hits(found, point=point))


def in_state(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """What is located in a state, by town: a state has no middle to measure from."""
    rows = located_in_state(index, query)
    found = _page(_open_first(index, query, rows), index.by_town, limit, start)
    return _results(index, query, rows, index.hits(found))


def named(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """What matches the words, by name."""
    rows = matching_rows(index, query)
    tiers = _words_in_name_first(index, query, _open_first(index, query, rows))
    found = _page(tiers, index.by_name, limit, start)
    return _results(index, query, rows, index.hits(found))


def serving(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Who serves the place by name, then who may; where nobody does, the nationwide.

    Surest first, then nearest.
    """
    place, matching = _place(query), matching_rows(index, query)
    coverage = index.coverage(place)
    surely = BY_NAME
    if not (matching & np.isin(coverage, surely)).any():
        surely = (SERVES_NATION,)
    rows = matching & np.isin(coverage, surely)
    tiers = [
        tier & (coverage == one)
        for tier in _open_first(index, query, rows)
        for one in surely
    ]
    order = index.by_town if place.is_state else index.by_distance(place.point)
    found = _page(tiers, order, limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def online(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """What meets online and takes the whole country, or this place too; by name."""
    rows = matching_rows(index, query) & meeting_online(index, query.place)
    coverage = index.coverage(query.place) if query.place else None
    found = _page(_open_first(index, query, rows), index.by_name, limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def meeting_online(index: SearchIndex, place: Place | None) -> Rows:
    """What meets online and takes the whole country, or this place too."""
    takes = index.nationwide
    if place:
        takes = index.coverage(place) <= SERVES_NATION
    return takes & index.having("how", ["online"])


def serving_or_in_state(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """Who serves the place by name; where nobody does, what is located in its state.

    Surest first, then nearest. Of a state it is what is located in it or names it.
    """
    place, matching = _place(query), matching_rows(index, query)
    here = index.having("state", place.state_codes)
    if place.is_state:
        rows = matching & (here | index.naming_state(place.state))
        found = _page([rows], index.by_town, limit, start)
        return _results(index, query, rows, index.hits(found))
    coverage = index.coverage(place)
    rows = matching & np.isin(coverage, BY_NAME)
    if not rows.any():
        rows = matching & here
    tiers = [rows & (coverage == one) for one in np.unique(coverage)]
    found = _page(tiers, index.by_distance(place.point), limit, start)
    return _results(index, query, rows, index.hits(found, coverage=coverage))


def in_state_by_kind(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    """What is located in a state: one kind after the other, each by town."""
    rows = located_in_state(index, query)
    found = _page(_kinds(index, rows), index.by_town, limit, start)
    return _results(index, query, rows, index.hits(found))


def first_of_each_kind(index: SearchIndex, query: Query, limit: int) -> list[SearchHit]:
    """The first few of each kind that are located in a state, by town."""
    tiers = _kinds(index, located_in_state(index, query))
    return [hit for tier in tiers for hit in index.hits(index.by_town(tier, limit))]


def serving_from_elsewhere(
    index: SearchIndex, query: Query, limit: int
) -> list[SearchHit]:
    """What names a state as served and is located in another, by name."""
    state = _place(query).state
    rows = matching_rows(index, query) & index.naming_state(state)
    rows &= ~index.having("state", [state])
    return index.hits(index.by_name(rows, limit))


def located_in_state(index: SearchIndex, query: Query) -> Rows:
    return matching_rows(index, query) & index.having("state", [_place(query).state])


def reaching(index: SearchIndex, query: Query) -> Rows:
    """What the counts beside the filters count: everything that can help at the place.

    That is what is within the distance that was chosen; without one, what is located in
    the state, and what serves the place wherever it is located.
    """
    place = query.place
    if place is None:
        return index.everything
    if query.radius and not place.is_state:
        return index.within(place.point, query.radius)
    serves = index.coverage(place) <= SERVES_NATION
    return serves | index.having("state", place.state_codes)


def _place(query: Query) -> Place:
    if query.place is None:
        raise ValueError("this rule needs a place")
    return query.place


def _kinds(index: SearchIndex, rows: Rows) -> list[Rows]:
    kinds = sorted(index.facets["kind"].values)
    return [rows & index.having("kind", [kind]) for kind in kinds]


def _open_first(index: SearchIndex, query: Query, rows: Rows) -> list[Rows]:
    """With "Open now", what is surely open before what may be."""
    if query.open_at is None:
        return [rows]
    is_open, may_be_open = index.open_states(query.open_at)
    return [rows & is_open, rows & may_be_open]


def _words_in_name_first(
    index: SearchIndex, query: Query, tiers: list[Rows]
) -> list[Rows]:
    """What has the words in its name before what says them elsewhere."""
    if query.words is None:
        return tiers
    in_name = rows_with_words_in_name(index, query)
    return [part for tier in tiers for part in (tier & in_name, tier & ~in_name)]


def _page(tiers: list[Rows], order: Order, limit: int, start: int) -> Positions:
    """The positions from `start` on, through the tiers in their order."""
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
