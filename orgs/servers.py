"""Who serves a place, surest first, from a list that is the same for its whole area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial
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


class Server(NamedTuple):
    pk: int
    coverage: int
    slug: str
    x: float | None
    y: float | None
    z: float | None


# How many serve a whole state, and how many just a county of it.
SIZES: Shelf[tuple[Hashable, ...], int] = Shelf(4_000)
# Who names a county, where they are few: up to 50 KB each.
NAMED: Shelf[tuple[Hashable, ...], list[Server] | None] = Shelf(400)
# What to ask for, not yet asked: to build it costs more than the answer.
QUERIES: Shelf[tuple[Hashable, ...], Any] = Shelf(1_000)


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
    hits = {hit.pk: hit for hit in _naming_county(among, place, state, limit)}
    for coverage in (SERVES_STATE, least):
        if len(hits) < limit:
            key = ("servers", *state, coverage)
            rows = QUERIES.get(key, partial(_serving, among, place, coverage))
            for pk in _nearest(rows, place.point, wide, key, limit):
                hits.setdefault(pk, Hit(pk, coverage=coverage))
    return list(hits.values())[:limit], wide + narrow


def _naming_county(
    among: Callable[[], Any], place: Place, state: tuple[Hashable, ...], limit: int
) -> list[Hit]:
    """The nearest of those that name the place's county."""
    county = place.own_county
    if county is None:
        return []

    def rows() -> Any:
        return _serving(among, place, SERVES_COUNTY)

    named = NAMED.get((*state, county.pk), lambda: few(rows().covering(place)))
    if named is not None:
        return surest(named, place.point)[:limit]
    found = _nearest(rows(), place.point, 0, None, limit)
    return [Hit(pk, coverage=SERVES_COUNTY) for pk in found]


def _serving(among: Callable[[], Any], place: Place, coverage: int) -> Any:
    return among().at(place, coverage)


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
