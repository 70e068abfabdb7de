"""How staff sign in, how long sessions last, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.factories import person

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"
LIST_PATH = "/admin/orgs/organization/"


def sign_in(client, name="ada", password=PASSWORD, onward="/admin/", **options):
    form = {"username": name, "password": password, "next": onward}
    return client.post("/admin/login/", form, **options)


def is_in(client):
    return client.get(LIST_PATH).status_code == 200


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def signed_in(name="ada"):
    client = Client()
    sign_in(client, name)
    assert is_in(client)
    return client


def test_session_ends_after_half_an_hour_without_a_request():
    person()
    client = signed_in()

    with later(minutes=29):
        assert is_in(client)
    with later(minutes=58):
        assert is_in(client)
    with later(minutes=89):
        assert not is_in(client)


def test_session_ends_after_12_hours_of_requests():
    person()
    client = signed_in()

    for half_hours in range(1, 30):
        with later(minutes=25 * half_hours):
            inside = is_in(client)
        assert inside is (25 * half_hours <= 12 * 60), half_hours


def test_requests_within_a_minute_write_no_session():
    person()
    client = signed_in()
    before = client.session["seen"]

    with later(seconds=50):
        assert is_in(client)
    assert client.session["seen"] == before
    with later(seconds=70):
        assert is_in(client)
    assert client.session["seen"] > before


def test_sign_out_everywhere_ends_only_sessions_of_the_user():
    person()
    person("bo")
    here, there, bo = signed_in(), signed_in(), signed_in("bo")
    assert "Sign out on every device" in here.get("/admin/").content.decode()

    here.post("/admin/sign-out-everywhere/")

    assert [is_in(client) for client in (here, there, bo)] == [False, False, True]


def test_administrator_ends_the_sessions_of_others():
    ada = person()
    person("bo", "Administrator")
    here, bo = signed_in(), signed_in("bo")

    action = {"action": "end_sessions", "_selected_action": [ada.pk]}
    bo.post("/admin/auth/user/", action)

    assert [is_in(here), is_in(bo)] == [False, True]


def test_new_password_ends_the_other_sessions():
    ada = person()
    here, there = signed_in(), signed_in()
    new = "another long pass phrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    here.post("/admin/password_change/", form)

    ada.refresh_from_db()
    assert ada.check_password(new)
    assert [is_in(here), is_in(there)] == [True, False]


def test_sign_in_starts_a_new_session():
    """A cookie that was planted before the sign-in is worthless after it."""
    person()
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key

    sign_in(client)

    assert client.session.session_key != before
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wrong"), ("nobody", PASSWORD), ("off", PASSWORD), ("plain", PASSWORD)],
)
def test_failed_sign_ins_all_get_the_same_message(client, name, password):
    person()
    person("off", is_active=False)
    plain = person("plain")
    plain.is_staff = False
    plain.save()

    page = sign_in(client, name, password).content.decode()

    assert "Please enter the correct username and password for a staff" in page


def test_unknown_name_costs_the_same_hashing_as_a_wrong_password(
    client, settings, monkeypatch
):
    """Otherwise the response time would reveal which names exist."""
    hashed = []
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
    monkeypatch.setattr(hasher, lambda *args: hashed.append(args) or "md5$x$y")

    sign_in(client, "nobody")

    assert len(hashed) == 1


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https:evil.example",
        " //evil.example",
        "/\t/evil.example",
    ],
)
def test_sign_in_redirects_only_to_our_site(client, onward):
    person()

    answer = sign_in(client, onward=onward)

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"


def test_lockout_is_for_one_name_from_one_address(client, settings):
    """Behind a proxy, each client has its own address, and cannot forge another."""
    settings.HTTPS = True
    person()
    theirs = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    ours = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    for _try in range(5):
        sign_in(client, password="wrong", headers=theirs)

    assert sign_in(client, headers=theirs).status_code == 429
    assert sign_in(client, headers=ours).status_code == 302


def test_forwarded_address_is_ignored_without_a_proxy(client, settings):
    settings.HTTPS = False
    for number in range(5):
        claimed = {"X-Forwarded-For": f"198.51.100.{number}"}
        sign_in(client, password="wrong", headers=claimed)

    assert sign_in(client, password="wrong").status_code == 429


def test_too_long_name_is_treated_as_a_wrong_one(client):
    answer = sign_in(client, "a" * 5_000)

    assert "correct username" in answer.content.decode()
    assert not AccessAttempt.objects.exists()


def test_password_cannot_be_reset_by_mail(client):
    person()

    assert "password_reset" not in client.get("/admin/login/").content.decode()
    for path in ("/admin/password_reset/", "/accounts/password_reset/"):
        client.force_login(person(path.strip("/").replace("/", "-")))
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("fourteen chars", "at least 15 characters"),
        ("passwordpassword", "too common"),
        ("123456789012345", "too common"),
        ("QwertyuiopAsdfgh", "too common"),
        ("ada@example.org1", "too similar"),
    ],
)
def test_weak_password_is_refused(client, password, words):
    person()
    sign_in(client)
    form = {"old_password": PASSWORD, "new_password1": password}

    page = client.post("/admin/password_change/", form | {"new_password2": password})

    assert words in page.content.decode()
