"""Checks of listings, and what follows from them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import workflow
from curation.models import Check
from curation.workflow.claims import CLAIM_DURATION
from orgs.models import Organization
from tests.factories import organization, person, place, term, warmline

pytestmark = pytest.mark.django_db


def check(listing, by, **facts):
    facts = {"how": "called", "outcome": "right", "facts": ["phone"], **facts}
    return workflow.record_check(listing, by=by, **facts)


def test_check_records_who_how_when_and_which_facts():
    ada, listing = person(), organization(at=place("59301"))

    check(listing, ada, note="spoke to Jo")

    listing.refresh_from_db()
    assert (listing.checked_by, listing.checked_how) == (ada, "called")
    assert listing.checked_on == timezone.localdate()
    assert listing.checked_facts == ["phone"]
    [check_row] = Check.objects.for_listing(listing)
    assert (check_row.note, check_row.by) == ("spoke to Jo", ada)


def test_warmlines_are_due_sooner_than_organizations():
    ada, today = person(), timezone.localdate()
    center, line = organization(), warmline()

    check(center, ada)
    check(line, ada)

    center.refresh_from_db()
    line.refresh_from_db()
    assert center.check_due_on == today + timedelta(days=180)
    assert line.check_due_on == today + timedelta(days=90)


@pytest.mark.parametrize(
    ("outcome", "status"), [("paused", "temporarily_closed"), ("closed", "closed")]
)
def test_check_of_a_dead_number_closes_with_a_reason(outcome, status):
    ada, listing = person(), organization()

    with pytest.raises(workflow.ActionRefused, match="why it has closed"):
        check(listing, ada, outcome=outcome)
    check(listing, ada, outcome=outcome, closure_reason="The number is dead")

    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason) == (status, "The number is dead")
    assert listing.checked_on is None


def test_listing_without_an_answer_is_due_in_two_weeks():
    ada, listing = person(), organization()

    check(listing, ada, outcome="no_answer")

    listing.refresh_from_db()
    assert listing.checked_on is None
    assert listing.check_due_on == timezone.localdate() + timedelta(days=14)


def test_check_in_the_future_is_refused():
    with pytest.raises(workflow.ActionRefused):
        check(organization(), person(), on=date(2999, 1, 1))


def test_only_one_curator_at_a_time_can_claim_a_listing():
    ada, bo, listing = person("ada"), person("bo"), organization()

    workflow.claim(listing, ada)

    with pytest.raises(workflow.ActionRefused, match="ada is working"):
        workflow.claim(listing, bo)
    listing.refresh_from_db()
    assert workflow.get_claimant(listing) == ada
    assert listing.history.count() == 1


def test_claim_expires():
    ada, bo, listing = person("ada"), person("bo"), organization()
    workflow.claim(listing, ada)
    Organization.objects.filter(pk=listing.pk).update(
        claimed_at=timezone.now() - CLAIM_DURATION
    )

    workflow.claim(listing, bo)

    listing.refresh_from_db()
    assert workflow.get_claimant(listing) == bo


def test_check_releases_the_claim():
    ada, listing = person(), organization()
    workflow.claim(listing, ada)

    check(listing, ada)

    listing.refresh_from_db()
    assert workflow.get_claimant(listing) is None


def test_action_checks_several_listings(client):
    client.force_login(person())
    ids = [organization().pk, organization().pk]
    action = {"action": "check_selected", "_selected_action": ids}

    response = client.post("/admin/orgs/organization/", action)
    form = {"how": "emailed", "outcome": "right", "facts": ["email"], "_sent": "1"}
    client.post("/admin/orgs/organization/", {**action, **form, "on": "2026-01-05"})

    assert "2 listings:" in response.content.decode()
    assert Check.objects.filter(how="emailed").count() == 2


@pytest.mark.parametrize("action", ["publish_selected", "tag_selected"])
def test_action_runs_in_one_transaction(client, action):
    listing = organization(status="draft")
    client.force_login(person())
    data = {"action": action, "_selected_action": [listing.pk], "_sent": "1"}
    data["term"] = term("service", "arts").pk

    with CaptureQueriesContext(connection) as queries:
        client.post("/admin/orgs/organization/", data)

    words = [query["sql"].split()[0] for query in queries]
    assert words.index("SAVEPOINT") < words.index("UPDATE")
    listing.refresh_from_db()
    assert listing.version == 2


def test_check_reopens_a_temporarily_closed_listing(client):
    listing = organization()
    today = {"how": "called", "by": person("bo")}
    workflow.record_check(
        listing, outcome="paused", closure_reason="On holiday", **today
    )

    workflow.record_check(listing, outcome="reopened", facts=["phone"], **today)

    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason) == ("published", "")
    assert listing.checked_facts == ["phone"]
    assert client.get(listing.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("status", ["published", "closed", "draft"])
def test_check_reopens_no_listing_in_another_status(status):
    listing = organization(status=status, closure_reason="gone")

    with pytest.raises(workflow.ActionRefused, match="not closed for now"):
        workflow.record_check(
            listing, how="called", outcome="reopened", facts=["phone"], by=person("bo")
        )
    listing.refresh_from_db()
    assert listing.status == status
