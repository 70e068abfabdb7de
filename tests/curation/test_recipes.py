"""The recipes of docs/recipes.md, step by step."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from curation.models import Check, Suggestion
from tests.factories import organization, person

pytestmark = pytest.mark.django_db
OLD, NEW = "an-old-key-" + "o7Kq9" * 12, "a-new-key-" + "n4Wx2" * 12


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def test_key_changes_without_signing_anybody_out(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    here, away = Client(), Client()
    here.force_login(person("here"))
    away.force_login(person("away"))

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert is_signed_in(here)

    settings.SECRET_KEY_FALLBACKS = []
    assert is_signed_in(here)
    assert not is_signed_in(away)


def test_former_curator_has_no_access_and_leaves_no_gap(client, mailoutbox):
    left, stays = person("left"), person("stays")
    root = person("root", "Administrator")
    theirs = organization(assigned_to=left, status="draft")
    check = Check.objects.create(
        listing=theirs, on="2026-11-02", how="called", outcome="right", by=left
    )
    Suggestion.objects.create(listing=theirs, kind="problem", problem="closed")
    browser = Client()
    browser.force_login(left)
    assert is_signed_in(browser)

    client.force_login(root)
    sent = {
        "username": "left",
        "email": "left@example.org",
        "is_staff": "on",
        "groups": [group.pk for group in left.groups.all()],
        "date_joined_0": f"{left.date_joined:%Y-%m-%d}",
        "date_joined_1": f"{left.date_joined:%H:%M:%S}",
        "curator_profile-TOTAL_FORMS": "1",
        "curator_profile-INITIAL_FORMS": "1",
        "curator_profile-0-id": left.curator_profile.pk,
        "curator_profile-0-user": left.pk,
        "curator_profile-0-wants_digest": "on",
    }
    saved = client.post(f"/admin/auth/user/{left.pk}/change/", sent)
    assert saved.status_code == 302
    client.post(
        "/admin/orgs/organization/",
        {
            "action": "assign_selected",
            "_selected_action": [theirs.pk],
            "to": stays.pk,
            "_sent": "1",
        },
    )
    call_command("send_digests")

    assert not is_signed_in(browser)
    again = Client()
    form = {"username": "left", "password": "a long pass phrase"}
    again.post("/admin/login/", form)
    assert not is_signed_in(again)
    # There is work for everybody, and only active users get the digest.
    recipients = {mail.to[0] for mail in mailoutbox}
    assert recipients == {"root@example.org", "stays@example.org"}
    theirs.refresh_from_db()
    assert theirs.assigned_to == stays
    check.refresh_from_db()
    assert check.by == left
