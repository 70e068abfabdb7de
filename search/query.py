"""A search query, and the rows that match its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from listings.text_search import FOUND_IN_NAME
from places.models import Place
from search.index import Rows, SearchIndex


@dataclass(frozen=True)
class Query:
    """A search query. An empty one matches every listing."""

    # The values of each filter. A row needs any value of every filter.
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    place: Place | None = None
    # A state that is given in addition to a place.
    state: str = ""
    # Where each listing that matches the words contains them; None without words.
    words: Mapping[int, int] | None = None
    # In miles; None is any distance.
    radius: int | None = None
    # The moment of "Open now"; None without that filter.
    open_at: datetime | None = None

    def without(self, name: str, value: str) -> Query:
        """Return the same query without one value of one filter."""
        if name == "q":
            return replace(self, words=None)
        if name == "radius":
            return replace(self, radius=None)
        if name == "open_now":
            return replace(self, open_at=None)
        rest = [one for one in self.chosen.get(name, ()) if one != value]
        return replace(self, chosen={**self.chosen, name: rest})


def matching_rows(index: SearchIndex, query: Query, *, excluding: str = "") -> Rows:
    """Return rows that match words, state and every filter, or every filter but one."""
    rows = index.everything
    if query.words is not None:
        rows &= index.with_pks(query.words)
    if query.state:
        rows &= index.with_values("state", [query.state])
    for name, values in query.chosen.items():
        if values and name != excluding:
            rows &= index.with_values(name, values)
    if query.open_at:
        is_open, may_be_open = index.open_states(query.open_at)
        rows &= is_open | may_be_open
    return rows


def rows_with_words_in_name(index: SearchIndex, query: Query) -> Rows:
    said = query.words or {}
    return index.with_pks(pk for pk, place in said.items() if place == FOUND_IN_NAME)


def required_place(query: Query) -> Place:
    if query.place is None:
        raise ValueError("this rule needs a place")
    return query.place
