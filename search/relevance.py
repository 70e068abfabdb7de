"""Who can help a visitor at a place, best first. Each rule is one function.

An organization serves the county of the place, its state or the nation, or its area is
unknown, or it names only other places. The last is never listed as help. Centers for
Independent Living have rules and a list of their own, because each serves the counties
that it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from listings.querysets import (
    AREA_UNKNOWN,
    SERVES_COUNTY,
    SERVES_ELSEWHERE,
    SERVES_NATION,
    SERVES_STATE,
)
from places.models import Place
from places.nearest import SearchHit
from search.index import STATEWIDE_KINDS, Coverage, Rows, SearchIndex
from search.query import Query, matching_rows, required_place
from search.results import (
    Results,
    build_results,
    count_rows,
    open_first,
    page_of_tiers,
    words_in_name_first,
)

# A farther place is a trip that few people can make.
NEARBY_MILES = 50
CENTER_KINDS = ("cil",)


@dataclass(frozen=True)
class PeerResults(Results):
    # How many of the total are near, name the county, or serve the whole state.
    recommended: int = 0
    # How many that match are nearby, but name only other places.
    serving_elsewhere: int = 0


# Rules. Each returns the rows that it is true for.


def is_center(index: SearchIndex) -> Rows:
    return index.with_values("kind", CENTER_KINDS)


def is_nearby(index: SearchIndex, query: Query) -> Rows:
    """True within the distance that was chosen, or else within NEARBY_MILES."""
    return index.within(required_place(query).point, query.radius or NEARBY_MILES)


def is_within_chosen_distance(index: SearchIndex, query: Query) -> Rows:
    has_limit = query.radius and not required_place(query).is_state
    return is_nearby(index, query) if has_limit else index.everything


def may_serve(coverage: Coverage) -> Rows:
    """True unless only other places are named. An unknown area may be anywhere."""
    return np.isin(coverage, SERVES_ELSEWHERE, invert=True)


def names_county(coverage: Coverage) -> Rows:
    return np.isin(coverage, SERVES_COUNTY)


def serves_whole_state(coverage: Coverage) -> Rows:
    return np.isin(coverage, SERVES_STATE)


def is_in_state_with_unknown_area(coverage: Coverage) -> Rows:
    return np.isin(coverage, AREA_UNKNOWN)


def serves_part_of_state(index: SearchIndex, state: Place) -> Rows:
    """True if the state or a county of it is named, or the area is unknown there."""
    located = index.with_values("state", [state.state])
    named = index.serving_state_by_name(state.state)
    return named | (located & may_serve(index.coverage(state)))


def meets_online_for(index: SearchIndex, place: Place | None) -> Rows:
    """True if it meets online, and serves the whole country or the place."""
    takes = index.nationwide
    if place:
        takes = index.coverage(place) <= SERVES_NATION
    return takes & index.with_values("how", ["online"])


# Lists.


def peers(index: SearchIndex, query: Query, limit: int, start: int = 0) -> PeerResults:
    """Organizations run by peers that can help, nearest first within each tier."""
    place, tiers = required_place(query), peer_tiers(index, query)
    found = _list(index, query, tiers, limit, start)
    recommended = tiers if place.is_state else tiers[:2]
    other_rows = ~is_center(index) & _names_only_other_places_nearby(index, query)
    return PeerResults(
        found.hits,
        found.total,
        recommended=count_rows(recommended),
        serving_elsewhere=count_rows([matching_rows(index, query) & other_rows]),
    )


def peer_tiers(index: SearchIndex, query: Query) -> list[Rows]:
    """Near the place or naming its county; then statewide; then farther away to ask.

    In a state: statewide networks, others in it, then those from other states.
    """
    place = required_place(query)
    rows = matching_rows(index, query) & ~is_center(index)
    if place.is_state:
        located = index.with_values("state", [place.state])
        networks = located & index.with_values("kind", STATEWIDE_KINDS)
        rows &= serves_part_of_state(index, place)
        return _disjoint(rows, [networks, located, index.everything])
    coverage = index.coverage(place)
    nearby = is_nearby(index, query) & may_serve(coverage)
    return _disjoint(
        rows & is_within_chosen_distance(index, query),
        [
            nearby | names_county(coverage),
            serves_whole_state(coverage),
            is_in_state_with_unknown_area(coverage),
        ],
    )


def centers(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Centers for Independent Living that serve the place, nearest first."""
    rows = matching_rows(index, query) & is_center(index)
    rows &= centers_of(index, required_place(query))
    rows &= is_within_chosen_distance(index, query)
    return _list(index, query, [rows], limit, start)


def centers_of(index: SearchIndex, place: Place) -> Rows:
    """Return centers that name the county, or else those that may serve the state."""
    rows = is_center(index)
    if place.is_state:
        return rows & serves_part_of_state(index, place)
    coverage = index.coverage(place)
    naming = rows & names_county(coverage)
    in_state = serves_whole_state(coverage) | is_in_state_with_unknown_area(coverage)
    return naming if naming.any() else rows & in_state


def nearest_center_of_state(index: SearchIndex, query: Query) -> SearchHit | None:
    """Return the nearest center in the state of the place, whatever it serves."""
    place = required_place(query)
    rows = is_center(index) & index.with_values("state", place.state_codes)
    found = index.by_distance(place.point)(rows, 1)
    return next(iter(index.hits(found, point=place.point)), None)


def online(index: SearchIndex, query: Query, limit: int, start: int = 0) -> Results:
    """Rows that meet online and serve the whole country or the place, by name."""
    rows = matching_rows(index, query) & meets_online_for(index, query.place)
    tiers = open_first(index, query, [rows])
    coverage = index.coverage(query.place) if query.place else None
    found = page_of_tiers(tiers, index.by_name, limit, start)
    return build_results(index, query, tiers, found, coverage=coverage)


def first_online_of_each_subject(
    index: SearchIndex, query: Query, limit: int
) -> dict[str, Results]:
    """Return up to `limit` rows that meet online, evenly by subject, peers first.

    A subject is a value of the filter "condition", or "" for rows without any. No row
    is in two subjects.
    """
    rows = matching_rows(index, query) & meets_online_for(index, query.place)
    facet = index.facets["condition"]
    each = {slug: rows & facet.any_of([slug], len(index)) for slug in facet.values}
    each[""] = rows & ~facet.any_of(facet.values, len(index))
    subjects = [(slug, mine) for slug, mine in each.items() if mine.any()]
    # The largest first; Python keeps the order of the vocabulary among equals.
    subjects.sort(key=lambda subject: -count_rows([subject[1]]))
    coverage = index.coverage(query.place) if query.place else None
    found, shown = {}, np.zeros(len(index), np.bool_)
    for number, (slug, mine) in enumerate(subjects):
        share = -(-(limit - int(shown.sum())) // (len(subjects) - number))
        by_peers = index.with_values("run_by", ["peers"])
        tiers = [mine & ~shown & by_peers, mine & ~shown & ~by_peers]
        positions = page_of_tiers(tiers, index.by_name, share)
        shown[positions] = True
        hits = index.hits(positions, coverage=coverage)
        found[slug] = Results(hits, count_rows([mine]))
    return found


def rows_to_count(index: SearchIndex, query: Query) -> Rows:
    """Return the rows of every list for this place and distance, without filters."""
    place = query.place
    if place is None:
        return index.everything
    unfiltered = Query(place=place, radius=query.radius)
    rows: Rows = np.logical_or.reduce(peer_tiers(index, unfiltered))
    rows |= centers_of(index, place) & is_within_chosen_distance(index, unfiltered)
    if query.radius and not place.is_state:
        return rows
    return rows | meets_online_for(index, place)


def count_matching(index: SearchIndex, query: Query) -> int:
    """Return how many rows all lists for the place have."""
    return count_rows([rows_to_count(index, query) & matching_rows(index, query)])


def count_naming_county(index: SearchIndex, query: Query) -> int:
    coverage = index.coverage(required_place(query))
    rows = matching_rows(index, query) & names_county(coverage)
    return count_rows([rows & is_within_chosen_distance(index, query)])


def _list(
    index: SearchIndex, query: Query, tiers: list[Rows], limit: int, start: int
) -> Results:
    place = required_place(query)
    tiers = words_in_name_first(index, query, open_first(index, query, tiers))
    order = index.by_city if place.is_state else index.by_distance(place.point)
    found = page_of_tiers(tiers, order, limit, start)
    point = None if place.is_state else place.point
    coverage = _coverage_in_words(index, place)
    return build_results(index, query, tiers, found, point=point, coverage=coverage)


def _coverage_in_words(index: SearchIndex, place: Place) -> Coverage:
    """Return the coverage; a county of a state that is the place counts as a county."""
    coverage = index.coverage(place)
    if place.is_state:
        named = index.serving_state_by_name(place.state)
        coverage[named & ~may_serve(coverage)] = SERVES_COUNTY
    return coverage


def _names_only_other_places_nearby(index: SearchIndex, query: Query) -> Rows:
    place = required_place(query)
    if place.is_state:
        return ~index.everything
    return is_nearby(index, query) & ~may_serve(index.coverage(place))


def _disjoint(rows: Rows, tiers: Iterable[Rows]) -> list[Rows]:
    """Return each row in the first of the tiers that it is in."""
    found = []
    for tier in tiers:
        found.append(rows & tier)
        rows = rows & ~tier
    return found
