"""The comparison with plain Python detects one small fault in any rule."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType

import pytest

from orgs.models import Organization
from search import browsing, facets, index, query, reading, relevance, results
from tests.search import brute_force, comparing
from tests.search.brute_force import seeded

pytestmark = pytest.mark.django_db
MAX_QUESTIONS = 400

# Module, correct code, and faulty code.
FAULTS = [
    (browsing, "radius else index.everything", "radius else index.placed"),
    (browsing, "index.within(point, radius) if", "index.everything if"),
    (browsing, "index.by_distance(point), limit", "index.by_name, limit"),
    (
        browsing,
        "    found = page_of_tiers(tiers, index.by_city, limit, start)\n"
        "    return build_results(index, query, tiers, found)\n\n\ndef by_name",
        "    found = page_of_tiers(tiers, index.by_name, limit, start)\n"
        "    return build_results(index, query, tiers, found)\n\n\ndef by_name",
    ),
    (
        browsing,
        "matching_rows(index, query) & index.with_values",
        "index.with_values",
    ),
    (
        browsing,
        "(SERVES_COUNTY, SERVES_STATE, AREA_UNKNOWN)",
        "(SERVES_COUNTY, SERVES_STATE)",
    ),
    (browsing, "(here | index.serving_state_by_name(place.state))", "here"),
    (browsing, "rows = matching & here\n", "pass\n"),
    (browsing, "for one in np.unique(coverage)]", "for one in range(5, -1, -1)]"),
    (
        browsing,
        "tiers = _kinds(index, located_in_state(index, query))\n    found",
        "tiers = [located_in_state(index, query)]\n    found",
    ),
    (browsing, "index.by_city(tier", "index.by_name(tier"),
    (browsing, '    rows &= ~index.with_values("state", [state])\n', ""),
    (browsing, "& index.serving_state_by_name(state)", "& index.everything"),
    (relevance, "query.radius or NEARBY_MILES)", "NEARBY_MILES)"),
    (relevance, "NEARBY_MILES = 50", "NEARBY_MILES = 500"),
    (
        relevance,
        "is_nearby(index, query) if has_limit else index.everything",
        "index.everything",
    ),
    (
        relevance,
        "np.isin(coverage, SERVES_ELSEWHERE, invert=True)",
        "np.isin(coverage, AREA_UNKNOWN, invert=True)",
    ),
    (relevance, "isin(coverage, SERVES_COUNTY)", "isin(coverage, SERVES_STATE)"),
    (relevance, "return np.isin(coverage, SERVES_STATE)", "return coverage < 0"),
    (relevance, "return np.isin(coverage, AREA_UNKNOWN)", "return coverage < 0"),
    (relevance, "return named | (located &", "return located & (located &"),
    (
        relevance,
        "takes = index.coverage(place) <= S",
        "takes = index.coverage(place) < S",
    ),
    (relevance, 'takes & index.with_values("how", ["online"])', "takes"),
    (relevance, "takes = index.nationwide\n", "takes = index.everything\n"),
    (relevance, "tiers if place.is_state else tiers[:2]", "tiers"),
    (relevance, "matching_rows(index, query) & other_rows", "other_rows"),
    (relevance, "matching_rows(index, query) & ~is_center", "~is_center"),
    (relevance, "rows &= serves_part_of_state(index, place)", "pass"),
    (relevance, "[networks, located, index.everything]", "[index.everything]"),
    (relevance, "nearby | names_county(coverage)", "nearby"),
    (relevance, "rows &= centers_of(index, required_place(query))", "pass"),
    (relevance, "rows & serves_part_of_state(index, place)", "rows"),
    (relevance, "naming if naming.any() else rows & in_state", "rows & in_state"),
    (relevance, "naming if naming.any() else", "naming if False else"),
    (relevance, "point)(rows, 1)", "point)(is_center(index), 1)"),
    (relevance, "return rows | meets_online_for(index, place)", "return rows"),
    (
        relevance,
        "rows |= centers_of(index, place) & is_within",
        "rows |= is_within",
    ),
    (relevance, "matching_rows(index, query) & names_county", "names_county"),
    (
        relevance,
        "index.by_city if place.is_state else index.by_distance(place.point)",
        "index.by_distance(place.point)",
    ),
    (relevance, "coverage[named & ~may_serve(coverage)] = SERVES_COUNTY", "pass"),
    (relevance, "is_nearby(index, query) & ~may_serve", "~may_serve"),
    (relevance, "rows = rows & ~tier", "pass"),
    (results, "for rows in (is_open, may_be_open) for", "for rows in (is_open,) for"),
    (
        results,
        "(tier & in_name, tier & ~in_name)",
        "(tier & ~in_name, tier & in_name)",
    ),
    (results, "start -= size", "start = 0"),
    (
        results,
        "left, start = left - len(part), 0",
        "left, start = left - len(part), start",
    ),
    (results, "hit.pk in maybe", "False"),
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
    (index, "levels[self.area_unknown & here] =", "levels[self.area_unknown] ="),
    (index, "levels[self.area_unknown & here & statewide] = SERVES_STATE", "pass"),
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
        "squared, self.tie_rank[found])\n            found",
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
    (reading, "{int(run_by != 'peers')}{slug}", "{slug}"),
    (reading, "city.lower() for", "city[::-1] for"),
]


def broken(fault, monkeypatch) -> dict[str, ModuleType]:
    """Return copies of the modules of search, with the fault in one of them."""
    faulty_in, right, wrong = fault
    created = {}
    for module in (index, reading, query, facets, results, browsing, relevance):
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
                    listing=modules["search.browsing"],
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
