"""An index in memory of every public listing of one catalog.

A set of listings is an array of booleans, one for each row; rows are in the order of
names. An index is never changed: search.current replaces it as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listings.hours import Hours, OpenState
from listings.querysets import (
    AREA_UNKNOWN,
    AREA_UNKNOWN_ELSEWHERE,
    SERVES_COUNTY,
    SERVES_ELSEWHERE,
    SERVES_NATION,
    SERVES_STATE,
    county_and_state_ids,
)
from places.geo import Point, chord_of_miles, miles_of_chord
from places.models import Place
from places.nearest import SearchHit

Rows = NDArray[np.bool_]
Positions = NDArray[np.intp]
# Returns the positions of up to `limit` rows, best first.
Order = Callable[[Rows, int], Positions]
# How surely each row serves a place: SERVES_COUNTY … of listings.querysets.
Coverage = NDArray[np.int8]

# Kinds whose members serve their whole state, unless they say otherwise.
STATEWIDE_KINDS = ("statewide_network",)
# Radii in miles in which the nearest rows are searched, before all rows.
CIRCLE_RADII_MILES = (30, 120, 480)
# Larger than any rounding error of a difference.
ROUNDING_MILES = 1e-6


@dataclass(frozen=True)
class Facet:
    """The rows that have each value of a filter, packed as eight rows per byte."""

    values: list[str]
    packed: NDArray[np.uint8]

    def any_of(self, wanted: Iterable[str], size: int) -> Rows:
        known = [self.values.index(value) for value in wanted if value in self.values]
        union = np.bitwise_or.reduce(self.packed[known], axis=0)
        return np.unpackbits(union, count=size).view(np.bool_)

    def tally(self, rows: Rows) -> dict[str, int]:
        """Count how many of the rows have each value."""
        both = np.bitwise_count(self.packed & np.packbits(rows))
        counts = both.sum(axis=1, dtype=np.int64).tolist()
        return dict(zip(self.values, counts, strict=True))


@dataclass(frozen=True)
class WeeklyHours:
    """The stored hours of one or more listings."""

    hours: str
    timezone: str
    is_paused: bool

    def state(self, at: datetime) -> OpenState:
        if self.is_paused:
            return OpenState.CLOSED
        return Hours(self.hours, self.timezone).status(at).state


@dataclass(frozen=True)
class SearchIndex:
    """The columns of one catalog for one content version."""

    pks: NDArray[np.int64]
    # Changes with every edit of a listing; part of the cache key of its cards.
    revisions: NDArray[np.int64]
    xyz: tuple[NDArray[np.float64], ...]
    # Decides between rows at the same distance: those run by peers first, then by slug.
    tie_rank: NDArray[np.int32]
    city_rank: NDArray[np.int32]
    nationwide: Rows
    area_unknown: Rows
    facets: Mapping[str, Facet]
    # Rows that serve a county or state, by its primary key, and rows that serve a
    # state or any county of it, by state code.
    serving_by_place: Mapping[int, Positions]
    serving_by_state: Mapping[str, Positions]
    hours: Sequence[WeeklyHours]
    hours_code: NDArray[np.int32]
    build_seconds: float = 0.0
    # Rows that have a location.
    placed: Rows = field(init=False)
    _by_pk: Positions = field(init=False)
    # Positions by z, which grows with latitude: a band of latitudes is a slice.
    _by_z: Positions = field(init=False)
    _z: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "placed", ~np.isnan(self.xyz[0]))
        by_z = np.argsort(self.xyz[2])[: int(self.placed.sum())]
        object.__setattr__(self, "_by_pk", np.argsort(self.pks))
        object.__setattr__(self, "_by_z", by_z)
        object.__setattr__(self, "_z", self.xyz[2][by_z])

    def __len__(self) -> int:
        return len(self.pks)

    @property
    def nbytes(self) -> int:
        arrays: list[NDArray[Any]] = [self.pks, self.revisions, *self.xyz]
        arrays += [self.tie_rank, self.city_rank, self.nationwide]
        arrays += [self.placed, self.area_unknown, self.hours_code]
        arrays += [self._by_pk, self._by_z, self._z]
        arrays += [facet.packed for facet in self.facets.values()]
        arrays += [*self.serving_by_place.values(), *self.serving_by_state.values()]
        return sum(array.nbytes for array in arrays)

    # Sets of rows.

    @property
    def everything(self) -> Rows:
        return np.ones(len(self), np.bool_)

    def with_values(self, name: str, values: Iterable[str]) -> Rows:
        """Return rows with any of these values of one filter."""
        return self.facets[name].any_of(values, len(self))

    def with_pks(self, pks: Iterable[int]) -> Rows:
        """Return rows with these primary keys, as far as the index has them."""
        wanted = np.fromiter(pks, np.int64)
        rows = np.zeros(len(self), np.bool_)
        if len(self) and len(wanted):
            found = np.searchsorted(self.pks, wanted, sorter=self._by_pk)
            found = self._by_pk[np.minimum(found, len(self) - 1)]
            rows[found[self.pks[found] == wanted]] = True
        return rows

    def within(self, point: Point, miles: float) -> Rows:
        """Return rows within `miles` of a point."""
        band = self._band(point, miles)
        rows = np.zeros(len(self), np.bool_)
        rows[band[self._squared_chords(point, band) <= chord_of_miles(miles) ** 2]] = (
            True
        )
        return rows

    def serving_state_by_name(self, code: str) -> Rows:
        """Return rows that serve the state or a county of it."""
        return self._at(self.serving_by_state.get(code))

    def coverage(self, place: Place) -> Coverage:
        """Return how surely each row serves the place, from SERVES_COUNTY on.

        A row with an unknown area may serve the state in which it is located.
        """
        counties, states = county_and_state_ids(place)
        here = self.with_values("state", place.state_codes)
        levels = np.full(len(self), SERVES_ELSEWHERE, np.int8)
        levels[self.area_unknown] = AREA_UNKNOWN_ELSEWHERE
        levels[self.area_unknown & here] = AREA_UNKNOWN
        statewide = self.with_values("kind", STATEWIDE_KINDS)
        levels[self.area_unknown & here & statewide] = SERVES_STATE
        levels[self.nationwide] = SERVES_NATION
        for number in states:
            levels[self._at(self.serving_by_place.get(number))] = SERVES_STATE
        for number in counties:
            levels[self._at(self.serving_by_place.get(number))] = SERVES_COUNTY
        return levels

    def open_states(self, at: datetime) -> tuple[Rows, Rows]:
        """Return rows that are open at a moment, and rows with unknown hours."""
        states = [hours.state(at) for hours in self.hours]
        is_open = np.array([state is OpenState.OPEN for state in states], np.bool_)
        may_be = np.array([state is OpenState.UNKNOWN for state in states], np.bool_)
        return is_open[self.hours_code], may_be[self.hours_code]

    # Orders.

    def by_name(self, rows: Rows, limit: int) -> Positions:
        return np.flatnonzero(rows)[:limit]

    def by_city(self, rows: Rows, limit: int) -> Positions:
        found = np.flatnonzero(rows)
        return _best_positions(found, limit, self.city_rank[found])

    def by_distance(self, point: Point) -> Order:
        """Return an order by distance and tie_rank, rows without a location last."""

        def order(rows: Rows, limit: int) -> Positions:
            for miles in CIRCLE_RADII_MILES:
                band = self._band(point, miles)
                found = band[rows[band]]
                squared = self._squared_chords(point, found)
                inside = squared <= chord_of_miles(miles) ** 2
                if int(inside.sum()) >= limit:
                    found, squared = found[inside], squared[inside]
                    return _best_positions(found, limit, squared, self.tie_rank[found])
            found = np.flatnonzero(rows)
            squared = np.nan_to_num(self._squared_chords(point, found), nan=np.inf)
            return _best_positions(found, limit, squared, self.tie_rank[found])

        return order

    def hits(
        self,
        positions: Positions,
        *,
        point: Point | None = None,
        coverage: Coverage | None = None,
    ) -> list[SearchHit]:
        """Return search hits for rows, with the miles from a point where known."""
        pks: list[int] = self.pks[positions].tolist()
        miles: list[float | None] = [None] * len(pks)
        if point:
            chords = self._squared_chords(point, positions).tolist()
            miles = [
                None if isnan(squared) else miles_of_chord(sqrt(squared))
                for squared in chords
            ]
        levels: list[int | None] = [None] * len(pks)
        if coverage is not None:
            levels = coverage[positions].tolist()
        revisions: list[int] = self.revisions[positions].tolist()
        each = zip(pks, miles, levels, revisions, strict=True)
        return [SearchHit(*values) for values in each]

    def _at(self, positions: Positions | None) -> Rows:
        rows = np.zeros(len(self), np.bool_)
        if positions is not None:
            rows[positions] = True
        return rows

    def _band(self, point: Point, miles: float) -> Positions:
        """Return positions of rows whose z is within `miles` of that of the point."""
        middle, reach = point.xyz[2], chord_of_miles(miles) + ROUNDING_MILES
        first = np.searchsorted(self._z, middle - reach, side="left")
        last = np.searchsorted(self._z, middle + reach, side="right")
        return self._by_z[first:last]

    def _squared_chords(self, point: Point, at: Positions) -> NDArray[np.float64]:
        """Return squared distances in square miles; NaN for rows without a location."""
        east, north, up = (
            axis[at] - here for axis, here in zip(self.xyz, point.xyz, strict=True)
        )
        squared: NDArray[np.float64] = east * east + north * north + up * up
        return squared


def _best_positions(
    found: Positions, limit: int, *keys: NDArray[np.generic]
) -> Positions:
    """Return the first `limit` positions by their keys, without sorting the rest."""
    if len(found) > 2 * limit > 0:
        last = np.partition(keys[0], limit - 1)[limit - 1]
        near = keys[0] <= last
        found, keys = found[near], tuple(key[near] for key in keys)
    return found[np.lexsort(keys[::-1])][:limit]
