"""Read the public listings of a catalog into an index, with few queries."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listings.filters import HOW_FIELDS
from listings.models import Listing, Term
from listings.phones import is_reachable_if_deaf
from listings.querysets import revision
from places.states import STATES
from search.index import Facet, Positions, SearchIndex, WeeklyHours

COLUMNS = (
    *(
        "pk",
        "slug",
        "sort_name",
        "city",
        "state",
        "kind",
        "run_by",
        "service_area_scope",
        "x",
        "y",
        "z",
    ),
    *("in_person", "online", "by_phone", "hours", "timezone", "status", "changed_at"),
    *("sms_number", "chat_url", "tty", "videophone"),
)


def read_index(model: Any) -> SearchIndex:
    """Build the index of a catalog of located listings. Raises DatabaseError.

    The caller must read the content version first, so that rows are never older.
    """
    started = perf_counter()
    rows = model.objects.public().order_by().values_list(*COLUMNS)
    table = sorted(rows.iterator(chunk_size=5_000), key=_by_name)
    columns = _columns(table)
    pks = np.array(columns["pk"], np.int64)
    hours, hours_code = _hours(columns)
    serving_by_place, serving_by_state = _served_rows(model, pks)
    service_area_scope = np.array(columns["service_area_scope"], np.str_)
    return SearchIndex(
        pks=pks,
        revisions=np.array([revision(at) for at in columns["changed_at"]], np.int64),
        xyz=tuple(np.array(columns[axis], np.float64) for axis in "xyz"),
        tie_rank=_ranks(_peers_first(columns)),
        city_rank=_ranks([city.lower() for city in columns["city"]]),
        nationwide=service_area_scope == Listing.ServiceAreaScope.NATIONWIDE,
        area_unknown=service_area_scope == Listing.ServiceAreaScope.UNKNOWN,
        facets=_facets(model, pks, columns),
        serving_by_place=serving_by_place,
        serving_by_state=serving_by_state,
        hours=hours,
        hours_code=hours_code,
        build_seconds=perf_counter() - started,
    )


def _by_name(row: tuple[Any, ...]) -> tuple[str, str]:
    return row[2], row[1]


def _columns(table: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    columns = zip(*table, strict=True) if table else [()] * len(COLUMNS)
    return dict(zip(COLUMNS, columns, strict=True))


def _ranks(words: Sequence[str]) -> NDArray[np.int32]:
    """Return the rank of each word in alphabetical order, stable for equal words."""
    ranks = np.empty(len(words), np.int32)
    ranks[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
    return ranks


def _peers_first(columns: dict[str, Sequence[Any]]) -> list[str]:
    """Return sort keys: what is run by peers comes first, then by slug."""
    each = zip(columns["run_by"], columns["slug"], strict=True)
    return [f"{int(run_by != 'peers')}{slug}" for run_by, slug in each]


def _hours(
    columns: dict[str, Sequence[Any]],
) -> tuple[list[WeeklyHours], NDArray[np.int32]]:
    """Return the distinct weekly hours, and the position of those of each row."""
    known: dict[tuple[str, str, bool], int] = {}
    codes = [
        known.setdefault((hours, zone, status != "published"), len(known))
        for hours, zone, status in zip(
            columns["hours"], columns["timezone"], columns["status"], strict=True
        )
    ]
    return [WeeklyHours(*one) for one in known], np.array(codes, np.int32)


def _facets(
    model: Any, pks: NDArray[np.int64], columns: dict[str, Sequence[Any]]
) -> dict[str, Facet]:
    ways = {
        way: np.array([bool(value) for value in columns[name]], np.bool_)
        for way, name in HOW_FIELDS.items()
    }
    both = zip(columns["sms_number"], columns["chat_url"], strict=True)
    ways["text"] = np.array([bool(sms or chat) for sms, chat in both], np.bool_)
    deaf = zip(columns["tty"], columns["videophone"], strict=True)
    tty = np.array([[is_reachable_if_deaf(*numbers) for numbers in deaf]], np.bool_)
    kinds = list(model.Kind.values)
    return {
        "kind": _facet_of_column(kinds, columns["kind"]),
        "state": _facet_of_column(list(STATES), columns["state"]),
        "tty": Facet(["1"], np.packbits(tty, axis=1)),
        "run_by": _facet_of_column(list(model.RunBy.values), columns["run_by"]),
        "how": Facet(list(ways), np.packbits(np.array(list(ways.values())), axis=1)),
        **_term_facets(model, pks),
    }


def _facet_of_column(values: list[str], column: Sequence[str]) -> Facet:
    words = np.array(column, np.str_)
    has = np.array([words == value for value in values], np.bool_)
    return Facet(values, np.packbits(has, axis=1))


def _term_facets(model: Any, pks: NDArray[np.int64]) -> dict[str, Facet]:
    terms = list(Term.objects.values_list("pk", "kind", "slug"))
    rows, numbers = _pairs(model.terms.through, model, "term_id", pks)
    facets = {}
    for kind in Term.Kind.values:
        of_kind = [(pk, slug) for pk, its_kind, slug in terms if its_kind == kind]
        has = np.zeros((len(of_kind), len(pks)), np.bool_)
        for line, (pk, _slug) in enumerate(of_kind):
            has[line, rows[numbers == pk]] = True
        slugs = [slug for _pk, slug in of_kind]
        facets[str(kind)] = Facet(slugs, np.packbits(has, axis=1))
    return facets


def _pairs(
    through: Any, model: Any, other: str, pks: NDArray[np.int64]
) -> tuple[Positions, NDArray[np.int64]]:
    """Return positions of rows, and the primary key that each is linked to."""
    mine = f"{model._meta.model_name}_id"
    links = through._default_manager.order_by().values_list(mine, other)
    pairs = np.array(list(links.iterator(chunk_size=5_000)), np.int64).reshape(-1, 2)
    if not len(pks):
        return np.zeros(0, np.intp), np.zeros(0, np.int64)
    by_pk = np.argsort(pks)
    found = by_pk[
        np.minimum(np.searchsorted(pks, pairs[:, 0], sorter=by_pk), len(pks) - 1)
    ]
    is_public = pks[found] == pairs[:, 0]
    return found[is_public], pairs[is_public, 1]


def _served_rows(
    model: Any, pks: NDArray[np.int64]
) -> tuple[dict[int, Positions], dict[str, Positions]]:
    """Return the rows that serve each place, and each state, wholly or partly."""
    rows, numbers = _pairs(model.service_area.through, model, "place_id", pks)
    by_number = np.argsort(numbers, kind="stable")
    known, starts = np.unique(numbers[by_number], return_index=True)
    parts = np.split(rows[by_number], starts[1:]) if len(known) else []
    serving_by_place = dict(zip(known.tolist(), parts, strict=True))
    places = model.service_area.field.related_model._default_manager
    named_in: dict[str, list[Positions]] = {}
    for number, code in places.filter(pk__in=serving_by_place).values_list(
        "pk", "state"
    ):
        named_in.setdefault(code, []).append(serving_by_place[number])
    return serving_by_place, {
        code: np.unique(np.concatenate(p)) for code, p in named_in.items()
    }
