"""What lookups need of the gazetteer in memory: ZIP codes, and the names that it knows.

Read once in a process, at its start or at the first lookup. `load_places` changes it
and is followed by a restart.
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

# Towns smaller than this are suggested only within a state that was named.
MIN_SUGGESTED_POPULATION = 5_000
PLACE_COLUMNS = [field.attname for field in Place._meta.concrete_fields]
# Without a number of people: no other number is smaller than 0.
NO_POPULATION = -1


@dataclass(frozen=True)
class ZipCodeTable:
    """Every ZIP code in columns, which take a fifth of the memory that rows do."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Any]]
    counties: dict[int, Place]

    def get(self, code: str) -> Place | None:
        """The ZIP code of five digits with its county, if there is one."""
        at = bisect_left(self.numbers, int(code))
        is_known = at < len(self.numbers) and self.numbers[at] == int(code)
        return self._place(at) if is_known else None

    def like(self, code: str, limit: int) -> tuple[Place, ...]:
        """Real ZIP codes of the same area, the nearest in number first."""
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
        # Also None where a row has no county.
        found.county = self.counties.get(found.county_id or 0)
        return found


@dataclass(frozen=True)
class NameTable:
    """Comparable names of towns, counties and states, and whose they are."""

    keys: list[str]
    pks: Sequence[int]


@dataclass(frozen=True)
class Gazetteer:
    zips: ZipCodeTable
    # The primary keys of states, by their letters.
    states: dict[str, int]
    # By state, and under "" the larger ones of all states.
    names: dict[str, NameTable]
    # Every name of anything, so that words that name nothing ask no database.
    known_keys: frozenset[str]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Read it, once. Raises DatabaseError."""
    others = PlaceAlias.objects.values_list("key", flat=True)
    areas = AreaName.objects.values_list("key", flat=True)
    zip_names = Place.objects.zips().values_list("key", flat=True).distinct()
    names = _read_names()
    keys = (of_state.keys for of_state in names.values())
    known_keys = frozenset(chain(*keys, zip_names, others, areas))
    states = dict(Place.objects.states().values_list("code", "pk"))
    return Gazetteer(_read_zip_codes(), states, names, known_keys)


def clear() -> None:
    """Read it again at the next lookup: the places have changed."""
    gazetteer.cache_clear()


def _read_zip_codes() -> ZipCodeTable:
    """Row by row, because memory that is full once stays with the process."""
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
    """Plain numbers in an array; each word is there once, and the list names it."""
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
