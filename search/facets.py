"""Count the listings that each option of a filter would show."""

from __future__ import annotations

from collections.abc import Iterable

from search.index import Rows, SearchIndex
from search.query import Query, matching_rows

Counts = dict[str, dict[str, int]]


def count_options(
    index: SearchIndex, query: Query, names: Iterable[str], scope: Rows
) -> Counts:
    """Count each option of these filters among the rows of `scope`.

    The chosen values of the same filter are ignored, because another value adds rows.
    """
    rows = scope & matching_rows(index, query)
    return {
        name: index.facets[name].tally(
            scope & matching_rows(index, query, excluding=name)
            if query.chosen.get(name)
            else rows
        )
        for name in names
    }
