"""The part of the gazetteer that lookups hold in memory: ZIP codes and names.

Each process reads it once, at its start or at the first lookup. After `load_places` has
changed the places, processes are restarted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q

from places.models import AreaName, Place, PlaceAlias

# Smaller cities are suggested only if the text names their state.
MIN_SUGGESTED_POPULATION = 5_000
PLACE_COLUMNS = [field.attname for field in Place._meta.concrete_fields]
# Represents None in an array of whole numbers.
NO_POPULATION = -1


@dataclass(frozen=True)
class ZipCodeTable:
    """Every ZIP code, stored by column, which needs a fifth of the memory of rows."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Any]]
    counties: dict[int, Place]

    def get(self, code: str) -> Place | None:
        """Return the place of a five-digit ZIP code with its county, or None."""
        at = bisect_left(self.numbers, int(code))
        is_known = at < len(self.numbers) and self.numbers[at] == int(code)
        return self._place(at) if is_known else None

    def similar(self, code: str, limit: int) -> tuple[Place, ...]:
        """Return real ZIP codes with the same three digits, nearest in number first."""
        number, first = int(code), int(code[:3]) * 100
        start, end = (bisect_left(self.numbers, n) for n in (first, first + 100))
        near = sorted(
            range(start, end), key=lambda at: (abs(self.numbers[at] - number), at)
        )
        return tuple(self._place(at) for at in near[:limit])

    def _place(self, at: int) -> Place:
        values = [column[at] for column in self.columns]
        found = Place.from_db(DEFAULT_DB_ALIAS, PLACE_COLUMNS, values)
        if found.population == NO_POPULATION:
            found.population = None
        # None if the row has no county.
        found.county = self.counties.get(found.county_id or 0)
        return found


@dataclass(frozen=True)
class NameTable:
    """Comparable names of cities, counties and states, each with a primary key."""

    keys: list[str]
    pks: Sequence[int]


@dataclass(frozen=True)
class Gazetteer:
    zips: ZipCodeTable
    # Primary keys of states by two-letter code.
    states: dict[str, int]
    # By two-letter code; "" has the larger places of all states.
    names: dict[str, NameTable]
    # Every name of anything, so that unknown text needs no database query.
    known_keys: frozenset[str]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the gazetteer, read at the first call. Raises DatabaseError."""
    others = PlaceAlias.objects.values_list("key", flat=True)
    areas = AreaName.objects.values_list("key", flat=True)
    zip_names = Place.objects.zips().values_list("key", flat=True).distinct()
    names = _read_names()
    keys = (of_state.keys for of_state in names.values())
    known_keys = frozenset(chain(*keys, zip_names, others, areas))
    states = dict(Place.objects.states().values_list("code", "pk"))
    return Gazetteer(_read_zip_codes(), states, names, known_keys)


def clear() -> None:
    """Read the gazetteer again at the next lookup, because places have changed."""
    gazetteer.cache_clear()


def _read_zip_codes() -> ZipCodeTable:
    """Read row by row, because a process never gives its peak memory back."""
    columns = [_empty_column(field) for field in Place._meta.concrete_fields]
    once: dict[str, str] = {}
    rows = Place.objects.zips().order_by("code").values_list(*PLACE_COLUMNS)
    for row in rows.iterator():
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, str):
                column.append(once.setdefault(value, value))
            else:
                column.append(NO_POPULATION if value is None else value)
    numbers = array("i", map(int, columns[PLACE_COLUMNS.index("code")]))
    return ZipCodeTable(numbers, columns, Place.objects.counties().in_bulk())


def _empty_column(field: Any) -> Any:
    """Return an array for numbers, or a list of shared strings for text."""
    if isinstance(field, models.FloatField):
        return array("d")
    is_whole = isinstance(field, models.IntegerField | models.ForeignKey)
    return array("i") if is_whole else []


def _read_names() -> dict[str, NameTable]:
    is_suggested = ~Q(kind=Place.Kind.CITY) | Q(
        population__gte=MIN_SUGGESTED_POPULATION
    )
    rows = Place.objects.exclude(kind=Place.Kind.ZIP).order_by("pk")
    found = {
        "": _to_name_table(rows.filter(is_suggested).values_list("state", "key", "pk"))
    }
    by_state: dict[str, list[tuple[str, str, int]]] = {}
    for row in rows.values_list("state", "key", "pk").iterator():
        by_state.setdefault(row[0], []).append(row)
    return found | {
        state: _to_name_table(of_state) for state, of_state in by_state.items()
    }


def _to_name_table(rows: Iterable[tuple[str, str, int]]) -> NameTable:
    listed = list(rows)
    return NameTable(
        [key for _s, key, _pk in listed], array("i", (r[2] for r in listed))
    )
