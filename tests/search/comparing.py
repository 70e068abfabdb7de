"""Compare the results of the index with those of plain Python."""

from __future__ import annotations

import pytest

from listings.models import Term
from orgs.filters import CatalogFilter
from orgs.models import Organization
from places.lookup import look_up
from search import browsing, facets, relevance
from search.current import index_of
from search.query import Query
from tests.factories import place
from tests.search import brute_force

PAGE = 7


def places():
    """Return places of every kind: ZIP codes, a county, states, areas, a point."""
    typed = ["59301", "59330", "McCone County, MT", "Montana", "WY", "96799", "99546"]
    found = [look_up(words).place for words in [*typed, "Navajo Nation", "Bakken"]]
    return [one for one in found if one] + [
        place("59102").moved_to(place("59801").point)
    ]


def options():
    terms = {
        str(kind): list(Term.objects.filter(kind=kind).values_list("slug", flat=True))
        for kind in Term.Kind.values
    }
    others = {
        name: CatalogFilter.base_filters[name] for name in ("how", "kind", "run_by")
    }
    fixed = {name: [v for v, _l in one.choices()] for name, one in others.items()}
    return {**terms, **fixed, "state": ["MT", "WY", "ND", "AS"]}


def query_of(question):
    words = None
    if question.words:
        words = Organization.objects.public().ranked_by_words(question.words)
    return Query(
        chosen=question.chosen,
        place=question.place,
        state=question.state,
        words=words,
        radius=question.radius,
        open_at=question.open_at,
    )


def rules_for(question):
    """Return the names of the rules that pages use for such a place."""
    if question.place is None:
        return ("by_name", "online")
    if question.place.is_state:
        of_state = ("in_state_by_kind", "serving_or_in_state")
        return ("in_state", "peers", "centers", "online", *of_state)
    return ("near", "peers", "centers", "online", "serving_or_in_state")


def disagreements(
    question,
    rows,
    all_options,
    *,
    rules=relevance,
    listing=browsing,
    counting=facets,
    index=None,
):
    """Yield each difference between the index and the rows."""
    index, query = index or index_of(Organization), query_of(question)
    start = (question.page - 1) * PAGE
    for name in rules_for(question):
        expected = getattr(brute_force, name)(rows, question)
        module = rules if name in ("peers", "centers", "online") else listing
        found = getattr(module, name)(index, query, PAGE, start)
        wanted = [row.pk for row in expected[start : start + PAGE]]
        if ([hit.pk for hit in found.hits], found.total) != (wanted, len(expected)):
            yield name, question
        yield from wrong_facts(name, question, found.hits, rows)
    if question.place and question.place.is_state:
        for name in ("first_of_each_kind", "serving_from_elsewhere"):
            expected = getattr(brute_force, name)(rows, question, 3)
            found = getattr(listing, name)(index, query, 3)
            if [hit.pk for hit in found] != [row.pk for row in expected]:
                yield name, question
    if question.place:
        yield from wrong_figures(question, rows, rules, index, query)
    scope = rules.rows_to_count(index, query)
    counted = counting.count_options(index, query, all_options, scope)
    for name, numbers in brute_force.counts(rows, question, all_options).items():
        if numbers != {value: counted[name][value] for value in numbers}:
            yield "counts", name, question


def wrong_figures(question, rows, rules, index, query):
    """Yield wrong totals beside the lists of a place, and a wrong nearest center."""
    found = rules.peers(index, query, PAGE)
    if found.recommended != brute_force.recommended(rows, question):
        yield "recommended", question
    if found.serving_elsewhere != brute_force.serving_elsewhere(rows, question):
        yield "serving elsewhere", question
    center = rules.nearest_center_of_state(index, query)
    expected = brute_force.nearest_center_of_state(rows, question)
    if (center and center.pk) != (expected and expected.pk):
        yield "nearest center", question
    naming = [
        row
        for row in rows
        if brute_force.passes(row, question)
        and brute_force.within_radius(row, question)
        and brute_force.coverage(row, question.place) == brute_force.COUNTY
    ]
    if rules.count_naming_county(index, query) != len(naming):
        yield "naming the county", question


def expected_coverage(name, row, place):
    """A list of a state says of a row that names one of its counties that it does."""
    how = brute_force.coverage(row, place)
    is_part = place.kind == "state" and brute_force.names_state(row, place)
    if name in ("peers", "centers") and how == brute_force.OTHER and is_part:
        return brute_force.COUNTY
    return how


def expected_miles(name, row, place):
    """Lists by name or town have no distances, nor has a row without a location."""
    if name in ("by_name", "online", "in_state", "in_state_by_kind"):
        return None
    if place.kind == "state" or row.latitude is None:
        return None
    return pytest.approx(brute_force.miles(place, row), abs=1e-6)


def wrong_facts(name, question, hits, rows):
    """Yield wrong miles, coverage or unknown hours of the hits."""
    by_pk = {row.pk: row for row in rows}
    for hit in hits:
        row = by_pk.get(hit.pk)
        if row is None:
            continue
        if hit.distance_miles != expected_miles(name, row, question.place):
            yield "miles", name, question
        if hit.coverage is not None and hit.coverage != expected_coverage(
            name, row, question.place
        ):
            yield "coverage", name, question
        doubt = question.open_at and brute_force.likely_order(row, question)[0]
        if hit.may_be_open != bool(doubt):
            yield "hours", question
