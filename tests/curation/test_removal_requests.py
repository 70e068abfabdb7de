"""A listing that was removed on request does not come back by any way."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from curation import workflow
from curation.audit_trail import restore_revision
from curation.models import ImportRun, Suggestion
from curation.undo import undo_import
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.curation.helpers import (
    change_form_data,
    change_path,
    import_row,
    upload_csv,
)
from tests.factories import organization, place, warmline

pytestmark = pytest.mark.django_db

PHONE = "+14065550155"
WEBSITE = "https://www.example.org/house/"
# The same organization, identified by one fact each time, in another notation.
SAME = {
    "phone": {"phone": "(406) 555-0155", "website": ""},
    "toll-free": {"phone": "", "toll_free": "1-406-555-0155", "website": ""},
    "TTY": {"phone": "", "tty": "406.555.0155", "website": ""},
    "text line": {"phone": "", "sms_number": "406-555-0155", "website": ""},
    "website": {"phone": "", "website": "http://example.org/house"},
    "key": {"key": "house:1", "phone": "+14065550101", "website": ""},
}


@pytest.fixture
def removed():
    """Return a listing that was removed on request."""
    found = organization(
        name="Quiet House", key="house:1", phone=PHONE, website=WEBSITE
    )
    workflow.remove_on_request(found, "asked")
    found.refresh_from_db()
    return found


@pytest.fixture
def again(request, removed):
    """Return another listing of the same organization, which is a draft."""
    Organization.objects.filter(pk=removed.pk).update(key="")
    return organization(status="draft", **SAME[request.param])


def public_names():
    return set(Organization.objects.public().values_list("name", flat=True))


each_way = pytest.mark.parametrize("again", SAME, indirect=True)


@each_way
def test_publish_action_refuses_a_removed_listing(ada, again):
    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        workflow.publish(again)

    assert public_names() == set()


@each_way
def test_save_refuses_to_publish_a_removed_listing(again):
    for status in ("published", "temporarily_closed"):
        again.status, again.closure_reason = status, "for now"
        with pytest.raises(ValidationError, match="asked not to be listed"):
            again.save()
        with pytest.raises(ValidationError, match="asked not to be listed"):
            again.save(update_fields=["status"])


def test_change_form_refuses_a_removed_listing_and_keeps_what_was_typed(ada, removed):
    typed = change_form_data(ada, removed) | {
        "status": "published",
        "summary": "Typed words",
    }

    page = ada.post(change_path(removed), typed)

    assert page.status_code == 200
    assert "Quiet House asked not to be listed" in page.content.decode()
    assert "Typed words" in page.content.decode()
    assert public_names() == set()


def test_add_form_refuses_a_removed_listing(ada, removed):
    new = change_form_data(ada, removed) | {"name": "Another name", "slug": "another"}
    new |= {"status": "published", "looked": "on"}

    page = ada.post(reverse("admin:orgs_organization_add"), new)

    assert "asked not to be listed" in page.content.decode()
    assert public_names() == set()


def test_listing_cannot_take_the_number_of_a_removed_one(ada, removed):
    other = organization(name="Other place", at=place("59301"))
    typed = change_form_data(ada, other) | {"phone": PHONE}

    page = ada.post(change_path(other), typed)

    assert "asked not to be listed" in page.content.decode()


def test_listing_that_shares_a_number_with_a_removed_one_can_be_edited(ada):
    house, other = organization(phone=PHONE), organization(phone=PHONE)
    workflow.remove_on_request(house, "asked")
    typed = change_form_data(ada, other) | {"summary": "New words"}

    assert ada.post(change_path(other), typed).status_code == 302
    other.refresh_from_db()
    assert (other.summary, other.status) == ("New words", "published")


def test_accepted_suggestion_of_a_removed_listing_stays_a_draft(ada, removed):
    changes = {"name": "Quiet House", "kind": "peer_run", "phone": PHONE}
    kind = ContentType.objects.get_for_model(Organization)
    suggestion = Suggestion.objects.create(
        kind="new", content_type=kind, changes=changes
    )

    listing = workflow.accept(suggestion, changes, ada.user)

    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        workflow.publish(Organization.objects.get(pk=listing.pk))
    assert public_names() == set()


@pytest.mark.parametrize("known_by", sorted(SAME.keys() - {"key"}))
def test_page_of_a_suggestion_names_the_removal_request(ada, removed, known_by):
    changes = {"name": "New name", "kind": "peer_run", **SAME[known_by]}
    kind = ContentType.objects.get_for_model(Organization)
    suggestion = Suggestion.objects.create(
        kind="new", content_type=kind, changes=changes
    )
    there = f"/admin/curation/suggestion/{suggestion.pk}/change/"

    before = ada.get(there).content.decode()
    sent = {"fact": list(changes), "_accept": "1"}
    after = ada.post(there, sent, follow=True).content.decode()

    assert "Quiet House asked on" in before
    assert "becomes a draft that nobody can publish" in before
    assert "Quiet House asked not to be listed" in after
    assert Organization.objects.get(name="New name").status == "draft"
    assert "becomes a draft" not in ada.get(there).content.decode()


def test_page_of_another_suggestion_names_no_removal_request(ada, removed):
    changes = {"name": "Quiet Houses", "kind": "peer_run", "phone": "+14065550199"}
    kind = ContentType.objects.get_for_model(Organization)
    suggestion = Suggestion.objects.create(
        kind="new", content_type=kind, changes=changes
    )

    page = ada.get(
        f"/admin/curation/suggestion/{suggestion.pk}/change/"
    ).content.decode()

    assert "not to be listed" not in page


def test_accepting_a_change_refuses_the_number_of_a_removed_listing(ada, removed):
    other = organization(name="Other place")
    suggestion = Suggestion.objects.create(
        kind="change", listing=other, changes={"phone": PHONE}
    )

    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        workflow.accept(suggestion, ["phone"], ada.user)


def test_merge_refuses_to_bring_back_a_removed_listing(removed):
    other = organization(name="Other place")

    for keep, drop, facts in (
        (removed, other, ["status", "closure_reason"]),
        (other, removed, ["phone"]),
        (other, removed, []),
    ):
        other.key = ""
        with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
            workflow.merge(keep, drop, facts)
    assert public_names() == {"Other place"}


def test_restoring_a_version_refuses_to_bring_back_a_removed_listing(removed):
    before = removed.history.filter(status="published").first()

    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        restore_revision(removed, str(before.history_id), "put back")


@pytest.mark.parametrize("temporarily", [True, False])
def test_closing_refuses_to_bring_back_a_removed_listing(removed, temporarily):
    Organization.objects.filter(pk=removed.pk).update(status="draft")

    if temporarily:
        with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
            workflow.close(removed, "for now", temporarily=True)
    else:
        workflow.close(removed, "for good", temporarily=False)
    assert public_names() == set()


def test_check_refuses_to_bring_back_a_removed_listing(ada, removed):
    Organization.objects.filter(pk=removed.pk).update(status="draft")

    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        workflow.record_check(
            removed,
            how="called",
            outcome="paused",
            closure_reason="for now",
            by=ada.user,
        )


@pytest.mark.parametrize("known_by", ["key", "phone", "website"])
def test_import_refuses_to_bring_back_a_removed_listing(ada, removed, known_by):
    cells = {
        "key": {"key": "house:1", "phone": "406-555-0101", "website": ""},
        "phone": {"key": "x", "phone": "406 555 0155", "website": ""},
        "website": {"key": "x", "phone": "", "website": "example.org/house"},
    }[known_by]
    if known_by == "website":
        cells["website"] = "http://example.org/house"
    run, page = upload_csv(ada, [import_row(**cells)])
    ada.post(page, {"_apply": "1"})

    assert public_names() == set()
    assert not ImportRun.objects.get(pk=run.pk).rows.exists()


def test_undo_refuses_to_bring_back_a_removed_listing(ada):
    listing = organization(name="Quiet House", key="a", phone=PHONE)
    run, page = upload_csv(
        ada, [import_row("a", name="Quiet House", phone="406-555-0101")]
    )
    ada.post(page, {"_apply": "1"})
    RemovalRequest.objects.create(name="Another", phone=PHONE)
    run.refresh_from_db()

    done, left = undo_import(run)

    assert (done, left) == (0, ["Quiet House"])
    listing.refresh_from_db()
    assert listing.phone.as_e164 == "+14065550101"


def test_removal_request_stores_every_number_of_the_listing():
    line = warmline(
        phone="+14065550150", toll_free="+18005550151", tty="+14065550152",
        videophone="+14065550153", sms_number="406-555-0154",
    )  # fmt: skip

    workflow.remove_on_request(line, "asked")

    numbers = {one.phone.as_e164 for one in RemovalRequest.objects.all()}
    assert numbers == {
        "+14065550150", "+18005550151", "+14065550152", "+14065550153", "+14065550154",
    }  # fmt: skip


def test_page_of_a_removed_listing_reveals_neither_name_nor_status(client, removed):
    for prefix in ("", "/es"):
        response = client.get(prefix + removed.get_absolute_url())

        page = response.content.decode()
        assert response.status_code == 410
        for words in ("Quiet House", "has closed", "asked", "ha cerrado"):
            assert words not in page
    assert (
        "no longer in our directory"
        in client.get(removed.get_absolute_url()).content.decode()
    )


def test_listing_may_come_back_after_its_request_is_deleted(removed):
    RemovalRequest.objects.all().delete()

    workflow.publish(removed)

    assert public_names() == {"Quiet House"}


@pytest.mark.parametrize(
    "query",
    [
        "search=quiet+house",
        "search=hidden",
        "taxonomy_term_id=peer_run",
        "postcode=59301&proximity=10",
        "postcode=59301&proximity=1000",
    ],
)
@pytest.mark.parametrize("reason", ["removed", "closed"])
def test_api_finds_nothing_by_the_facts_of_a_removed_listing(client, query, reason):
    gone = organization(
        name="Quiet House", summary="hidden words", at=place("59301"), phone=PHONE
    )
    if reason == "removed":
        workflow.remove_on_request(gone, "asked")
    else:
        gone.close(reason="The house was sold.")
    since = timezone.now().date().replace(year=2020)

    entities = ("services", "organizations", "service_at_locations")
    for entity in entities[-1:] if "postcode" in query else entities:
        answer = client.get(f"/api/{entity}?modified_after={since}&{query}")
        if answer.status_code == 200:
            assert answer.json()["contents"] == [], (entity, query)
            assert str(gone.uuid) not in answer.content.decode()
    alone = client.get(f"/api/organizations?modified_after={since}").json()["contents"]
    assert [row["status"] for row in alone if "status" in row] in (["defunct"], [])
    assert "Quiet House" not in str(alone)
