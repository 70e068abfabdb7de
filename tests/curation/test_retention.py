"""How long personal data of visitors is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from curation import workflow
from curation.models import Reminder, Suggestion
from tests.factories import organization, person

pytestmark = pytest.mark.django_db


def delete_expired_in(capsys, **time):
    with time_machine.travel(timezone.now() + timedelta(**time)):
        call_command("delete_expired")
    return capsys.readouterr().out


def create_suggestion(**facts):
    about = {"kind": "problem", "problem": "closed", "listing": organization()}
    sender = {"words": "Call me on 555", "sender_email": "me@example.org"}
    return Suggestion.objects.create(**about, **sender, **facts)


@pytest.mark.parametrize("act", ["accept", "decline"])
def test_sender_is_deleted_30_days_after_the_decision(capsys, act):
    suggestion, ada = create_suggestion(), person()
    if act == "accept":
        workflow.accept(suggestion, [], ada)
    else:
        workflow.decline(suggestion, "They answered", ada)

    delete_expired_in(capsys, days=29, hours=23)
    suggestion.refresh_from_db()
    assert suggestion.sender_email == "me@example.org"
    out = delete_expired_in(capsys, days=30, minutes=1)

    suggestion.refresh_from_db()
    assert (suggestion.sender_email, suggestion.words) == ("", "")
    assert (suggestion.problem, suggestion.decided_by) == ("closed", ada)
    assert "1 senders" in out


def test_open_suggestion_keeps_its_sender(capsys):
    suggestion = create_suggestion()

    delete_expired_in(capsys, days=400)

    suggestion.refresh_from_db()
    assert suggestion.sender_email == "me@example.org"


def test_mailed_links_are_deleted_after_90_days(capsys):
    Reminder.objects.create(listing=organization(), sent_to="us@example.org")

    delete_expired_in(capsys, days=89)
    assert Reminder.objects.count() == 1
    delete_expired_in(capsys, days=91)

    assert not Reminder.objects.exists()


def test_failed_sign_ins_are_deleted_after_a_day_and_sessions_when_expired(
    capsys, client
):
    form = {"username": "ada", "password": "wrong"}
    client.post("/admin/login/", form)
    client.force_login(person())
    assert AccessAttempt.objects.count() == 1
    assert Session.objects.count() == 1

    delete_expired_in(capsys, hours=25)

    assert not AccessAttempt.objects.exists()
    assert not Session.objects.exists()
