"""A colleague changes something while a page is open: no choice and no fact is lost."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.forms import NullBooleanField
from django.utils import timezone

from curation import workflow
from curation.audit_trail import restore_revision
from curation.models import DuplicatePair, LinkCheck, Reminder, Suggestion
from listings.field_values import apply_facts
from listings.models import Listing
from orgs.models import Organization
from tests.curation.helpers import (
    SAME_ORIGIN,
    form_stamp,
    form_values,
    submitted_data,
)
from tests.factories import guide, organization, person, place, state, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db
OLD, NEW = "+14065550100", "+14065550111"


def checked_facts(page):
    return set(re.findall(r'name="fact" value="(\w+)" id="[^"]*" checked', page))


def decide(client, suggestion, **sent):
    """Open the page of a suggestion, run `between`, and post the form."""
    address = f"/admin/curation/suggestion/{suggestion.pk}/change/"
    between = sent.pop("between", None)
    seen = client.get(address).context["version"]
    if between:
        between()
    return client.post(address, {"version": seen, "_accept": "1"} | sent)


def propose_check(client, listing, **facts):
    """Propose a check as a volunteer, and return the suggestion."""
    client.force_login(person("bo", "Volunteer"))
    sheet = f"/admin/orgs/organization/{listing.pk}/call/"
    client.post(sheet, form_values(client.get(sheet)) | facts)
    client.force_login(client.user)
    return Suggestion.objects.get()


def test_refused_accept_keeps_the_checked_facts(ada):
    listing = organization(phone=OLD, email="old@example.org")
    suggestion = Suggestion.objects.create(
        kind="change",
        listing=listing,
        changes={"phone": NEW, "email": "new@example.org"},
    )
    there = f"/admin/curation/suggestion/{suggestion.pk}/change/"
    assert checked_facts(ada.get(there).content.decode()) == {"phone", "email"}

    def colleague():
        apply_facts(listing, {"summary": "A colleague's word"})

    page = decide(ada, suggestion, fact=["email"], between=colleague).content.decode()

    assert "changed this listing while you worked" in page
    assert checked_facts(page) == {"email"}


def test_answer_typed_while_a_colleague_decides_is_shown_again(ada):
    suggestion = Suggestion.objects.create(
        kind="problem", listing=organization(), sender_email="a@example.org"
    )

    def colleague():
        workflow.decline(suggestion, "no", person("bo"))

    page = decide(ada, suggestion, answer="A long answer", between=colleague)

    assert "bo has decided this already." in page.content.decode()
    assert "A long answer" in page.content.decode()


def test_report_can_be_accepted_after_its_listing_was_edited(ada):
    for about in (organization(phone=OLD), guide()):
        suggestion = Suggestion.objects.create(kind="problem", listing=about)

        def mend(about=about):
            about.version += 1
            about.save()

        assert decide(ada, suggestion, between=mend).status_code == 302


def test_check_by_a_volunteer_is_refused_if_the_checked_fact_changed(ada):
    listing = organization(phone=OLD, service_area=[state("MT")])
    waiting = propose_check(ada, listing, outcome="right", facts=["phone"])

    def colleague():
        apply_facts(Organization.objects.get(), {"phone": NEW})

    first = decide(ada, waiting, between=colleague).content.decode()
    again = decide(ada, waiting).content.decode()

    assert "changed this listing while you worked" in first
    assert "What was checked has changed since then." in again
    listing.refresh_from_db()
    assert listing.checked_on is None


def test_check_by_a_volunteer_is_accepted_if_another_fact_changed(ada):
    listing = organization(phone=OLD, service_area=[state("MT")])
    facts = ["phone", "service_area", "offers"]
    waiting = propose_check(ada, listing, outcome="right", facts=facts)
    apply_facts(Organization.objects.get(), {"email": "new@example.org"})

    assert decide(ada, waiting).status_code == 302
    listing.refresh_from_db()
    assert listing.checked_facts == facts


def test_check_of_offers_is_refused_if_the_summary_changed(ada):
    listing = organization(summary="Groups on Monday")
    waiting = propose_check(ada, listing, outcome="right", facts=["offers"])
    apply_facts(Organization.objects.get(), {"summary": "Groups on Friday"})

    page = decide(ada, waiting).content.decode()

    assert "What was checked has changed since then." in page
    listing.refresh_from_db()
    assert listing.checked_on is None


def test_check_without_an_answer_is_accepted_whatever_changed(ada):
    listing = organization(phone=OLD)
    waiting = propose_check(ada, listing, outcome="no_answer")
    apply_facts(Organization.objects.get(), {"phone": NEW})

    assert decide(ada, waiting).status_code == 302
    listing.refresh_from_db()
    assert listing.check_due_on > timezone.localdate()


def test_check_does_not_make_a_closed_listing_public(ada):
    listing, merged = organization(), organization()
    paused = {"how": "called", "outcome": "paused", "closure_reason": "On holiday"}
    waiting = propose_check(ada, listing, **paused)
    workflow.remove_on_request(listing, "asked")
    workflow.merge(organization(phone="+14065550103"), merged, [])

    assert "This listing is closed." in decide(ada, waiting).content.decode()
    sheet = f"/admin/orgs/organization/{merged.pk}/call/"
    page = ada.post(sheet, form_values(ada.get(sheet)) | paused).content.decode()
    assert "This listing is closed." in page
    assert "On holiday" in page
    for gone in (listing, merged):
        gone.refresh_from_db()
        assert gone.status == Listing.Status.CLOSED


def test_older_check_does_not_close_a_listing_with_a_newer_check():
    listing = organization()
    called = {"how": "called", "by": person()}
    workflow.record_check(listing, outcome="right", facts=["phone"], **called)
    before = timezone.localdate() - timedelta(days=60)

    workflow.record_check(
        listing, outcome="closed", closure_reason="Gone", on=before, **called
    )

    listing.refresh_from_db()
    assert listing.status == Listing.Status.PUBLISHED


def test_removed_listing_is_not_restored_or_published(ada):
    listing = organization()
    first = str(listing.history.latest("history_id").pk)
    workflow.remove_on_request(listing, "asked")

    with pytest.raises(workflow.ActionRefused, match="asked not to be listed"):
        restore_revision(listing, first, "put back")
    page = ada.post(
        "/admin/orgs/organization/",
        {"action": "publish_selected", "_selected_action": [listing.pk]},
        follow=True,
    ).content.decode()

    assert "0 done." in page
    assert "asked not to be listed" in page
    assert not Organization.objects.public().exists()


def test_empty_correction_does_not_use_up_the_mailed_link(client):
    listing = organization(at=place("59301"), email="a@example.org")
    reminder = Reminder.objects.create(listing=listing, sent_to="a@example.org")
    there = f"/confirm/{reminder.token}/"
    nothing = submitted_data(client.get(there), act="correct")

    page = client.post(there, nothing, headers=SAME_ORIGIN).content.decode()

    assert "Nothing is changed yet." in page
    assert not Suggestion.objects.exists()
    client.post(there, nothing | {"words": "We moved."}, headers=SAME_ORIGIN)
    assert Suggestion.objects.get().words == "We moved."


def test_page_after_a_removal_has_no_link_to_the_listing(client):
    listing = organization(email="a@example.org", slug="ours")
    reminder = Reminder.objects.create(listing=listing, sent_to="a@example.org")
    sure = {"act": "remove", "sure": "1", "stamp": form_stamp()}

    page = client.post(f"/confirm/{reminder.token}/", sure, headers=SAME_ORIGIN)

    assert "off the directory" in page.content.decode()
    assert 'href="/orgs/ours/"' not in page.content.decode()


def test_proposal_without_a_change_is_refused(client):
    client.force_login(person("bo", "Volunteer"))
    listing = organization(at=place("59301"), phone=OLD)
    there = f"/admin/orgs/organization/{listing.pk}/propose/"
    values = {True: "true", False: "false", None: "unknown"}
    sent = {
        box.html_name: values[box.value()]
        if isinstance(box.field, NullBooleanField)
        else getattr(box.value(), "as_e164", box.value())
        for box in client.get(there).context["form"]
        if box.value() is not None or isinstance(box.field, NullBooleanField)
    }

    page = client.post(there, sent).content.decode()

    assert "Nothing is changed yet." in page
    assert not Suggestion.objects.exists()
    apply_facts(listing, {"phone": NEW})
    page = client.post(there, sent | {"email": "typed@example.org"}).content.decode()
    assert "What changed while you worked on it" in page
    assert "typed@example.org" in page


def test_date_that_a_colleague_cleared_is_an_empty_field(ada):
    read = guide(reviewed_on=date(2026, 1, 5), reviewed_by="A nurse")
    there = f"/admin/guides/guide/{read.pk}/change/"
    form = ada.get(there).context["adminform"].form
    data = {box.html_name: box.value() for box in form if box.value() is not None}
    read.reviewed_on, read.reviewed_by = None, ""
    read.version += 1
    read.save()

    page = ada.post(there, data | {"title": "My words"})

    assert page.context["adminform"].form["reviewed_on"].value() == ""


def test_corrected_link_leaves_the_queue(ada):
    listing = organization(website="https://gone.example.org/")
    LinkCheck.objects.create(
        listing=listing,
        field="website",
        url=listing.website,
        checked_at=timezone.now(),
        problem="answers 404",
        failures=2,
    )
    assert b'data-queue-section="link-organization"' in ada.get("/admin/").content

    apply_facts(listing, {"website": "https://here.example.org/"})

    assert b'data-queue-section="link-organization"' not in ada.get("/admin/").content


def test_state_curator_sees_only_pairs_that_they_can_merge(client):
    here, away = (
        warmline(service_area=[state("MT")]),
        warmline(service_area=[state("WY")]),
    )
    near = warmline(service_area=[state("MT")])
    kind = ContentType.objects.get_for_model(Warmline)
    for other in (away, near):
        DuplicatePair.objects.create(
            content_type=kind, first_id=here.pk, second_id=other.pk
        )
    client.force_login(person("cy", "State curator", ["MT"]))

    pair = DuplicatePair.objects.get(second_id=near.pk)
    hidden = DuplicatePair.objects.get(second_id=away.pk)

    there = "/admin/curation/duplicatepair/{}/change/"
    assert client.get(there.format(pair.pk), follow=True).status_code == 200
    assert client.get(there.format(hidden.pk)).status_code == 404


def test_action_on_all_listings_of_a_large_catalog(ada):
    Organization.objects.bulk_create(
        Organization(name=f"N {n}", slug=f"n-{n}", kind="peer_run", phone=OLD)
        for n in range(1_001)
    )
    there = "/admin/orgs/organization/?status__exact=draft"
    first = Organization.objects.values_list("pk", flat=True)[:1]
    action = {
        "action": "close_selected",
        "_selected_action": first,
        "select_across": "1",
    }

    text = ada.post(there, action).content.decode()
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    sent = {n: v for n, v in hidden if n != "csrfmiddlewaretoken"}
    page = ada.post(there, sent | {"closure_reason": "Test"}, follow=True)

    assert "1,001 listings:" in text
    assert "1001 done." in page.content.decode()
