"""Who serves a place, surest first, from a list that is the same for its whole area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from math import inf
from typing import Any, NamedTuple

from django.db.models import Count, F, QuerySet, Window

from places import prepared
from places.geo import Point
from places.models import Place
from places.near import Hit

SUREST = ("coverage", F("chord2").asc(nulls_last=True), "slug")
# More than these are ordered by the database each time.
MOST = 200


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
    """The surest, and how many there are, as the database orders and counts them.

    `shape` names what is found, but for the place: its SQL is worked out once a county.
    """

    def build(x: float, y: float, z: float) -> QuerySet[Any, Any]:
        counted = find().measured(x, y, z).annotate(in_all=Window(Count("*")))
        rows = counted.order_by(*SUREST).values_list("pk", "coverage", "in_all")
        return rows[:limit]  # type: ignore[no-any-return]

    county = place.own_county
    key = ("servers", shape, county.pk if county else place.state, limit)
    rows = prepared.rows(key, build, *place.point.xyz)
    hits = [Hit(pk, coverage=coverage) for pk, coverage, _total in rows]
    return hits, rows[0][2] if rows else 0


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
