"""Mails that are sent to a real SMTP server, and the confirm links in them."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from curation.models import OptOut, Reminder, Suggestion
from listings.exchange.workflow import import_text
from listings.removals import RemovalRequest
from tests.curation.helpers import (
    SAME_ORIGIN,
    csv_file,
    form_stamp,
    import_row,
)
from tests.factories import organization, person, place

pytestmark = pytest.mark.django_db


def link_of(mail):
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https://directory\.example\.org(/confirm/\S+/)", text)[1]


def answer(client, path, act, **form):
    form = {"act": act, "stamp": form_stamp(), **form}
    return client.post(path, form, headers=SAME_ORIGIN).content.decode()


@pytest.fixture
def confirm_link(mail_server):
    """Return a listing, and the confirm link that was mailed for it."""
    listing = organization(
        at=place("59301"), slug="ours", email="ours@example.org", key="k1"
    )
    call_command("remind_checks")
    [mail] = mail_server.mails
    return listing, link_of(mail)


def test_reminder_is_sent_once_as_text_and_html(mail_server, capsys):
    organization(email="ours@example.org", name="A Center")
    organization(email="ours@example.org", name="Zebra Center")
    organization(email="")
    OptOut.objects.create(email="stopped@example.org")
    organization(email="Stopped@example.org")

    call_command("remind_checks", dry_run=True)
    assert mail_server.mails == []
    call_command("remind_checks")
    call_command("remind_checks")

    [mail] = mail_server.mails
    assert mail["To"] == "ours@example.org"
    assert "A Center" in mail["Subject"]
    assert [p.get_content_type() for p in mail.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert "Would ask A Center" in capsys.readouterr().out


def test_run_sends_no_more_reminders_than_its_limit(mail_server):
    for number in range(4):
        organization(email=f"c{number}@example.org")

    call_command("remind_checks", limit=3)

    assert len(mail_server.mails) == 3


def test_confirmation_is_a_check_by_the_organization(client, confirm_link):
    listing, path = confirm_link
    page = client.get(path).content.decode()

    words = answer(client, path, "right")

    assert "Is this right?" in page
    assert "confirmed by you" in words
    listing.refresh_from_db()
    assert (listing.checked_how, listing.checked_by) == ("confirmed", None)
    assert listing.checked_on == timezone.localdate()
    assert "phone" in listing.checked_facts
    assert "used already" in client.get(path).content.decode()
    assert "used already" in answer(client, path, "remove", sure="1")


def test_corrections_by_link_wait_for_a_curator(client, confirm_link):
    listing, path = confirm_link
    facts = {"name": listing.name, "kind": "peer_run", "in_person": "true"}
    facts |= {"online": "unknown", "city": listing.city, "state": "MT"}

    words = answer(client, path, "correct", **facts, phone="406-555-0188")

    assert "A curator will put your corrections in" in words
    [stored] = Suggestion.objects.all()
    assert stored.from_organization
    assert stored.changes["phone"] == "+14065550188"


def test_opt_out_stops_reminders(client, confirm_link, mail_server):
    _listing, path = confirm_link

    answer(client, path, "stop")
    Reminder.objects.all().delete()
    call_command("remind_checks")

    assert OptOut.objects.get().email == "ours@example.org"
    assert len(mail_server.mails) == 1


def test_removal_by_link_needs_a_checked_box_and_stores_a_request(client, confirm_link):
    listing, path = confirm_link

    assert "tick the box" in answer(client, path, "remove")
    words = answer(client, path, "remove", sure="1")

    assert "off the directory" in words
    listing.refresh_from_db()
    assert listing.status == "closed"
    assert client.get("/orgs/ours/").status_code == 410
    assert RemovalRequest.objects.get().key == "k1"
    report = import_text("organizations", csv_file([import_row("k1")]).read().decode())
    assert "asked not to be listed" in report.refused[0][1]


def test_link_expires_and_cannot_be_guessed(client, confirm_link):
    _listing, path = confirm_link
    Reminder.objects.update(expires_on="2020-01-01")

    assert "too old" in client.get(path).content.decode()
    assert client.get("/confirm/guessed/").status_code == 404


def test_sender_with_an_address_gets_an_answer(
    client, mail_server, django_capture_on_commit_callbacks
):
    client.force_login(person())
    suggestion = Suggestion.objects.create(
        kind="problem",
        problem="closed",
        listing=organization(),
        sender_email="sender@example.org",
    )

    form = {"_decline": "1", "reason": "It is open", "answer": "We called. It is open."}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/curation/suggestion/{suggestion.pk}/change/", form)

    [mail] = mail_server.mails
    assert mail["To"] == "sender@example.org"
    assert "We called. It is open." in mail.get_body(("plain",)).get_content()


def test_sender_who_wrote_in_spanish_is_answered_in_spanish(
    client, mail_server, django_capture_on_commit_callbacks
):
    organization(slug="ours")
    facts = {"problem": "closed", "sender_email": "sender@example.org"}
    form = {"stamp": form_stamp(), **facts}
    thanks = client.post("/es/orgs/ours/report/", form, headers=SAME_ORIGIN)
    assert "Gracias." in thanks.content.decode()

    suggestion = Suggestion.objects.get()
    client.force_login(person())
    form = {"_decline": "1", "reason": "It is open", "answer": "Está abierto."}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/curation/suggestion/{suggestion.pk}/change/", form)

    [mail] = mail_server.mails
    assert mail["Subject"] == "Sobre su nota al Directorio de apoyo entre pares"
    assert "Gracias por su nota" in mail.get_body(("plain",)).get_content()


def test_digest_lists_what_is_due_in_the_states_of_the_curator(mail_server):
    organization(at=place("59301"))
    organization(at=place("82801"))
    person("mo", "State curator", ["MT"])
    person("quiet").curator_profile.delete()

    call_command("send_digests")

    [mail] = mail_server.mails
    assert mail["To"] == "mo@example.org"
    assert re.search(r"1\s+Due for a check", mail.get_body(("plain",)).get_content())


def test_name_with_a_line_break_does_not_break_the_mail(mail_server):
    due = timezone.localdate()
    organization(name="Two\nlines", email="a@example.org", check_due_on=due)
    organization(name="Other", email="b@example.org", check_due_on=due)

    call_command("remind_checks")

    subjects = {mail["Subject"] for mail in mail_server.mails}
    assert "Is your listing still right? Two lines" in subjects
    assert len(mail_server.mails) == 2
