"""The call sheet: facts, corrections and the outcome of a check on one page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation import workflow
from curation.models import Check, Suggestion
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.curation.helpers import form_values
from tests.factories import meeting, organization, person, place, warmline

pytestmark = pytest.mark.django_db
LIST = "/admin/orgs/organization/"


def sheet_path(listing, query="queue=due"):
    opts = listing._meta
    return f"/admin/{opts.app_label}/{opts.model_name}/{listing.pk}/call/?{query}"


def fill(client, listing, query="queue=due", **typed):
    """Send the sheet of a listing as a browser does, with these changes."""
    data = form_values(client.get(sheet_path(listing, query)))
    button = {"_next": "1"} if "_save" not in typed else {}
    return client.post(sheet_path(listing, query), data | button | typed)


def due(name, days_ago=1, **facts):
    """Create a listing that has been due for some days."""
    on = timezone.localdate() - timedelta(days=days_ago)
    return organization(name=name, check_due_on=on, **facts)


def test_sheet_shows_every_fact_with_a_field_links_and_the_time_there(ada):
    listing = organization(
        at=place("59301"),
        email="a@example.org",
        website="https://example.org/",
        toll_free="+18005550101",
        timezone="America/Denver",
        internal_note="Ask for Jo",
    )

    with time_machine.travel("2026-11-30T16:15:00Z"):
        page = ada.get(sheet_path(listing)).content.decode()

    # Some spaces in times do not break.
    assert re.search(r"It(&#x27;|')s 9:15\s*a\.?m\.? there, Monday \(Mountain", page)
    for link in ("tel:+14065550101", "tel:+18005550101", "mailto:a@example.org"):
        assert f'href="{link}"' in page
    assert 'href="https://example.org/"' in page
    for name in ("name", "phone", "tty", "hours", "street", "city", "zip_code"):
        assert f'name="{name}"' in page
    assert "Ask for Jo" in page


def test_fact_without_a_value_cannot_be_confirmed_as_shown(ada):
    listing = organization(timezone="America/Denver")

    page = ada.get(sheet_path(listing)).content.decode()
    fill(ada, listing, outcome="right", all_as_shown="on")

    assert 'value="phone" id="fact-phone"' in page
    assert 'id="fact-hours"' not in page
    assert Check.objects.get().facts == ["name", "phone", "offers"]


def test_corrected_phone_is_saved_checked_and_leads_to_the_next_due_listing(ada):
    first, second = due("First", 20), due("Second", 10)

    sent = fill(
        ada, first, outcome="right", all_as_shown="on", phone="(406) 555-0150 ext. 7"
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.phone == "+14065550150;ext=7"
    assert "phone" in first.checked_facts
    assert Check.objects.get().outcome == "corrected"
    assert sent["Location"] == sheet_path(second)
    assert second.claimed_by == ada.user


def test_outcome_corrected_without_a_change_is_refused_and_nothing_typed_is_lost(ada):
    listing = organization()

    page = fill(
        ada, listing, outcome="corrected", all_as_shown="on", note="Typed"
    ).content.decode()

    assert "No fact has changed" in page
    assert 'value="Typed"' in page


def test_wrong_field_gets_its_message_and_the_check_is_not_recorded(ada):
    listing = organization()

    page = fill(
        ada, listing, outcome="right", all_as_shown="on", phone="555-0100", note="Typed"
    ).content.decode()

    assert "Add the area code" in page
    assert 'value="555-0100"' in page
    assert 'value="Typed"' in page
    assert not Check.objects.exists()


def test_right_without_a_checked_fact_is_refused(ada):
    listing = organization()

    page = fill(ada, listing, outcome="right").content.decode()

    assert "Check the facts that you confirmed." in page
    assert not Check.objects.exists()


@pytest.mark.parametrize("outcome", ["no_answer", "message"])
def test_attempt_without_an_answer_brings_the_listing_back_and_is_shown(ada, outcome):
    listing = due("Silent")

    fill(ada, listing, outcome=outcome, note="Rang ten times")

    listing.refresh_from_db()
    assert listing.checked_on is None
    assert listing.check_due_on == timezone.localdate() + timedelta(days=14)
    page = ada.get(sheet_path(listing)).content.decode()
    assert "Rang ten times" in page


def test_checked_facts_without_an_answer_are_refused(ada):
    page = fill(
        ada, organization(), outcome="no_answer", facts=["phone"]
    ).content.decode()

    assert "You checked facts but reached nobody" in page


def test_organization_that_asks_to_leave_is_closed_and_stays_out(ada):
    listing = organization(website="https://example.org/")

    fill(ada, listing, outcome="removed", note="Jo asked by phone")

    listing.refresh_from_db()
    assert listing.status == "closed"
    assert RemovalRequest.objects.get().reason == "Jo asked by phone"
    assert Check.objects.get().outcome == "removed"
    with pytest.raises(workflow.ActionRefused):
        workflow.publish(listing)


def test_right_about_a_paused_listing_asks_whether_it_is_open_again(ada):
    listing = organization(status="temporarily_closed", closure_reason="Flood")

    page = fill(ada, listing, outcome="right", all_as_shown="on").content.decode()
    fill(ada, listing, outcome="reopened", all_as_shown="on")

    listing.refresh_from_db()
    assert "This listing is closed for now." in page
    assert (listing.status, listing.closure_reason) == ("published", "")


def test_day_long_ago_is_refused(ada):
    page = fill(
        ada, organization(), outcome="right", all_as_shown="on", on="1999-01-01"
    ).content.decode()

    assert "Enter a day in the last 12 months." in page


def test_opening_pages_takes_nothing_and_start_takes_the_longest_due(ada):
    later, first = due("Later", 1), due("First", 30)

    for path in (
        sheet_path(first),
        f"{LIST}start/?queue=due",
        f"{LIST}{first.pk}/start/",
    ):
        ada.get(path)
    assert not Organization.objects.exclude(claimed_by=None).exists()
    sent = ada.post(f"{LIST}start/?queue=due")

    first.refresh_from_db()
    later.refresh_from_db()
    assert (first.claimed_by, later.claimed_by) == (ada.user, None)
    assert sent["Location"] == sheet_path(first)


def test_start_and_next_pass_over_what_others_have_and_keep_the_filters(ada):
    montana, query = {"at": place("59301")}, "queue=due&state=MT"
    taken = due("Taken", 40, **montana)
    due("Other State", 30, at=place("02139"))
    first, second = due("First", 20, **montana), due("Second", 10, **montana)
    workflow.claim(taken, person("bo"))

    start = ada.post(f"{LIST}start/?{query}")
    after = fill(ada, first, query, outcome="right", all_as_shown="on")
    last = fill(ada, second, query, outcome="no_answer")

    assert start["Location"] == sheet_path(first, query)
    assert after["Location"] == sheet_path(second, query)
    assert last["Location"] == "/admin/"


def test_skipped_listing_is_released_and_offered_after_the_others(ada):
    first, second = due("First", 20), due("Second", 10)
    workflow.claim(first, ada.user)

    sent = ada.post(sheet_path(first), {"_skip": "1"})
    again = ada.post(sheet_path(second), {"_skip": "1"})

    first.refresh_from_db()
    assert sent["Location"] == sheet_path(second)
    assert again["Location"] == sheet_path(first)
    assert not Check.objects.exists()


def test_others_see_who_is_calling(ada):
    listing = organization()
    workflow.claim(listing, person("bo"))

    assert (
        "bo is working on this listing" in ada.get(sheet_path(listing)).content.decode()
    )
    refused = ada.post(f"{LIST}{listing.pk}/start/", follow=True).content.decode()
    assert "bo is working on this listing" in refused


def test_correction_of_two_people_is_shown_and_neither_is_lost(ada):
    listing = organization(phone="+14065550101")
    mine = form_values(ada.get(sheet_path(listing)))
    workflow.record_check(
        listing, how="called", outcome="right", facts=["phone"], by=person("bo"),
        corrections={"email": "theirs@example.org"},
    )  # fmt: skip

    typed = {"phone": "(406) 555-0177", "outcome": "right", "all_as_shown": "on"}
    page = ada.post(sheet_path(listing), mine | typed)
    again = ada.post(sheet_path(listing), form_values(page) | {"_save": "1"})

    listing.refresh_from_db()
    assert "theirs@example.org" in page.content.decode()
    assert again.status_code == 302
    assert (listing.phone, listing.email) == ("+14065550177", "theirs@example.org")


def test_call_by_a_volunteer_waits_with_its_corrections_for_a_curator(client):
    bo, listing = person("bo", "Volunteer"), organization()
    client.force_login(bo)

    fill(client, listing, outcome="right", all_as_shown="on", email="new@example.org")

    listing.refresh_from_db()
    assert (listing.email, Check.objects.count()) == ("", 0)
    [waiting] = Suggestion.objects.for_listing(listing)
    client.force_login(person("ada"))
    address = f"/admin/curation/suggestion/{waiting.pk}/change/"
    assert "new@example.org" in client.get(address).content.decode()
    client.post(
        address, {"_accept": "1", "fact": ["email"], "version": listing.version}
    )
    listing.refresh_from_db()
    assert (listing.email, listing.checked_by) == ("new@example.org", bo)
    assert "email" in listing.checked_facts


def test_correction_of_a_volunteer_that_is_not_taken_is_not_checked(client):
    bo, ada, listing = person("bo", "Volunteer"), person("ada"), organization()
    client.force_login(bo)
    fill(client, listing, outcome="right", all_as_shown="on", phone="(406) 555-0199")
    [waiting] = Suggestion.objects.for_listing(listing)

    workflow.accept(waiting, [], ada)

    listing.refresh_from_db()
    assert listing.phone == "+14065550101"
    assert "phone" not in listing.checked_facts
    assert "name" in listing.checked_facts


def test_state_curator_cannot_move_a_listing_out_of_the_state(client):
    listing = organization(at=place("59301"))
    client.force_login(person("sam", "State curator", ["MT"]))

    page = fill(
        client, listing, outcome="right", all_as_shown="on", state="WY", zip_code=""
    ).content.decode()

    listing.refresh_from_db()
    assert "Montana" in page or "MT" in page
    assert listing.state == "MT"
    assert not Check.objects.exists()


@pytest.mark.parametrize("make", [warmline, meeting])
def test_every_catalog_has_a_sheet(ada, make):
    listing = make()

    fill(ada, listing, outcome="right", all_as_shown="on")

    assert Check.objects.for_listing(listing).get().outcome == "right"


def test_line_breaks_of_a_browser_are_no_correction(ada):
    listing = organization(summary="One\nTwo", internal_note="First\nSecond")

    fill(
        ada,
        listing,
        outcome="right",
        all_as_shown="on",
        summary="One\r\nTwo",
        internal_note="First\r\nSecond",
    )

    assert Check.objects.get().outcome == "right"


def test_hours_typed_in_words_take_the_time_zone_of_the_place(ada):
    listing = organization(at=place("59301"), zip_code="59301")

    fill(
        ada,
        listing,
        outcome="right",
        all_as_shown="on",
        hours="M-F 9–5, Sat by appointment",
    )

    listing.refresh_from_db()
    assert listing.hours == 'Mo-Fr 09:00-17:00 || unknown "by appointment"'
    assert listing.timezone == "America/Denver"
    assert "hours" in listing.checked_facts
