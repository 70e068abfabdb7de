"""Who serves a place, surest first, from a list that is the same for its whole area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, NamedTuple

from django.db.models import F

from kept.memory import Shelf
from listings.querysets import SERVES_COUNTY, SERVES_STATE
from places.geo import Point
from places.models import Place
from places.near import Hit

# Databases differ in whether what has no coverage comes first.
SURELY = F("coverage").asc(nulls_last=True)
SUREST = (SURELY, F("chord2").asc(nulls_last=True), "slug")
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


@dataclass(frozen=True)
class Many:
    """Who serves a place, down to a coverage, where they may be too many for a list.

    They are looked for `among` rows that `shape` names. What the county does not change
    is counted once for its state.
    """

    among: Callable[[], Any]
    place: Place
    least: int
    shape: Hashable

    def total(self) -> int:
        return self._wide() + SIZES.get(("county", *self._county), self._narrow)

    def first(self, limit: int) -> list[Hit]:
        """The surest of them, as surest_first() says: one coverage after the other,
        each by the nearest. To rank all would read all."""
        hits = {hit.pk: hit for hit in self._naming_county(limit)}
        for coverage in (SERVES_STATE, self.least):
            if len(hits) < limit:
                key = ("servers", *self._state, coverage)
                rows = QUERIES.get(key, partial(self._at, coverage))
                for pk in _nearest(rows, self.place.point, self._wide(), key, limit):
                    hits.setdefault(pk, Hit(pk, coverage=coverage))
        return list(hits.values())[:limit]

    @property
    def _state(self) -> tuple[Hashable, ...]:
        return (self.shape, self.least, self.place.state)

    @property
    def _county(self) -> tuple[Hashable, ...]:
        county = self.place.own_county
        return (*self._state, county and county.pk)

    def _at(self, coverage: int) -> Any:
        return self.among().at(self.place, coverage)

    def _wide(self) -> int:
        """How many serve the whole state."""

        def count() -> int:
            return self.among().at_least(self.place, self.least).count()  # type: ignore[no-any-return]

        return SIZES.get(("state", *self._state), count)

    def _narrow(self) -> int:
        """How many serve its county alone."""
        return self.among().only_county(self.place, self.least).count()  # type: ignore[no-any-return]

    def _named(self) -> list[Server] | None:
        """Who names the county, if they are few."""

        def read() -> list[Server] | None:
            return few(self._at(SERVES_COUNTY).covering(self.place))

        return NAMED.get(self._county, read)

    def _naming_county(self, limit: int) -> list[Hit]:
        """The nearest of those that name the county."""
        named = self._named()
        if named is not None:
            return surest(named, self.place.point)[:limit]
        found = _nearest(self._at(SERVES_COUNTY), self.place.point, 0, None, limit)
        return [Hit(pk, coverage=SERVES_COUNTY) for pk in found]


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
