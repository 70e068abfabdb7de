"""One page of a list that consists of tiers, one after the other.

Each tier has the same order of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from places.geo import Point
from places.nearest import SearchHit
from search.index import Coverage, Order, Positions, Rows, SearchIndex
from search.query import Query, rows_with_words_in_name


@dataclass(frozen=True)
class Results:
    """One page of the rows of a rule, best first, and the total."""

    hits: list[SearchHit] = field(default_factory=list)
    total: int = 0


def open_first(index: SearchIndex, query: Query, tiers: list[Rows]) -> list[Rows]:
    """Put open rows before rows with unknown hours, for "Open now"."""
    if query.open_at is None:
        return tiers
    is_open, may_be_open = index.open_states(query.open_at)
    return [tier & rows for rows in (is_open, may_be_open) for tier in tiers]


def words_in_name_first(
    index: SearchIndex, query: Query, tiers: list[Rows]
) -> list[Rows]:
    """Put rows with the words in their name first within each tier."""
    if query.words is None:
        return tiers
    in_name = rows_with_words_in_name(index, query)
    return [part for tier in tiers for part in (tier & in_name, tier & ~in_name)]


def page_of_tiers(
    tiers: list[Rows], order: Order, limit: int, start: int = 0
) -> Positions:
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


def build_results(
    index: SearchIndex,
    query: Query,
    tiers: list[Rows],
    found: Positions,
    *,
    point: Point | None = None,
    coverage: Coverage | None = None,
) -> Results:
    """Return the hits at these positions, and the number of rows of all tiers."""
    hits = index.hits(found, point=point, coverage=coverage)
    if query.open_at:
        _open, may_be_open = index.open_states(query.open_at)
        maybe = set(index.pks[may_be_open].tolist())
        hits = [hit._replace(may_be_open=hit.pk in maybe) for hit in hits]
    return Results(hits, count_rows(tiers))


def count_rows(tiers: Iterable[Rows]) -> int:
    return sum(int(np.count_nonzero(tier)) for tier in tiers)
