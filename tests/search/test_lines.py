"""The search for lines answers as plain Python over the rows does."""

from __future__ import annotations

import inspect
import sys
from contextlib import suppress
from types import ModuleType

import pytest
from django.http import QueryDict

from curation import workflow
from listings.field_values import apply_facts
from listings.models import Term
from tests.caching.transactions import commit
from tests.search import brute_force_lines, comparing
from tests.search.brute_force import seeded
from warmlines import eligibility, line_index, open_status, search
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db
FILTERS = ("community", "language")


@pytest.fixture
def scattered():
    return brute_force_lines.scatter(seeded(22), 150)


@pytest.fixture
def places():
    return comparing.places()


def options():
    return {
        kind: list(Term.objects.filter(kind=kind).values_list("slug", flat=True))
        for kind in FILTERS
    }


def search_for(question, searching):
    params = QueryDict(mutable=True)
    for name, values in question.chosen.items():
        params.setlist(name, values)
    return searching.WarmlineSearch(
        question.place,
        params,
        question.at,
        open_now=question.open_now,
        words=question.words,
        from_anywhere=question.from_anywhere,
    )


def slugs(rows):
    return [row.slug for row in rows]


def of_lines(found):
    return [line.warmline.slug for line in found]


def of_groups(found):
    return [(group.slug, of_lines(group.lines)) for group in found]


def expected(question, rows, all_options):
    """What plain Python says, in the form of `answers`."""
    groups = brute_force_lines.groups(rows, question)
    lists = brute_force_lines.by_state(rows, question)
    has_lists = question.place is None and not question.open_now
    return {
        "groups": [(name, slugs(members)) for name, members in groups],
        "to call now": slugs(brute_force_lines.to_call_now(rows, question)),
        "lists": {n: slugs(members) for n, members in lists.items()}
        if has_lists
        else {},
        "counts": brute_force_lines.counts(rows, question, all_options),
    }


def answers(question, *, searching=search, ordering=open_status):
    found = search_for(question, searching)
    groups = found.groups
    ready = ordering.choose_lines_to_call_now(groups, found.chosen_communities)
    has_lists = question.place is None and not question.open_now
    return {
        "groups": of_groups(groups),
        "to call now": of_lines(ready),
        "lists": dict(of_groups(found.groups_by_area)) if has_lists else {},
        "counts": counted(found),
    }


def counted(found):
    """The figure beside each option, without options that would show nothing."""
    empty = {name: {} for name in FILTERS}
    return empty | {
        group.name: {
            option.value: option.total for option in group.options if option.total
        }
        for group in found.panel([]).facets
        if group.name in FILTERS
    }


def test_answers_to_300_random_questions_about_lines_equal_brute_force(
    scattered, places
):
    chance, rows, all_options = seeded(1), brute_force_lines.lines(), options()

    for _number in range(300):
        question = brute_force_lines.ask(chance, places, all_options)
        assert answers(question) == expected(question, rows, all_options), question


def some_change(chance, rows):
    """One thing that a curator does to a line."""
    one = chance.choice(rows)
    act = chance.choice(["put", "close", "pause", "publish", "delete"])
    if act == "put":
        facts = {
            "service_area": "Montana: Custer County",
            "service_area_scope": "places",
        }
        apply_facts(one, facts | {"name": "Moved", "hours": "24/7"})
    elif act == "close":
        workflow.close(one, "Moved", temporarily=False)
    elif act == "pause":
        workflow.close(one, "Moved", temporarily=True)
    elif act == "publish":
        workflow.publish(one)
    else:
        one.delete()


@pytest.mark.parametrize("is_committed", [True, False])
def test_answers_about_lines_equal_brute_force_after_any_edit(
    scattered, places, is_committed
):
    chance, all_options = seeded(int(is_committed)), options()
    commit()
    for _number in range(12):
        published = list(Warmline.objects.filter(status="published"))
        with suppress(workflow.ActionRefused):
            some_change(chance, published)
        if is_committed:
            commit()
        question = brute_force_lines.ask(chance, places, all_options)
        rows = brute_force_lines.lines()
        assert answers(question) == expected(question, rows, all_options), question


# (module, what stands there, what a mistake would make of it)
FAULTS = [
    (eligibility, "if warmline.is_nationwide:", "if False:"),
    (eligibility, "county.pk in warmline.served_counties", "county.pk is None"),
    (eligibility, "if not serves_unknown_part_of_state(warmline):", "if True:"),
    (eligibility, "Eligibility.SOME_COUNTIES if place.is_state else", ""),
    (eligibility, "place.is_state and place.state in warmline.state_codes", "False"),
    (eligibility, "counties <= warmline.served_counties or states", "states"),
    (eligibility, "or states <= warmline.whole_states", ""),
    (eligibility, "Eligibility.SOME_COUNTIES if has_some_counties else", ""),
    (eligibility, "return Eligibility.SOME_STATES\n", "return Eligibility.NO\n"),
    (line_index, "*self.unknown, *named", "*named"),
    (line_index, "[*self.everywhere, *self", "[*self"),
    (search, "FROM_ANYWHERE if self.from_anywhere else", ""),
    (search, "if eligibility is not Eligibility.NO", "if True"),
    (search, "self.unfiltered if line.warmline.pk in pks]", "self.unfiltered]"),
    (search, "if wanted & filter_values(", "if wanted <= filter_values("),
    (search, "name != excluding or (value", "True or (value"),
    (search, "[*self.for_everyone, *self.for_some_states]", "self.for_everyone"),
    (search, "if ln.warmline.pk not in visible", "if True"),
    (search, "if line.is_open or line.may_be_open]", "if line.is_open]"),
    (open_status, "        bool(warmline.public_warning),\n", ""),
    (open_status, "        not is_open,\n", ""),
    (open_status, "        opens,\n", ""),
    (open_status, "        warmline.is_nationwide,\n", ""),
    (open_status, "lines = [line for line in lines if line.is_open]", "pass"),
    (open_status, "others = [line for line in others if line.is_open]", "pass"),
    (open_status, "and bool(self.warmline.phone) and", "and"),
    (open_status, "(self.warmline.phone) and not self.has_public_warning", "(1)"),
    (open_status, "in CAN_CALL and not self.warmline.is_for_group", "in CAN_CALL"),
    (open_status, "all(line.has_public_warning for line in group.lines)", "False"),
    (
        open_status,
        "states_served_in_full(line.warmline, place), []",
        "(line.zone,), []",
    ),
]


def broken(fault, monkeypatch):
    """A copy of the modules about lines with the fault in one of them."""
    faulty_in, right, wrong = fault
    made = {}
    for module in (line_index, eligibility, open_status, search):
        source = inspect.getsource(module)
        if module is faulty_in:
            assert source.count(right) == 1, (right, source.count(right))
            source = source.replace(right, wrong)
        made[module.__name__] = copied = ModuleType(module.__name__)
        monkeypatch.setitem(sys.modules, module.__name__, copied)
        exec(compile(source, f"faulty {module.__name__}", "exec"), copied.__dict__)  # noqa: S102
    return made


def is_noticed(modules, known):
    faulty = {
        "searching": modules["warmlines.search"],
        "ordering": modules["warmlines.open_status"],
    }
    return any(answers(question, **faulty) != right for question, right in known)


@pytest.mark.any_database
def test_one_fault_in_any_rule_about_lines_is_noticed(scattered, places, monkeypatch):
    chance, rows, all_options = seeded(3), brute_force_lines.lines(), options()
    asked = [brute_force_lines.ask(chance, places, all_options) for _n in range(300)]
    known = [(one, expected(one, rows, all_options)) for one in asked]

    missed = []
    for fault in FAULTS:
        with monkeypatch.context() as patched:
            if not is_noticed(broken(fault, patched), known):
                missed.append(fault[1:])

    assert missed == []
    with monkeypatch.context() as patched:
        assert not is_noticed(broken((None, "", ""), patched), known[:50])
