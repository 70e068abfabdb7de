"""Find cities, counties and ZIP codes by name, largest population first."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from places.counties import is_independent_city
from places.gazetteer import gazetteer
from places.models import Place, PlaceAlias
from places.name_keys import place_key
from places.readings import ENDS_IN_COUNTY, PlaceQuery

MAX_CANDIDATES = 12
# People mean a city that is this many times as large as the next one of its name.
# "Portland" means Oregon's (9 times Maine's). "Springfield" (1.1 times) and "Columbus"
# (4.4 times) are ambiguous.
DOMINANT_RATIO = 5
DOMINANT_POPULATION = {
    True: 20_000,
    False: 100_000,
}  # by whether the text names a state
# The bare name of such a county rarely means a small city.
WELL_KNOWN_POPULATION = 100_000


def find_places_by_name(query: PlaceQuery) -> tuple[Place, ...]:
    """Return cities of the name, or else counties, or else ZIP codes."""
    key = place_key(query.name)
    if not key:
        return ()
    rows = _find_rows(key, query.state)
    if query.county:
        county = place_key(query.county)
        rows = [row for row in rows if row.county and row.county.key == county]
    kinds = [Place.Kind.CITY, Place.Kind.COUNTY, Place.Kind.ZIP]
    if ENDS_IN_COUNTY.search(query.name):
        kinds = [Place.Kind.COUNTY, Place.Kind.CITY]
    for kind in kinds:
        if same_kind := [row for row in rows if row.kind == kind]:
            if kind == Place.Kind.CITY:
                same_kind += _counties_sharing_a_name(rows)
                same_kind.sort(key=_by_size_and_name(key))
            return _largest_per_county(same_kind)
    return ()


def _counties_sharing_a_name(rows: list[Place]) -> list[Place]:
    """Return counties that share their name with an independent city of their state.

    "Baltimore" is both. Someone who lives in the county must be able to choose it.
    """
    counties = [row for row in rows if row.is_county]
    states = {county.state for county in counties if is_independent_city(county)}
    return [c for c in counties if c.state in states and not is_independent_city(c)]


def _find_rows(key: str, state: str) -> list[Place]:
    """Return everything with the name, largest population first."""
    if key not in gazetteer().known_keys:
        return []
    others = PlaceAlias.objects.filter(key=key).values("place_id")
    found = Place.objects.filter(Q(key=key) | Q(pk__in=others)).select_related("county")
    return sorted(found.in_state(state) if state else found, key=_by_size_and_name(key))


def _by_size_and_name(key: str) -> Callable[[Place], tuple[int, bool, str]]:
    """Return a sort key: by population, and an own name before an alias."""
    return lambda row: (-(row.population or 0), row.key != key, row.code)


def _largest_per_county(rows: list[Place]) -> tuple[Place, ...]:
    """Return the largest namesake of each county, because the others duplicate it."""
    largest: dict[object, Place] = {}
    for row in rows:
        largest.setdefault(row.pk if row.is_county else row.county_id, row)
    return tuple(largest.values())[:MAX_CANDIDATES]


def big_counties(query: PlaceQuery, cities: tuple[Place, ...]) -> list[Place]:
    """Return counties that people may mean by the name of a much smaller city."""
    if query.county or not cities or cities[0].is_county:
        return []
    least = max((cities[0].population or 0) * DOMINANT_RATIO, WELL_KNOWN_POPULATION)
    rows = _find_rows(place_key(query.name), query.state)
    return [row for row in rows if row.is_county and (row.population or 0) >= least]
