"""The content version increases with each change of a published fact, and only then."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import F

from caching import content_version
from caching.invalidation import track_m2m_changes
from caching.models import DirectoryVersion
from curation import workflow
from curation.models import Check, Suggestion
from listings.exchange.workflow import import_text
from listings.field_values import apply_facts
from listings.models import Term
from orgs.models import Organization
from tests.caching.transactions import commit
from tests.conftest import ROOT
from tests.factories import (
    credential,
    guide,
    organization,
    person,
    place,
    state,
    term,
    warmline,
)

pytestmark = pytest.mark.django_db


def version_increase(act, *args, **options):
    before = commit()
    act(*args, **options)
    return commit() - before


def save(row, **facts):
    for name, fact in facts.items():
        setattr(row, name, fact)
    row.save()


@pytest.mark.parametrize(
    "facts",
    [
        {"phone": "+14065550199"},
        {"summary": "New words"},
        {"hours": "24/7", "timezone": "America/Denver"},
        {"status": "temporarily_closed"},
        {"status": "draft"},
        {"slug": "renamed"},
        {"public_warning": "It may have moved."},
        {"source_seen": "2026-01"},
        {"checked_on": "2026-05-03", "checked_how": "confirmed"},
        {"latitude": 46.0, "longitude": -105.0},
        {"street": "1 Main Street"},
        {"parent_id": None, "address_withheld": True, "latitude": None},
    ],
)
def test_changed_fact_of_a_public_listing_bumps_version(facts):
    listing = organization(at=place("59301"))
    if "latitude" in facts and facts["latitude"] is None:
        facts |= dict.fromkeys(("longitude", "x", "y", "z")) | {"precision": ""}

    assert version_increase(save, listing, **facts) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"internal_note": "Ask for Ada"},
        {"check_due_on": "2027-01-01"},
        {"key": "file:1"},
        {"version": 7},
    ],
)
def test_changed_internal_field_does_not_bump_version(facts):
    listing = organization(at=place("59301"))

    assert version_increase(save, listing, **facts) == 0


def test_draft_bumps_version_only_when_published():
    listing = organization(status="draft")

    assert version_increase(save, listing, summary="New words") == 0
    assert version_increase(listing.publish) == 1


def test_closed_listing_bumps_version_for_facts_its_page_shows():
    listing = organization(status="closed", closure_reason="Moved")

    assert version_increase(save, listing, phone="+14065550199") == 0
    assert version_increase(save, listing, closure_reason="The house was sold") == 1


def test_changed_withheld_street_does_not_bump_version():
    listing = organization(address_withheld=True, street="13 Hidden Lane")

    assert version_increase(save, listing, street="14 Hidden Lane") == 0
    assert version_increase(save, listing, city="Miles City") == 1


def test_terms_areas_and_facts_bump_version_once():
    listing = organization()
    facts = {"terms": ["language:es"], "service_area": "Montana", "summary": "New"}

    assert version_increase(apply_facts, listing, facts) == 1
    assert version_increase(apply_facts, listing, facts) == 0
    assert version_increase(apply_facts, listing, {"service_area": "Idaho"}) == 1


def test_changed_service_area_bumps_version():
    listing = warmline()

    with track_m2m_changes(listing, "service_area"):
        listing.service_area.set([state("MT")])

    assert content_version.current_or_none() is None


def test_curation_bumps_version_only_for_public_changes():
    ada = person()
    listing = organization()
    right = {"how": "called", "outcome": "right", "by": ada}

    assert version_increase(workflow.claim, listing, ada) == 0
    assert version_increase(workflow.release, listing) == 0
    nobody = {**right, "outcome": Check.Outcome.NO_ANSWER}
    assert version_increase(workflow.record_check, listing, **nobody) == 0
    assert version_increase(workflow.record_check, listing, **right) == 1
    assert version_increase(workflow.merge, organization(), listing, []) == 1


def test_suggestion_bumps_version_only_when_accepted():
    listing = organization()
    waiting = {"kind": "change", "changes": {"summary": "New"}, "listing": listing}

    before = commit()
    suggestion = Suggestion.objects.create(**waiting)
    assert commit() == before
    assert version_increase(workflow.accept, suggestion, ["summary"], person()) == 1


def test_import_bumps_version_once_and_not_without_changes():
    text = (ROOT / "fixtures/warmlines.csv").read_text(encoding="utf-8")

    assert version_increase(import_text, "warmlines", text) == 1
    assert version_increase(import_text, "warmlines", text) == 0


def test_dry_run_and_rollback_do_not_bump_version():
    text = (ROOT / "fixtures/warmlines.csv").read_text(encoding="utf-8")

    def in_vain():
        with transaction.atomic():
            organization()
            transaction.set_rollback(True)

    assert version_increase(import_text, "warmlines", text, dry_run=True) == 0
    assert version_increase(in_vain) == 0


def test_terms_guides_and_credentials_bump_version():
    word, page, credential_row = term("language", "es"), guide(), credential()

    assert version_increase(save, word, label_es="Castellano") == 1
    assert version_increase(save, word) == 0
    assert version_increase(save, page, summary="Other words.") == 1
    assert version_increase(save, page, version=9) == 0
    assert version_increase(save, page, status="draft") == 1
    assert version_increase(save, page, summary="More words.") == 0
    assert version_increase(save, credential_row, training_hours=40) == 1
    assert (
        version_increase(Term.objects.create, kind="service", slug="new", label="N")
        == 1
    )


def test_delete_bumps_version_if_row_was_public():
    assert version_increase(organization().delete) == 1
    assert version_increase(organization(status="draft").delete) == 0


def test_terms_saved_in_the_admin_bump_version(client):
    ada = person(role="Curator")
    listing = organization(summary="Words")
    client.force_login(ada)
    page = client.get(f"/admin/orgs/organization/{listing.pk}/change/")
    filled = page.context["adminform"].form
    data = {
        name: filled[name].value() or ""
        for name in filled.fields
        if not isinstance(filled[name].value(), bool | list)
    }

    before = commit()
    data["terms"] = [term("language", "es").pk]
    client.post(f"/admin/orgs/organization/{listing.pk}/change/", data)

    assert [str(t.slug) for t in listing.terms.all()] == ["es"]
    assert commit() == before + 1


def test_version_is_none_while_a_transaction_changes_facts():
    assert commit() is not None
    with transaction.atomic():
        organization()
        assert content_version.current_or_none() is None
        transaction.set_rollback(True)
    assert content_version.current_or_none() is not None


def test_terms_deleted_in_the_admin_bump_version(client):
    client.force_login(person(is_superuser=True))
    word = Term.objects.create(kind="service", slug="new", label="New")
    chosen = {"action": "delete_selected", "_selected_action": [word.pk], "post": "yes"}

    before = commit()
    client.post("/admin/listings/term/", chosen)

    assert not Term.objects.filter(slug="new").exists()
    assert commit() == before + 1


def test_version_is_read_at_most_once_a_second(django_assert_num_queries):
    commit()
    with django_assert_num_queries(0):
        content_version.current_or_none()
    content_version.invalidate()
    with django_assert_num_queries(1):
        content_version.current_or_none()
        content_version.current_or_none()
    assert Organization.objects.count() == 0


def test_pinned_version_stays_the_same(monkeypatch):
    """Rows that were read earlier must not be cached under a later version."""
    monkeypatch.setattr(content_version, "RECHECK_SECONDS", -1.0)
    organization()
    commit()

    def bump_directly():
        row = DirectoryVersion.objects.filter(pk=DirectoryVersion.ONLY)
        row.update(number=F("number") + 1)

    before = content_version.current().number
    with content_version.pin_version():
        assert content_version.current().number == before
        bump_directly()
        assert content_version.current().number == before
        content_version.invalidate()
        assert content_version.current().number == before + 1
        bump_directly()
    assert content_version.current().number == before + 2
