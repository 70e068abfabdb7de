"""Who serves a place, surest first, from a list that is the same for its whole area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from math import inf
from typing import Any, NamedTuple

from django.db.models import F

from kept.memory import Shelf
from listings.querysets import SERVES_COUNTY, SERVES_STATE
from places.geo import Point
from places.models import Place
from places.near import Hit

SUREST = ("coverage", F("chord2").asc(nulls_last=True), "slug")
# More than these are not kept as a list.
MOST = 200
# How many serve a whole state, and how many just a county of it.
SIZES: Shelf[tuple[Hashable, ...], int] = Shelf(4_000)


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
    among: Callable[[], Any], place: Place, least: int, shape: Hashable, limit: int
) -> tuple[list[Hit], int]:
    """The surest, down to a coverage, and how many there are, as surest_first() says.

    One coverage after the other, each by the nearest: to rank all would read all. What
    the county does not change is counted once for its state. `shape` names the rows
    that are looked among.
    """
    state = (shape, least, place.state)
    county = place.own_county
    wide = SIZES.get(state, lambda: among().at_least(place, least).count())
    narrow = SIZES.get(
        (*state, county and county.pk),
        lambda: among().only_county(place, least).count(),
    )
    hits: dict[int, Hit] = {}
    for coverage in (SERVES_COUNTY, SERVES_STATE, least):
        if len(hits) < limit:
            is_county = coverage == SERVES_COUNTY
            rows = among().at(place, coverage)
            key = None if is_county else ("servers", *state, coverage)
            # Few name a county; those of the whole state lie close to one another.
            number = 0 if is_county else wide
            for pk in _nearest(rows, place.point, number, key, limit):
                hits.setdefault(pk, Hit(pk, coverage=coverage))
    return list(hits.values())[:limit], wide + narrow


def _nearest(
    rows: Any, point: Point, number: int, shape: Hashable, limit: int
) -> list[int]:
    """By distance; then those that stand nowhere."""
    page = rows.nearest_page(point, miles=None, limit=limit, total=number, shape=shape)
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
