"""A check is a deliberate act, and what follows from it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import workflow
from curation.models import Check
from orgs.models import Organization
from tests.factories import organization, person, place, term, warmline

pytestmark = pytest.mark.django_db


def check(listing, by, **facts):
    facts = {"how": "called", "outcome": "right", "facts": ["phone"], **facts}
    return workflow.record_check(listing, by=by, **facts)


def test_a_check_says_who_how_when_and_what():
    ada, listing = person(), organization(at=place("59301"))

    check(listing, ada, note="spoke to Jo")

    listing.refresh_from_db()
    assert (listing.checked_by, listing.checked_how) == (ada, "called")
    assert listing.checked_on == timezone.localdate()
    assert listing.checked_facts == ["phone"]
    [kept] = Check.objects.about(listing)
    assert (kept.note, kept.by) == ("spoke to Jo", ada)


def test_lines_are_due_sooner_than_places():
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
def test_a_dead_number_closes_with_a_reason(outcome, status):
    ada, listing = person(), organization()

    with pytest.raises(workflow.Refused, match="why it has closed"):
        check(listing, ada, outcome=outcome)
    check(listing, ada, outcome=outcome, because="The number is dead")

    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason) == (status, "The number is dead")
    assert listing.checked_on is None


def test_no_answer_is_tried_again_in_two_weeks():
    ada, listing = person(), organization()

    check(listing, ada, outcome="no_answer")

    listing.refresh_from_db()
    assert listing.checked_on is None
    assert listing.check_due_on == timezone.localdate() + timedelta(days=14)


def test_a_check_in_the_future_is_refused():
    with pytest.raises(workflow.Refused):
        check(organization(), person(), on=date(2999, 1, 1))


def test_one_person_at_a_time_takes_a_listing():
    ada, bo, listing = person("ada"), person("bo"), organization()

    workflow.take(listing, ada)

    with pytest.raises(workflow.Refused, match="ada has taken"):
        workflow.take(listing, bo)
    listing.refresh_from_db()
    assert workflow.holder(listing) == ada
    assert listing.history.count() == 1


def test_a_listing_taken_and_forgotten_is_free_again():
    ada, bo, listing = person("ada"), person("bo"), organization()
    workflow.take(listing, ada)
    Organization.objects.filter(pk=listing.pk).update(
        claimed_at=timezone.now() - workflow.TAKEN_FOR
    )

    workflow.take(listing, bo)

    listing.refresh_from_db()
    assert workflow.holder(listing) == bo


def test_a_check_gives_the_listing_back():
    ada, listing = person(), organization()
    workflow.take(listing, ada)

    check(listing, ada)

    listing.refresh_from_db()
    assert workflow.holder(listing) is None


def test_the_page_asks_for_the_facts_and_keeps_what_was_typed(client):
    client.force_login(person())
    listing = organization()
    path = f"/admin/orgs/organization/{listing.pk}/check/"

    form = {"how": "called", "outcome": "right", "on": "2026-01-05", "note": "Typed"}
    page = client.post(path, form).content.decode()

    assert "Please say which facts you made sure of." in page
    assert 'value="Typed"' in page
    assert not Check.objects.exists()
    assert client.post(path, form | {"facts": ["phone"]}).status_code == 302
    listing.refresh_from_db()
    assert listing.checked_on == date(2026, 1, 5)


def test_several_are_checked_at_once_by_an_action(client):
    client.force_login(person())
    ids = [organization().pk, organization().pk]
    action = {"action": "record_checks", "_selected_action": ids}

    asked = client.post("/admin/orgs/organization/", action)
    form = {"how": "emailed", "outcome": "right", "facts": ["email"], "_sent": "1"}
    client.post("/admin/orgs/organization/", {**action, **form, "on": "2026-01-05"})

    assert "2 listings:" in asked.content.decode()
    assert Check.objects.filter(how="emailed").count() == 2


def test_a_volunteers_check_waits_for_a_curator(client):
    bo, listing = person("bo", "Volunteer"), organization()
    client.force_login(bo)

    client.post(
        f"/admin/orgs/organization/{listing.pk}/check/",
        {"how": "called", "outcome": "right", "facts": ["phone"], "on": "2026-01-05"},
    )

    assert not Check.objects.exists()
    [waiting] = workflow.Suggestion.objects.about(listing)
    workflow.accept(waiting, [], person("ada"))
    listing.refresh_from_db()
    assert (listing.checked_by, listing.checked_on) == (bo, date(2026, 1, 5))


@pytest.mark.parametrize("action", ["publish_them", "tag_them"])
def test_an_act_of_the_desk_is_one_transaction(client, action):
    listing = organization(status="draft")
    client.force_login(person())
    data = {"action": action, "_selected_action": [listing.pk], "_sent": "1"}
    data["term"] = term("service", "arts").pk

    with CaptureQueriesContext(connection) as asked:
        client.post("/admin/orgs/organization/", data)

    words = [query["sql"].split()[0] for query in asked]
    assert words.index("SAVEPOINT") < words.index("UPDATE")
    listing.refresh_from_db()
    assert listing.version == 2


def test_a_check_opens_again_what_was_closed_for_now(client):
    listing = organization()
    today = {"how": "called", "by": person("bo")}
    workflow.record_check(listing, outcome="paused", because="On holiday", **today)

    workflow.record_check(listing, outcome="reopened", facts=["phone"], **today)

    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason) == ("published", "")
    assert listing.checked_facts == ["phone"]
    assert client.get(listing.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("status", ["published", "closed", "draft"])
def test_only_what_is_closed_for_now_is_opened_again_by_a_check(status):
    listing = organization(status=status, closure_reason="gone")

    with pytest.raises(workflow.Refused, match="not closed for now"):
        workflow.record_check(
            listing, how="called", outcome="reopened", facts=["phone"], by=person("bo")
        )
    listing.refresh_from_db()
    assert listing.status == status
