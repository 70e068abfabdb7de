"""The comparison with plain Python detects one small fault in any rule."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType

import pytest

from orgs.models import Organization
from search import facets, index, query, reading, relevance
from tests.search import brute_force, comparing
from tests.search.brute_force import seeded

pytestmark = pytest.mark.django_db
MAX_QUESTIONS = 400

# Module, correct code, and faulty code.
FAULTS = [
    (relevance, "query.radius else index.placed", "query.radius else index.everything"),
    (relevance, "index.within(point, query.radius) if", "index.placed if"),
    (relevance, "index.by_distance(point), limit", "index.by_name, limit"),
    (
        relevance,
        "query, rows), index.by_city, limit",
        "query, rows), index.by_name, limit",
    ),
    (
        relevance,
        "index.by_city if place.is_state else",
        "index.by_name if place.is_state else",
    ),
    (relevance, ' & index.with_values("state", [state])', ""),
    (
        relevance,
        "(SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)",
        "(SERVES_COUNTY, SERVES_STATE)",
    ),
    (
        relevance,
        "(SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)",
        "(SERVES_STATE, SERVES_COUNTY, AREA_UNKNOWN)",
    ),
    (relevance, "levels = (SERVES_NATION,)", "levels = ()"),
    (
        relevance,
        "takes = index.coverage(place) <= S",
        "takes = index.coverage(place) < S",
    ),
    (relevance, 'takes & index.with_values("how", ["online"])', "takes"),
    (relevance, "takes = index.nationwide\n", "takes = index.everything\n"),
    (relevance, "(here | index.serving_state_by_name(place.state))", "here"),
    (relevance, "rows = matching & here\n", "pass\n"),
    (relevance, "for one in np.unique(coverage)]", "for one in [3, 2, 1, 0, 9]]"),
    (
        relevance,
        "_kinds(index, rows), index",
        "[rows], index",
    ),
    (
        relevance,
        "index.by_city(tier",
        "index.by_name(tier",
    ),
    (relevance, '    rows &= ~index.with_values("state", [state])\n', ""),
    (relevance, "& index.serving_state_by_name(state)", "& index.everything"),
    (relevance, "return [rows & is_open, rows & may_be_open]", "return [rows]"),
    (
        relevance,
        "(tier & in_name, tier & ~in_name)",
        "(tier & ~in_name, tier & in_name)",
    ),
    (relevance, "start -= size", "start = 0"),
    (
        relevance,
        "left, start = left - len(part), 0",
        "left, start = left - len(part), start",
    ),
    (relevance, "return index.within(place.point, query.radius)", "pass"),
    (relevance, "serves = index.coverage(place) <= SERVES_NATION", "serves = False"),
    (relevance, 'serves | index.with_values("state", place.state_codes)', "serves"),
    (relevance, "hit.pk in maybe", "False"),
    (query, "rows &= index.with_pks(query.words)", "pass"),
    (query, 'rows &= index.with_values("state", [query.state])', "pass"),
    (
        query,
        "rows &= index.with_values(name, values)",
        "rows &= index.with_values(name, values[:1])",
    ),
    (query, "rows &= is_open | may_be_open", "rows &= is_open"),
    (query, "if place == FOUND_IN_NAME", "if True"),
    (
        facets,
        "matching_rows(index, query, excluding=name)",
        "matching_rows(index, query)",
    ),
    (index, "levels[self.area_unknown & here]", "levels[self.area_unknown]"),
    (index, "levels[self.nationwide] = SERVES_NATION", "pass"),
    (
        index,
        "levels[self._at(self.serving_by_place.get(number))] = SERVES_STATE",
        "pass",
    ),
    (
        index,
        "levels[self._at(self.serving_by_place.get(number))] = SERVES_COUNTY",
        "pass",
    ),
    (
        index,
        "squared, self.slug_rank[found])\n            found",
        "squared)\n            found",
    ),
    (index, "nan=np.inf", "nan=0.0"),
    (index, "axis[at] - here", "axis[at]"),
    (index, "inside = squared <=", "inside = squared >="),
    (index, "_best_positions(found, limit, self.city_rank[found])", "found[:limit]"),
    (
        reading,
        'known.setdefault((hours, zone, status != "published")',
        "known.setdefault((hours, zone, False)",
    ),
    (reading, "row[2], row[1]", "row[1], row[2]"),
    (reading, "city.lower() for", "city[::-1] for"),
]


def broken(fault, monkeypatch) -> dict[str, ModuleType]:
    """Return copies of the modules of search, with the fault in one of them."""
    faulty_in, right, wrong = fault
    created = {}
    for module in (index, reading, query, facets, relevance):
        source = inspect.getsource(module)
        if module is faulty_in:
            assert source.count(right) == 1, (right, source.count(right))
            source = source.replace(right, wrong)
        created[module.__name__] = copied = ModuleType(module.__name__)
        monkeypatch.setitem(sys.modules, module.__name__, copied)
        exec(compile(source, f"faulty {module.__name__}", "exec"), copied.__dict__)  # noqa: S102
    return created


def is_noticed(modules, questions, rows, options):
    try:
        faulty = modules["search.reading"].read_index(Organization)
        return any(
            list(
                comparing.disagreements(
                    question,
                    rows,
                    options,
                    rules=modules["search.relevance"],
                    counting=modules["search.facets"],
                    index=faulty,
                )
            )
            for question in questions
        )
    except (ValueError, IndexError, TypeError):
        return True


@pytest.mark.any_database
def test_brute_force_comparison_detects_any_single_fault(monkeypatch):
    chance, options = seeded(22), comparing.options()
    brute_force.scatter(chance, 150)
    rows, places = brute_force.listings(), comparing.places()
    requested = [
        brute_force.ask(chance, places, options) for _n in range(MAX_QUESTIONS)
    ]

    missed = []
    for fault in FAULTS:
        with monkeypatch.context() as patched:
            if not is_noticed(broken(fault, patched), requested, rows, options):
                missed.append(fault[1:])

    assert missed == []
    with monkeypatch.context() as patched:
        whole = broken((None, "", ""), patched)
        assert not is_noticed(whole, requested[:50], rows, options)
