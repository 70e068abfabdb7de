"""The mail server is away: nothing is lost, and each mail arrives once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from curation.mail import HELD, PAUSE, hand_over
from curation.models import OutgoingMail, Reminder, Suggestion
from tests.factories import organization, person, place

pytestmark = pytest.mark.django_db


def try_again(**later):
    with time_machine.travel(timezone.now() + timedelta(**later), tick=False):
        call_command("send_mails")


def test_reminders_and_digests_wait_and_arrive_once(box, capsys):
    organization(at=place("59301"), email="ours@example.org")
    person("mo", "State curator", ["MT"])
    box.close()
    call_command("remind_checks")
    call_command("send_digests")
    call_command("remind_checks")
    assert OutgoingMail.objects.count() == 2
    assert "0 mails sent, 1 wait." in capsys.readouterr().out

    box.open()
    for minutes in (1, 6, 7, 12):
        try_again(minutes=minutes)

    assert sorted(mail["To"] for mail in box.mails) == [
        "mo@example.org",
        "ours@example.org",
    ]
    assert all("@directory.example.org>" in mail["Message-ID"] for mail in box.mails)
    assert not OutgoingMail.objects.exists()
    assert Reminder.objects.count() == 1


def test_an_answer_waits_and_the_decision_stands(
    client, box, django_capture_on_commit_callbacks
):
    client.force_login(person())
    said = Suggestion.objects.create(
        kind="problem",
        problem="closed",
        listing=organization(),
        sender_email="sender@example.org",
    )
    box.close()
    form = {"_decline": "1", "reason": "It is open", "answer": "We called."}
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/admin/curation/suggestion/{said.pk}/change/", form)
    assert page.status_code == 302

    box.open()
    try_again(minutes=6)

    [mail] = box.mails
    assert mail["To"] == "sender@example.org"
    said.refresh_from_db()
    assert said.state == "declined"


def outgoing(to):
    return OutgoingMail.objects.create(to=to, subject="s", text="t", html="<p>t</p>")


def test_one_address_that_is_refused_holds_up_nobody(box, caplog):
    box.says = {"never@example.org": "550 no", "later@example.org": "451 busy"}
    for name in ("never", "later", "fine"):
        outgoing(f"{name}@example.org")

    call_command("send_mails")

    assert [mail["To"] for mail in box.mails] == ["fine@example.org"]
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["later@example.org"]
    assert "refused an address: [550]" in caplog.text
    assert "example.org" not in caplog.text
    box.says = {}
    try_again(minutes=6)
    assert [mail["To"] for mail in box.mails][1:] == ["later@example.org"]


def test_who_dies_in_the_middle_leaves_the_mail_for_later(box):
    """What a process claimed and did not send is tried again after an hour."""
    mail, at = outgoing("ours@example.org"), timezone.now()
    assert mail.claim(at + HELD)

    assert hand_over([mail], at + PAUSE) == 0
    try_again(minutes=59)
    assert box.mails == []
    try_again(minutes=61)

    assert [mail["To"] for mail in box.mails] == ["ours@example.org"]


def test_two_that_try_at_once_send_one(box):
    outgoing("ours@example.org")
    one, two = (list(OutgoingMail.objects.due(timezone.now())) for _who in range(2))

    sent = [hand_over(mails, timezone.now()) for mails in (one, two)]

    assert sent == [1, 0]
    assert len(box.mails) == 1


def test_a_mail_that_nobody_took_is_forgotten_after_a_week(capsys):
    outgoing("ours@example.org")
    for days, left in ((6, 1), (8, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            call_command("delete_expired")
        assert OutgoingMail.objects.count() == left

    assert "1 unsent mails" in capsys.readouterr().out
