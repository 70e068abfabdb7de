"""Checked facts and removal requests survive imports, merges and undos."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from curation.audit_trail import restore_revision
from curation.models import Check, DuplicatePair, LinkCheck, Reminder, Suggestion
from curation.views import _apply_confirmation
from curation.workflow import (
    ActionRefused,
    accept,
    merge,
    record_check,
    remove_on_request,
)
from listings.exchange.importing import FACT_FIELDS
from listings.field_values import apply_facts
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.curation.helpers import (
    csv_file,
    import_row,
    upload_csv,
)
from tests.factories import organization, place

pytestmark = pytest.mark.django_db
OLD, NEW = "+14065550100", "+14065550111"


def checked(listing, by, *facts, days=0):
    on = timezone.localdate() - timedelta(days=days)
    return record_check(
        listing, how="called", outcome="right", facts=facts, by=by, on=on
    )


def apply_csv(ada, *rows):
    """Apply an import of these rows. Return the run and the address of its page."""
    run, page = upload_csv(ada, list(rows))
    ada.post(page, {"_apply": "1"})
    return run, page


def phone_of(listing):
    return Organization.objects.get(pk=listing.pk).phone.as_e164


def hidden_fields(page):
    """Return the hidden fields of the page; of several forms the last one counts."""
    boxes = r'<input type="hidden" name="(\w+)" value="([^"]*)"'
    return dict(re.findall(boxes, page.content.decode()))


def test_import_keeps_a_fact_that_an_earlier_check_covered(ada):
    listing = organization(key="a", name="Example a", phone=OLD, at=place("59301"))
    checked(listing, ada.user, "phone", days=3)
    checked(Organization.objects.get(), ada.user, "website")

    apply_csv(ada, import_row("a", phone=NEW))

    assert phone_of(listing) == OLD
    assert Organization.objects.get().checked_facts == ["website"]


def test_two_checks_on_one_day_are_combined(ada):
    listing = organization()
    checked(listing, ada.user, "website")
    checked(listing, ada.user, "phone")

    assert Organization.objects.get().checked_facts == ["phone", "website"]


def test_check_recorded_late_does_not_replace_a_newer_one(ada):
    listing = organization()
    checked(listing, ada.user, "phone")
    due = Organization.objects.get().check_due_on
    checked(listing, ada.user, "website", days=60)

    now = Organization.objects.get()
    assert (now.checked_on, now.checked_facts) == (timezone.localdate(), ["phone"])
    assert now.check_due_on == due
    assert Check.objects.for_listing(now).count() == 2


def test_undo_leaves_rows_that_were_checked_since(ada):
    listing = organization(key="a", name="Example a", phone=OLD, at=place("59301"))
    _run, page = apply_csv(ada, import_row("a", phone=NEW))
    checked(listing, ada.user, "phone")

    words = ada.post(page, {"_undo": "1"}, follow=True).content.decode()

    assert phone_of(listing) == NEW
    assert "1 rows were changed or checked since, and stay: Example a" in words


@pytest.mark.parametrize("work", ["suggestion", "branch"])
def test_undo_leaves_rows_with_a_suggestion_or_a_branch(ada, work):
    _run, page = apply_csv(ada, import_row("a"), import_row("b"))
    listing = Organization.objects.get(key="a")
    if work == "suggestion":
        Suggestion.objects.create(
            listing=listing, kind="change", changes={"phone": NEW}
        )
    else:
        organization(name="Made by hand", parent=listing, key="c")

    ada.post(page, {"_undo": "1"})

    assert Organization.objects.filter(key="a").exists()
    assert not Organization.objects.filter(key="b").exists()


def test_undo_deletes_branches_link_checks_and_pairs(ada):
    branch = {"branch_of": "Example a", "name": "Example a", "city": "Terry"}
    _run, page = apply_csv(
        ada,
        import_row("a"),
        import_row("b", **branch),
        import_row("c", name="Example a"),
    )
    call_command("find_duplicates")
    LinkCheck.objects.create(
        listing=Organization.objects.get(key="a"),
        field="website",
        url="https://example.org/",
        checked_at=timezone.now(),
    )
    assert DuplicatePair.objects.exists()

    ada.post(page, {"_undo": "1"})

    assert not Organization.objects.exists()
    assert not DuplicatePair.objects.exists()
    assert not LinkCheck.objects.exists()


def test_suggestion_about_a_deleted_listing_cannot_be_accepted(ada):
    listing = organization()
    created = Suggestion.objects.create(
        listing=listing, kind="change", changes={"phone": NEW}
    )
    listing.delete()

    with pytest.raises(ActionRefused):
        accept(created, ["phone"], ada.user)


def test_suggestion_is_not_accepted_if_the_listing_changed_since(ada):
    listing = organization(phone=OLD)
    created = Suggestion.objects.create(
        listing=listing, kind="change", changes={"phone": NEW}
    )
    address = f"/admin/curation/suggestion/{created.pk}/change/"
    seen = {"fact": ["phone"], "reason": "", "answer": "", "version": listing.version}
    apply_facts(listing, {"phone": "+14065550155"})

    refused = ada.post(address, seen)
    assert "changed this listing while you worked" in refused.content.decode()
    assert phone_of(listing) == "+14065550155"

    shown = refused.context["version"]
    assert ada.post(address, seen | {"version": shown}).status_code == 302
    assert phone_of(listing) == NEW


def test_listings_are_not_merged_if_one_changed_since(ada):
    keep = organization(name="Example a", phone=OLD)
    drop = organization(name="Example b", phone=NEW)
    address = f"/admin/orgs/organization/merge/{keep.pk}/{drop.pk}/"
    sent = {"keep": keep.pk, "fact_phone": drop.pk}
    opened = hidden_fields(ada.get(address))
    apply_facts(keep, {"phone": "+14065550155"})

    refused = ada.post(address, sent | opened, follow=True)
    assert "changed this listing while you worked" in refused.content.decode()
    assert phone_of(keep) == "+14065550155"

    done = ada.post(address, sent | hidden_fields(refused), follow=True)
    assert "are merged" in done.content.decode()
    assert phone_of(keep) == NEW


def test_facts_are_not_restored_if_the_listing_changed_since(ada):
    listing = organization(phone=OLD)
    apply_facts(listing, {"phone": NEW})
    address = f"/admin/orgs/organization/{listing.pk}/history/"
    opened = hidden_fields(ada.get(address))
    apply_facts(listing, {"phone": "+14065550155"})

    refused = ada.post(address, opened, follow=True)
    assert "changed this listing while you worked" in refused.content.decode()
    assert phone_of(listing) == "+14065550155"

    ada.post(address, hidden_fields(refused))
    assert phone_of(listing) == OLD


def test_next_import_does_not_undo_a_merge(ada):
    keep = organization(key="a", name="Example a", slug="example-a")
    drop = organization(key="b", name="Example b", slug="example-b")
    merge(keep, drop, [])

    apply_csv(ada, import_row("a"), import_row("b"))

    public = Organization.objects.public()
    assert [listing.key for listing in public] == ["a"]
    assert ada.get("/orgs/example-b/").status_code == 301


def test_new_listing_gets_no_slug_that_redirects(ada):
    keep, drop = organization(slug="example-a"), organization(slug="example-b")
    merge(keep, drop, [])

    apply_csv(ada, import_row("c", name="Example b"))
    created = organization(name="Example b", slug="")

    assert Organization.objects.get(key="c").slug != "example-b"
    assert created.slug != "example-b"
    assert ada.get("/orgs/example-b/").headers["Location"] == "/orgs/example-a/"


def test_mailed_link_of_a_duplicate_leads_to_the_target_of_the_merge(ada):
    keep = organization(email="a@example.org")
    drop = organization(email="a@example.org")
    reminder = Reminder.objects.create(listing=drop, sent_to="a@example.org")
    merge(keep, drop, [])

    _apply_confirmation(Reminder.objects.get(pk=reminder.pk), "remove", None)

    assert not Organization.objects.public().exists()
    assert RemovalRequest.objects.get().phone == keep.phone


def test_merge_that_takes_the_street_takes_the_point(ada):
    keep = organization(at=place("59301"))
    drop = organization(at=place("59801"))
    merge(keep, drop, ["city", "zip_code"])

    now = Organization.objects.get(pk=keep.pk)
    assert (now.city, now.latitude, now.county_id) == (
        drop.city,
        drop.latitude,
        drop.county_id,
    )


def test_restoring_an_address_restores_its_point(ada):
    listing = organization(at=place("59301"))
    first = listing.history.latest("history_id")
    was = (listing.city, listing.latitude, listing.county_id)
    there = place("59801")
    listing.city, listing.zip_code = there.name, there.code
    listing.geocode()
    listing.version += 1
    listing.save()

    restore_revision(listing, str(first.history_id), "put back")

    now = Organization.objects.get()
    assert (now.city, now.latitude, now.county_id) == was


def test_import_does_not_change_the_parent_of_a_checked_listing(ada):
    parent = organization(name="Parent", key="p")
    listing = organization(key="a", name="Example a", phone=OLD, parent=parent)
    checked(listing, ada.user, *FACT_FIELDS)

    apply_csv(ada, import_row("a", branch_of="Somebody else"))

    assert Organization.objects.get(key="a").parent == parent
    assert Organization.objects.get(key="a").host == ""


def test_import_with_an_empty_parent_keeps_it_and_a_new_host_is_a_change(ada):
    parent = organization(name="Parent", key="p")
    listing = organization(key="a", name="Example a", parent=parent)
    apply_csv(ada, import_row("a"))
    assert Organization.objects.get(key="a").parent == parent

    before = Organization.objects.get(key="a").version
    apply_csv(ada, import_row("a", branch_of="Somebody else"))

    now = Organization.objects.get(pk=listing.pk)
    assert (now.parent, now.host) == (None, "Somebody else")
    assert now.version > before


def test_listing_with_only_an_email_can_be_removed_on_request(ada):
    listing = organization(phone="", email="a@example.org")

    remove_on_request(listing, "asked")

    assert not Organization.objects.public().exists()
    assert RemovalRequest.objects.get().key == f"uuid:{listing.uuid}"


@pytest.mark.parametrize(
    "cells",
    [
        {"phone": "(406) 555-0111", "website": ""},
        {"phone": "+1 406 555 0111", "website": ""},
        {"phone": "", "website": "https://example.org/us"},
        {"phone": "", "website": "http://www.example.org/us/"},
    ],
)
def test_import_does_not_bring_back_a_removed_listing(ada, cells):
    remove_on_request(
        organization(phone=NEW, website="https://example.org/us/"), "asked"
    )

    apply_csv(ada, import_row("x", **cells))

    assert not Organization.objects.filter(key="x").exists()


def test_upload_of_too_many_rows_is_refused(ada, monkeypatch):
    monkeypatch.setattr("curation.import_preview.MAX_UPLOAD_ROWS", 1)
    form = {
        "kind": "organizations",
        "file": csv_file([import_row("a"), import_row("b")]),
    }

    page = ada.post("/admin/curation/importrun/new/", form).content.decode()

    assert "The file has 2 rows. At most 1 can be imported here." in page
    assert not Organization.objects.exists()


def test_removed_listing_is_recognized_by_either_number():
    listing = organization(phone="+14065550100", toll_free="+18005550100")

    remove_on_request(listing, "asked")

    for number in ("(406) 555-0100", "800-555-0100"):
        assert RemovalRequest.objects.matching(Organization(phone=number))
