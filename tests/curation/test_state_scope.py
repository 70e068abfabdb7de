"""The limits of state curators, and the permission to publish."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from curation.models import Check, Suggestion
from orgs.models import Organization
from tests.curation.helpers import (
    change_form_data,
    change_path,
)
from tests.factories import organization, person, place, state, warmline

pytestmark = pytest.mark.django_db


@pytest.fixture
def mo(client):
    """Return a browser in which the curator of Montana is signed in."""
    client.user = person("mo", "State curator", ["MT"])
    client.force_login(client.user)
    return client


@pytest.fixture
def ours():
    return organization(at=place("59301"), name="Ours", service_area=[state("MT")])


@pytest.fixture
def theirs():
    return organization(at=place("82801"), name="Theirs")


def facts(listing):
    fresh = type(listing).objects.get(pk=listing.pk)
    return (
        fresh.state,
        {place.code for place in fresh.service_area.all()},
        fresh.service_area_scope,
        fresh.parent_id,
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"state": "WY"}, "state"),
        ({"state": ""}, "state"),
        ({"service_area": "Montana\nWyoming"}, "service_area"),
        (
            {"service_area_scope": "nationwide", "service_area": ""},
            "service_area_scope",
        ),
        ({"parent": "theirs"}, "parent"),
    ],
)
def test_form_refuses_a_change_outside_the_state(mo, ours, theirs, typed, field):
    before = facts(ours)
    if "parent" in typed:
        typed = {"parent": theirs.pk}

    page = mo.post(change_path(ours), change_form_data(mo, ours) | typed)

    assert page.status_code == 200
    assert page.context["adminform"].form.errors[field] == [
        "You can edit listings in these states only: MT."
    ]
    assert facts(ours) == before


def test_parent_and_county_in_the_state_are_accepted(mo, ours):
    parent = organization(at=place("59301"), name="Parent")
    typed = {"parent": parent.pk, "service_area": "Montana: Custer"}

    assert (
        mo.post(change_path(ours), change_form_data(mo, ours) | typed).status_code
        == 302
    )
    assert Organization.objects.get(pk=ours.pk).parent == parent


def test_facts_outside_the_state_that_a_colleague_set_stay(mo, ours, theirs):
    ours.parent = theirs
    ours.save()
    ours.service_area.add(state("WY"))

    sent = mo.post(
        change_path(ours), change_form_data(mo, ours) | {"summary": "New words"}
    )

    assert sent.status_code == 302
    assert facts(ours)[1:] == ({"MT", "WY"}, "places", theirs.pk)


def test_state_curator_cannot_add_other_states_to_a_warmline(mo):
    line = warmline(service_area=[state("MT"), state("WY")])
    typed = change_form_data(mo, line)

    for service_area in ("Montana", "Montana\nWyoming\nIdaho", "Wyoming", ""):
        assert (
            mo.post(
                change_path(line), typed | {"service_area": service_area}
            ).status_code
            == 200
        )
    assert mo.post(change_path(line), typed | {"summary": "New"}).status_code == 302
    assert {place.code for place in line.service_area.all()} == {"MT", "WY"}


def test_accepting_a_suggestion_cannot_move_a_listing_out_of_the_state(mo, ours):
    suggestion = Suggestion.objects.create(
        kind="change", listing=ours, changes={"state": "WY", "city": "Sheridan"}
    )

    page = mo.post(
        f"/admin/curation/suggestion/{suggestion.pk}/change/",
        {"fact": ["state", "city"], "_accept": "1", "version": ours.version},
    ).content.decode()

    assert "You can edit listings in these states only: MT." in page
    assert facts(ours)[0] == "MT"
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_restoring_a_version_cannot_move_a_listing_out_of_the_state(mo):
    listing = organization(at=place("82801"), name="Was there")
    first = listing.history.latest("history_id")
    listing.city, listing.state, listing.zip_code = "Miles City", "MT", "59301"
    listing.version += 1
    listing.save()

    mo.post(
        f"/admin/orgs/organization/{listing.pk}/history/", {"row": first.history_id}
    )

    assert facts(listing)[0] == "MT"


def test_merge_cannot_change_a_branch_in_another_state(mo, ours, theirs):
    duplicate = organization(at=place("59301"), name="Twin")
    here = organization(at=place("59301"), name="Branch here", parent=duplicate)
    theirs.parent = duplicate
    theirs.save()
    there = f"/admin/orgs/organization/merge/{ours.pk}/{duplicate.pk}/"

    page = mo.post(there, {"keep": ours.pk}).content.decode()

    assert "branches in states that you can&#x27;t edit: Theirs." in page
    for listing, parent in ((theirs, duplicate), (here, duplicate)):
        assert facts(listing)[3] == parent.pk
    duplicate.refresh_from_db()
    assert duplicate.is_public
    theirs.parent = None
    theirs.save()
    assert mo.post(there, {"keep": ours.pk}).status_code == 302
    assert facts(here)[3] == ours.pk


def test_merge_by_a_curator_of_all_states_moves_every_branch(ada, ours, theirs):
    duplicate = organization(at=place("59301"), name="Twin")
    theirs.parent = duplicate
    theirs.save()

    ada.post(
        f"/admin/orgs/organization/merge/{ours.pk}/{duplicate.pk}/", {"keep": ours.pk}
    )

    assert facts(theirs)[3] == ours.pk


def test_curator_may_change_any_state(ada, ours, theirs):
    typed = {"state": "WY", "city": "Sheridan", "parent": theirs.pk}

    assert (
        ada.post(change_path(ours), change_form_data(ada, ours) | typed).status_code
        == 302
    )
    assert facts(ours)[0] == "WY"


@pytest.fixture
def editor(client):
    """Return a browser of a user who may change listings, but not publish them."""
    user = person("ed", "Reader")
    codes = ("change_organization", "add_organization", "decide_suggestion")
    user.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("before", "after"), [("draft", "published"), ("published", "closed")]
)
def test_status_in_the_form_needs_the_permission_to_publish(editor, before, after):
    listing = organization(at=place("59301"), status=before)
    typed = change_form_data(editor, listing) | {
        "status": after,
        "closure_reason": "gone",
    }

    sent = editor.post(change_path(listing), typed | {"summary": "New words"})

    assert sent.status_code == 302
    listing.refresh_from_db()
    assert (listing.status, listing.summary) == (before, "New words")


def test_added_listing_is_a_draft_without_the_permission_to_publish(editor):
    typed = {"name": "New place", "kind": "peer_run", "phone": "406-555-0101"}
    typed |= {"status": "published", "service_area_scope": "unknown", "hours": ""}

    editor.post("/admin/orgs/organization/add/", typed)

    assert Organization.objects.get(name="New place").status == "draft"


def test_restoring_a_public_version_needs_the_permission_to_publish(editor):
    listing = organization(at=place("59301"))
    first = listing.history.latest("history_id")
    listing.close(reason="The house was sold.")

    page = editor.post(
        f"/admin/orgs/organization/{listing.pk}/history/",
        {"row": first.history_id},
        follow=True,
    ).content.decode()

    assert "may not publish" in page
    listing.refresh_from_db()
    assert listing.status == "closed"


@pytest.mark.parametrize(
    ("role", "sees"), [("Reader", False), ("Volunteer", True), ("Curator", True)]
)
def test_reader_sees_no_note_of_a_check(client, ours, role, sees):
    Check.objects.create(
        listing=ours,
        on="2026-11-01",
        how="called",
        outcome="right",
        by=person("bo"),
        note="their cousin answered",
    )
    Suggestion.objects.create(kind="problem", problem="unsafe", listing=ours)
    client.force_login(person("member", role))

    page = client.get(change_path(ours)).content.decode()

    assert ("their cousin answered" in page) is sees
    assert ("A problem" in page) is (role == "Curator")
