"""Queries whose SQL is worked out once; only the numbers and words in it change.

Building a query costs Django more than the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from kept.replica import reading_from

# What stands for the n-th value while the SQL is worked out: no real value is like it.
MARKS: dict[type, Callable[[int], Any]] = {
    float: lambda n: -1e-300 * (n + 1),
    str: lambda n: f"\x01{n}",
}


class Prepared:
    """A query of a fixed shape. Its values must go into the SQL as they are given."""

    def __init__(self, sql: str, params: Sequence[Any], marks: Sequence[Any]) -> None:
        self.sql = sql
        places = {mark: number for number, mark in enumerate(marks)}
        # (place in the values or None, what stands there always)
        self.params = [(places.get(param), param) for param in params]

    def fill(self, values: Sequence[Any]) -> list[Any]:
        return [param if n is None else values[n] for n, param in self.params]


def rows(
    key: Hashable, build: Callable[..., QuerySet[Any, Any]], *values: float | str
) -> list[tuple[Any, ...]]:
    """What `build(*values)` finds, as tuples.

    `key` names the shape: everything but the values on which the SQL depends.
    """
    marks = tuple(MARKS[type(value)](n) for n, value in enumerate(values))
    using, prepared = _prepared(_Shape((reading_from(), key), build, marks))
    with connections[using].cursor() as cursor:
        cursor.execute(prepared.sql, prepared.fill(values))
        return list(cursor.fetchall())


class _Shape:
    """Equal to another of the same key; how to build it is beside the point."""

    def __init__(self, key: Hashable, build: Any, marks: tuple[Any, ...]) -> None:
        self.key, self.build, self.marks = key, build, marks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=1024)
def _prepared(shape: _Shape) -> tuple[str, Prepared]:
    queryset = shape.build(*shape.marks)
    sql, params = queryset.query.get_compiler(queryset.db).as_sql()
    return queryset.db, Prepared(sql, params, shape.marks)
