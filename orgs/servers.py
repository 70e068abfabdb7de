"""Who serves a place, surest first, from a list that is the same for its whole area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from math import inf
from typing import Any, NamedTuple

from django.db.models import F

from kept.memory import Shelf
from listings.querysets import (
    AREA_UNKNOWN,
    SERVES_COUNTY,
    SERVES_NATION,
    SERVES_STATE,
)
from places.geo import Point
from places.models import Place
from places.near import Hit

SUREST = ("coverage", F("chord2").asc(nulls_last=True), "slug")
# More than these are ordered by the database each time.
MOST = 200
SIZES: Shelf[tuple[Hashable, ...], tuple[int, int]] = Shelf(4_000)


class Server(NamedTuple):
    pk: int
    coverage: int
    slug: str
    x: float | None
    y: float | None
    z: float | None


def few(found: Any) -> list[Server] | None:
    """What covering() found, if it is few; else None."""
    rows = found.order_by().values_list("pk", "coverage", "slug", "x", "y", "z")
    servers = [Server(*row) for row in rows[: MOST + 1]]
    return servers if len(servers) <= MOST else None


def first_of_many(
    find: Callable[[], Any], place: Place, shape: Hashable, limit: int
) -> tuple[list[Hit], int]:
    """The surest, and how many there are, as surest_first() orders them.

    One coverage after the other, for each has an index that leads to the nearest; to
    rank all would read all. `shape` names what is found, but for the place.
    """
    county = place.own_county
    area = county.pk if county else place.state
    hits: list[Hit] = []
    total = 0

    def sizes(coverage: int) -> tuple[int, int]:
        """How many stand at a point, and how many there are."""
        rows = find().of_coverage(place, coverage)
        return rows.with_point().count(), rows.count()

    for coverage in (SERVES_COUNTY, SERVES_STATE, SERVES_NATION, AREA_UNKNOWN):
        key = ("servers", shape, area, coverage)
        placed, number = SIZES.get(key, partial(sizes, coverage))
        total += number
        if number and len(hits) < limit:
            rows = find().of_coverage(place, coverage)
            found = _nearest(rows, place.point, placed, key, limit - len(hits))
            hits += [Hit(pk, coverage=coverage) for pk in found]
    return hits, total


def _nearest(
    rows: Any, point: Point, placed: int, shape: Hashable, limit: int
) -> list[int]:
    """By distance; then those that stand nowhere."""
    page = rows.nearest_page(point, miles=None, limit=limit, total=placed, shape=shape)
    found = [hit.pk for hit in page.hits]
    if len(found) == limit:
        return found
    nowhere = rows.filter(latitude=None).order_by("slug").values_list("pk", flat=True)
    return [*found, *nowhere[: limit - len(found)]]


def surest(servers: Iterable[Server], point: Point) -> list[Hit]:
    """As surest_first() orders them: by coverage, then distance, then slug."""
    here = point.xyz

    def rank(server: Server) -> tuple[int, float, str]:
        return server.coverage, _chord2(server, here), server.slug

    return [Hit(s.pk, coverage=s.coverage) for s in sorted(servers, key=rank)]


def _chord2(server: Server, here: tuple[float, float, float]) -> float:
    if server.x is None or server.y is None or server.z is None:
        return inf
    there = (server.x, server.y, server.z)
    return sum((a - b) ** 2 for a, b in zip(there, here, strict=True))
