"""While the mail server is down, no mail is lost, and each arrives once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from curation.mail import CLAIM_DURATION, RETRY_DELAY, deliver
from curation.models import OutgoingMail, Reminder, Suggestion
from tests.factories import organization, person, place

pytestmark = pytest.mark.django_db


def send_mails_later(**later):
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        call_command("send_mails")


def test_reminders_and_digests_wait_for_the_server_and_arrive_once(mail_server, capsys):
    organization(at=place("59301"), email="ours@example.org")
    person("mo", "State curator", ["MT"])
    mail_server.close()
    call_command("remind_checks")
    call_command("send_digests")
    call_command("remind_checks")
    assert OutgoingMail.objects.count() == 2
    assert "0 mails sent, 1 wait." in capsys.readouterr().out

    mail_server.open()
    for minutes in (1, 6, 7, 12):
        send_mails_later(minutes=minutes)

    assert sorted(mail["To"] for mail in mail_server.mails) == [
        "mo@example.org",
        "ours@example.org",
    ]
    assert all(
        "@directory.example.org>" in mail["Message-ID"] for mail in mail_server.mails
    )
    assert not OutgoingMail.objects.exists()
    assert Reminder.objects.count() == 1


def test_answer_waits_for_the_server_and_the_decision_is_saved(
    client, mail_server, django_capture_on_commit_callbacks
):
    client.force_login(person())
    suggestion = Suggestion.objects.create(
        kind="problem",
        problem="closed",
        listing=organization(),
        sender_email="sender@example.org",
    )
    mail_server.close()
    form = {"_decline": "1", "reason": "It is open", "answer": "We called."}
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/admin/curation/suggestion/{suggestion.pk}/change/", form)
    assert page.status_code == 302

    mail_server.open()
    send_mails_later(minutes=6)

    [mail] = mail_server.mails
    assert mail["To"] == "sender@example.org"
    suggestion.refresh_from_db()
    assert suggestion.state == "declined"


def outgoing(to):
    return OutgoingMail.objects.create(to=to, subject="s", text="t", html="<p>t</p>")


def test_refused_address_does_not_delay_other_mails(mail_server, caplog):
    mail_server.replies = {
        "never@example.org": "550 no",
        "later@example.org": "451 busy",
    }
    for name in ("never", "later", "fine"):
        outgoing(f"{name}@example.org")

    call_command("send_mails")

    assert [mail["To"] for mail in mail_server.mails] == ["fine@example.org"]
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["later@example.org"]
    assert "refused an address: [550]" in caplog.text
    assert "example.org" not in caplog.text
    mail_server.replies = {}
    send_mails_later(minutes=6)
    assert [mail["To"] for mail in mail_server.mails][1:] == ["later@example.org"]


def test_mail_of_a_process_that_died_is_sent_later(mail_server):
    """A mail that a process claimed and did not send is sent after an hour."""
    mail, at = outgoing("ours@example.org"), timezone.now()
    assert mail.claim(at + CLAIM_DURATION)

    assert deliver([mail], at + RETRY_DELAY) == 0
    send_mails_later(minutes=59)
    assert mail_server.mails == []
    send_mails_later(minutes=61)

    assert [mail["To"] for mail in mail_server.mails] == ["ours@example.org"]


def test_two_concurrent_processes_send_a_mail_once(mail_server):
    outgoing("ours@example.org")
    one, two = (list(OutgoingMail.objects.due(timezone.now())) for _who in range(2))

    sent = [deliver(mails, timezone.now()) for mails in (one, two)]

    assert sent == [1, 0]
    assert len(mail_server.mails) == 1


def test_unsent_mail_is_deleted_after_a_week(capsys):
    outgoing("ours@example.org")
    for days, left in ((6, 1), (8, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            call_command("delete_expired")
        assert OutgoingMail.objects.count() == left

    assert "1 unsent mails" in capsys.readouterr().out
