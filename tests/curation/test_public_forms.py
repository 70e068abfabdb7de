"""The public forms: suggestions and reports without an account, and spam limits."""

from __future__ import annotations

import pytest
from django.test import Client

from curation import workflow
from curation.anonymous_forms import MAX_FORMS_PER_CLIENT, MAX_FORMS_PER_LINK
from curation.models import Reminder, Suggestion
from listings.field_values import apply_facts
from orgs.models import Organization
from tests.curation.helpers import (
    SAME_ORIGIN,
    form_stamp,
    send_public_form,
    submitted_data,
)
from tests.factories import organization, person, place, warmline

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return organization(
        at=place("59301"),
        slug="ours",
        name="Our Center",
        website="https://example.org/",
    )


def test_report_needs_one_choice_and_no_cookie(listing):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/orgs/ours/report/")

    done = send_public_form(client, "/orgs/ours/report/", problem="wrong_number")

    assert not page.cookies
    assert not done.cookies
    assert "Thank you" in done.content.decode()
    [stored] = Suggestion.objects.open()
    assert (stored.kind, stored.problem, stored.listing) == (
        "problem",
        "wrong_number",
        listing,
    )


def test_report_stores_the_words_and_nothing_about_the_sender(client, listing):
    headers = {
        **SAME_ORIGIN,
        "User-Agent": "Marked Browser",
        "Referer": "http://testserver/x",
    }
    form = {"problem": "closed", "words": "Marked words", "stamp": form_stamp()}

    client.post("/orgs/ours/report/", form, headers=headers, REMOTE_ADDR="203.0.113.9")

    stored = str(Suggestion.objects.values().get())
    assert "Marked words" in stored
    for trace in ("203.0.113.9", "Marked Browser", "testserver"):
        assert trace not in stored


def test_change_form_is_prefilled_and_its_change_waits(client, listing):
    page = client.get("/orgs/ours/suggest/").content.decode()
    assert 'value="Our Center"' in page
    facts = {
        "name": "Our Center",
        "kind": "peer_run",
        "phone": "(406) 555-0199",
        "website": "https://example.org/",
        "city": listing.city,
        "state": listing.state,
        "in_person": "true",
        "online": "unknown",
    }

    send_public_form(client, "/orgs/ours/suggest/", **facts)

    [stored] = Suggestion.objects.open()
    assert stored.changes == {"phone": "+14065550199"}
    assert client.get("/orgs/ours/").content.count(b"555-0199") == 0
    workflow.accept(stored, ["phone"], person())
    assert b"555-0199" in client.get("/orgs/ours/").content


def test_suggesting_a_similar_listing_shows_the_existing_one_first(client, listing):
    form = {"name": "Our Centre", "kind": "peer_run", "city": listing.city}
    form |= {"state": "MT", "phone": "406-555-0101", "in_person": "unknown"}
    form |= {"online": "unknown"}

    page = send_public_form(client, "/suggest/?what=organization", **form)
    assert "/orgs/ours/" in page.content.decode()
    assert not Suggestion.objects.exists()

    send_public_form(client, "/suggest/?what=organization", **form, none_of_these="on")
    [stored] = Suggestion.objects.open()
    assert stored.kind == "new"
    created = workflow.accept(stored, list(stored.changes), person())
    assert (created.status, created.name, created.state) == (
        "draft",
        "Our Centre",
        "MT",
    )
    assert created.point is not None


def test_warmline_can_be_suggested(client):
    send_public_form(
        client, "/suggest/?what=warmline", name="New Line", phone="406-555-0155"
    )

    [stored] = Suggestion.objects.open()
    assert stored.content_type.model == "warmline"
    created = workflow.accept(stored, list(stored.changes), person())
    assert created.phone.as_e164 == "+14065550155"


@pytest.mark.parametrize(
    ("headers", "form", "words"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, {}, "did not say that this form is ours"),
        ({}, {}, "did not say that this form is ours"),
        ({"Origin": "https://evil.example.org"}, {}, "did not say that this form"),
        (SAME_ORIGIN, {"trap": "buy"}, "leave the last box empty"),
        (SAME_ORIGIN, {"stamp": "forged"}, "lost on the way"),
        (SAME_ORIGIN, {"stamp": ""}, "lost on the way"),
    ],
)
def test_rejected_form_has_a_message_and_keeps_what_was_typed(
    client, listing, headers, form, words
):
    form = {"problem": "closed", "words": "I stood before it", **form}

    page = send_public_form(
        client, "/orgs/ours/report/", headers, **form
    ).content.decode()

    assert words in page
    assert "I stood before it</textarea>" in page
    assert not Suggestion.objects.exists()


def test_form_sent_too_fast_or_too_late_has_a_message(client, listing):
    path = "/orgs/ours/report/"

    quick = send_public_form(client, path, problem="closed", stamp=form_stamp(0))
    old = send_public_form(client, path, problem="closed", stamp=form_stamp(25 * 3600))

    assert "very quick" in quick.content.decode()
    assert "open for a long time" in old.content.decode()
    assert not Suggestion.objects.exists()


def test_form_from_an_old_browser_is_accepted_by_its_origin(client, listing):
    origin = {"Origin": "http://testserver"}

    send_public_form(client, "/orgs/ours/report/", origin, problem="closed")

    assert Suggestion.objects.count() == 1


def test_reports_from_one_address_are_limited_and_the_address_is_not_stored(
    client, listing
):
    for _number in range(MAX_FORMS_PER_CLIENT + 2):
        last = send_public_form(client, "/orgs/ours/report/", problem="closed")

    assert "try again in an hour" in last.content.decode()
    assert Suggestion.objects.count() == MAX_FORMS_PER_CLIENT
    other = client.post(
        "/orgs/ours/report/",
        {"stamp": form_stamp(), "problem": "closed"},
        headers=SAME_ORIGIN,
        REMOTE_ADDR="203.0.113.9",
    )
    assert "Thank you" in other.content.decode()
    assert not any("203.0.113" in str(row) for row in Suggestion.objects.values())


def test_change_form_without_a_change_has_an_error(client, listing):
    form = client.get("/orgs/ours/suggest/").context["form"]
    facts = {b.html_name: b.value() for b in form if b.value() not in (None, False)}
    facts = {k: getattr(v, "as_e164", v) for k, v in facts.items()}
    facts |= {"in_person": "true", "online": "unknown"}

    page = send_public_form(client, "/orgs/ours/suggest/", **facts).content.decode()

    assert "Nothing is changed yet" in page


def test_invalid_input_has_an_error_at_the_field_and_is_not_lost(client, listing):
    page = send_public_form(
        client, "/orgs/ours/suggest/", name="Kept Name", phone="12", kind="peer_run"
    ).content.decode()

    assert "Enter a valid phone number" in page
    assert 'value="Kept Name"' in page
    assert Organization.objects.get().name == "Our Center"


@pytest.mark.parametrize("path", ["/orgs/none/report/", "/warmlines/none/suggest/"])
def test_listing_that_is_not_public_accepts_no_report(client, path):
    organization(slug="none", status="draft")
    warmline(slug="none", status="draft")

    assert client.get(path).status_code == 404


def test_withheld_street_is_not_prefilled(client):
    organization(
        slug="safe", street="12 Secret Street", zip_code="59301", address_withheld=True
    )

    page = client.get("/orgs/safe/suggest/").content.decode()

    assert "Secret" not in page
    assert "59301" not in page
    assert 'name="street"' not in page


def test_suggestion_is_decided_once_and_declined_with_a_reason():
    ada, listing = person(), organization()
    suggestion = Suggestion.objects.create(
        kind="problem", problem="closed", listing=listing
    )

    with pytest.raises(workflow.ActionRefused):
        workflow.decline(suggestion, " ", ada)
    workflow.decline(suggestion, "They answered", ada)
    with pytest.raises(workflow.ActionRefused, match="decided this already"):
        workflow.accept(suggestion, [], ada)
    with pytest.raises(workflow.ActionRefused, match="decided this already"):
        workflow.decline(suggestion, "Again", ada)


def test_facts_of_a_suggestion_are_accepted_one_by_one(client):
    ada, listing = person(), organization(email="old@example.org")
    suggestion = Suggestion.objects.create(
        kind="change",
        listing=listing,
        changes={"phone": "+14065550177", "email": "new@example.org"},
    )
    client.force_login(ada)

    page = client.get(
        f"/admin/curation/suggestion/{suggestion.pk}/change/"
    ).content.decode()
    client.post(
        f"/admin/curation/suggestion/{suggestion.pk}/change/",
        {"fact": "phone", "_accept": "1"},
    )

    assert "old@example.org" in page
    assert "new@example.org" in page
    listing.refresh_from_db()
    assert (listing.phone.as_e164, listing.email) == ("+14065550177", "old@example.org")
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.accepted_facts) == ("accepted", ["phone"])


def test_flood_from_one_address_does_not_block_others(client, listing, monkeypatch):
    monkeypatch.setattr(
        "curation.anonymous_forms.MAX_FORMS_IN_TOTAL", MAX_FORMS_PER_CLIENT + 5
    )
    for _try in range(MAX_FORMS_PER_CLIENT + 20):
        send_public_form(client, "/orgs/ours/report/", problem="hours")

    other = client.post(
        "/orgs/ours/report/",
        {"problem": "hours", "stamp": form_stamp()},
        headers=SAME_ORIGIN,
        REMOTE_ADDR="198.51.100.9",
    )

    assert "Thank you" in other.content.decode()
    assert Suggestion.objects.count() == MAX_FORMS_PER_CLIENT + 1


@pytest.mark.parametrize(
    ("addresses", "stored"),
    [
        ([f"2001:db8::{n:x}" for n in range(1, 21)], MAX_FORMS_PER_CLIENT),
        ([f"2001:db8:0:{n:x}::1" for n in range(1, 21)], 20),
        ([f"::ffff:192.0.2.{n}" for n in range(1, 21)], 20),
    ],
)
def test_ipv6_network_counts_as_one_sender(client, listing, addresses, stored):
    for address in addresses:
        client.post(
            "/orgs/ours/report/",
            {"problem": "hours", "stamp": form_stamp()},
            headers=SAME_ORIGIN,
            REMOTE_ADDR=address,
        )

    assert Suggestion.objects.count() == stored


def test_fact_edited_while_the_form_was_open_is_not_a_proposed_change(client, listing):
    address = "/orgs/ours/suggest/"
    page = client.get(address)
    apply_facts(Organization.objects.get(), {"phone": "+14065550155"})

    wrong = submitted_data(page, words="The door is behind.", sender_email="no address")
    again = client.post(address, wrong, headers=SAME_ORIGIN)
    assert Suggestion.objects.count() == 0
    right = submitted_data(again, sender_email="", words="The door is behind.")
    client.post(address, right, headers=SAME_ORIGIN)

    stored = Suggestion.objects.get()
    assert (stored.changes, stored.words) == ({}, "The door is behind.")


def test_changed_fact_is_proposed_although_another_was_edited(client, listing):
    page = client.get("/orgs/ours/suggest/")
    apply_facts(Organization.objects.get(), {"phone": "+14065550155"})

    data = submitted_data(page, city="Terry")
    client.post("/orgs/ours/suggest/", data, headers=SAME_ORIGIN)

    assert Suggestion.objects.get().changes == {"city": "Terry"}


def test_flood_of_reports_does_not_block_the_removal_by_link(
    client, listing, monkeypatch
):
    monkeypatch.setattr("curation.anonymous_forms.MAX_FORMS_IN_TOTAL", 3)
    for _try in range(MAX_FORMS_PER_CLIENT + 1):
        flooded = send_public_form(client, "/orgs/ours/report/", problem="hours")
    reminder = Reminder.objects.create(listing=listing, sent_to="a@example.org")

    page = send_public_form(
        client, f"/confirm/{reminder.token}/", act="remove", sure="1"
    )

    assert "try again in an hour" in flooded.content.decode()
    assert "off the directory" in page.content.decode()


def test_attempts_by_one_mailed_link_are_limited(client, listing):
    reminder = Reminder.objects.create(listing=listing, sent_to="a@example.org")

    for _try in range(MAX_FORMS_PER_LINK + 1):
        page = send_public_form(client, f"/confirm/{reminder.token}/", act="none")

    assert "try again in an hour" in page.content.decode()
