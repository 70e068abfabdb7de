"""The index has the same results as plain Python, also after edits."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from caching import content_version
from curation import workflow
from curation.audit_trail import restore_revision
from listings.field_values import apply_facts
from orgs.models import Organization
from places.models import Place
from search.current import index_of
from tests.caching.transactions import commit
from tests.factories import place
from tests.search import brute_force, comparing
from tests.search.brute_force import Question, seeded
from tests.search.comparing import disagreements, options

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scattered_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        brute_force.scatter(seeded(22), 150)
        commit()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def scattered(scattered_rows, db):
    """Made-up organizations, saved once for the module."""


@pytest.fixture
def places():
    return comparing.places()


@pytest.mark.any_database
def test_index_matches_brute_force_for_500_random_queries(scattered, places):
    chance, rows, all_options = seeded(1), brute_force.listings(), options()

    for _number in range(500):
        question = brute_force.ask(chance, places, all_options)
        assert list(disagreements(question, rows, all_options)) == []


def some_change(chance, rows):
    """Make a random change that a curator could make to a listing."""
    one, other = chance.sample(rows, 2)
    act = chance.choice(["put", "close", "pause", "publish", "merge", "delete", "back"])
    if act == "put":
        apply_facts(
            one,
            {
                "service_area": "Montana: Custer County",
                "service_area_scope": "places",
                "name": "Moved",
            },
        )
    elif act == "close":
        workflow.close(one, "Moved", temporarily=False)
    elif act == "pause":
        workflow.close(one, "Moved", temporarily=True)
    elif act == "publish":
        workflow.publish(one)
    elif act == "merge":
        workflow.merge(one, other, ["summary", "terms"])
    elif act == "back":
        row = one.history.order_by("history_id").first()
        restore_revision(one, str(row.pk), "It was right before")
    else:
        one.delete()


@pytest.mark.parametrize("is_committed", [True, False])
def test_index_matches_brute_force_after_any_edit(scattered, places, is_committed):
    chance, all_options = seeded(int(is_committed)), options()
    commit()
    for _number in range(12):
        published = list(Organization.objects.filter(status="published"))
        with suppress(workflow.ActionRefused):
            some_change(chance, published)
        if is_committed:
            commit()
        question = brute_force.ask(chance, places, all_options)
        rows = brute_force.listings()
        assert list(disagreements(question, rows, all_options)) == []


def elsewhere(sql, *values):
    """Write like another process, without notifying this one."""
    raw = connection.connection
    mark = "?" if connection.vendor == "sqlite" else "%s"
    raw.execute(sql.replace("%s", mark), values)


def another_process_closes(pk):
    elsewhere("UPDATE orgs_organization SET status = 'draft' WHERE id = %s", pk)
    now = (timezone.now() + timedelta(seconds=1)).replace(tzinfo=None).isoformat(" ")
    elsewhere(
        "UPDATE caching_directoryversion SET number = number + 1, changed_at = %s", now
    )


def test_index_drops_listings_that_another_process_withdrew(
    scattered, places, monkeypatch
):
    commit()
    question, all_options = Question(place=places[0]), options()
    [gone] = brute_force.near(brute_force.listings(), question)[:1]
    assert index_of(Organization) is index_of(Organization)

    another_process_closes(gone.pk)
    monkeypatch.setattr(content_version, "RECHECK_SECONDS", -1.0)

    rows = brute_force.listings()
    assert gone.pk not in [row.pk for row in rows]
    assert list(disagreements(question, rows, all_options)) == []


def test_index_is_not_read_again_without_a_write(scattered, django_assert_num_queries):
    index = index_of(Organization)

    with django_assert_num_queries(0):
        assert index_of(Organization) is index


def test_listings_missing_in_the_index_are_left_out(scattered):
    index = index_of(Organization)
    first, last = int(index.pks.min()), int(index.pks.max())

    assert index.with_pks([0, first, last, last + 1]).sum() == 2
    assert index.with_pks([]).sum() == 0


def test_empty_catalog_has_no_results():
    Organization.objects.all().delete()
    here = place("59301")

    for question in (
        Question(),
        Question(place=here, radius=10, open_at=brute_force.AT),
    ):
        assert list(disagreements(question, [], options())) == []


def test_query_places_include_every_kind(places):
    kinds = {one.kind for one in places}

    assert kinds >= {"zip", "county", "state", Place.Kind.AREA, Place.Kind.POINT}
