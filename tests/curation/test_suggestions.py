"""Decide on suggestions: what is accepted, published, declined and answered."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType

from curation.models import OptOut, Suggestion
from curation.queue.sections import build_queue
from orgs.models import Organization
from tests.factories import organization, person

pytestmark = pytest.mark.django_db


def new_listing(name, **facts):
    """Create the suggestion of a new organization."""
    changes = {"name": name, "kind": "peer_run", "phone": "+14065550123"}
    kind = ContentType.objects.get_for_model(Organization)
    return Suggestion.objects.create(
        kind="new", content_type=kind, changes=changes, **facts
    )


def decide(client, suggestion, button, **typed):
    address = f"/admin/curation/suggestion/{suggestion.pk}/change/"
    data = {button: "1", "fact": list(suggestion.changes), **typed}
    return client.post(address, data, follow=True)


def test_accepted_new_listing_is_linked_and_waits_as_a_draft(ada):
    page = decide(ada, new_listing("Center One"), "_accept").content.decode()

    listing = Organization.objects.get(name="Center One")
    assert f"/admin/orgs/organization/{listing.pk}/change/" in page
    assert "Accepted as a draft, not public yet" in page
    sections = {
        section.slug for section in build_queue(ada.user, listing.created_at.date())
    }
    assert "draft-organization" in sections


def test_new_listing_is_accepted_and_published_in_one_click(ada):
    decide(ada, new_listing("Center Two"), "_publish")

    assert Organization.objects.get(name="Center Two").status == "published"


def test_new_listing_that_cannot_be_public_is_not_accepted_either(ada):
    suggestion = new_listing("Center Three")
    suggestion.changes.pop("phone")
    suggestion.save()

    page = decide(ada, suggestion, "_publish").content.decode()

    suggestion.refresh_from_db()
    assert "no way to make contact" in page
    assert suggestion.state == "open"
    assert not Organization.objects.exists()


def test_decision_leads_to_the_next_suggestion_of_the_kind(ada):
    first, second = new_listing("First"), new_listing("Second")
    Suggestion.objects.create(kind="problem", listing=organization())

    after = decide(ada, first, "_accept").redirect_chain[-1][0]
    last = decide(ada, second, "_accept").redirect_chain[-1][0]

    assert after == f"/admin/curation/suggestion/{second.pk}/change/"
    assert last == "/admin/"


def test_answer_is_offered_only_if_there_is_somebody_to_answer(ada):
    named = new_listing("Named", sender_email="jo@example.org")
    anonymous = new_listing("Anonymous")

    pages = [
        ada.get(f"/admin/curation/suggestion/{s.pk}/change/").content.decode()
        for s in (named, anonymous)
    ]

    assert "jo@example.org" in pages[0]
    assert ["Answer to the sender" in page for page in pages] == [True, False]


def test_listings_are_assigned_only_to_people_who_can_check_them(ada):
    listing = organization()
    for name, role in (("vol", "Volunteer"), ("rea", "Reader"), ("cur", "Curator")):
        person(name, role)
    person("gone", "Curator", is_active=False)
    action = {"action": "assign_selected", "_selected_action": [listing.pk]}

    form = ada.post("/admin/orgs/organization/", action).context["form"]

    names = [user.username for user in form.fields["to"].queryset]
    assert names == ["ada", "cur", "vol"]


def test_curator_adds_an_address_that_wants_no_more_mail(ada):
    ada.post("/admin/curation/optout/add/", {"email": "stop@example.org"})

    assert OptOut.objects.get().email == "stop@example.org"
