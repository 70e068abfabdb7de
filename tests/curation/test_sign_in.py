"""A flood of passwords costs little, and locks nobody out for long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import ValidationError
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from curation.sign_in import limit_concurrent_sign_ins
from tests.factories import person

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass phrase"
HASHED: list[str] = []


class CountedHasher(MD5PasswordHasher):
    """Record each password that is hashed."""

    def encode(self, password, salt):
        HASHED.append(password)
        return super().encode(password, salt)


@pytest.fixture
def hashed(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    HASHED.clear()
    return HASHED


class SlowHasher(MD5PasswordHasher):
    """Wait until hashing is allowed, and record how many hash at the same time."""

    may_go = threading.Event()
    lock = threading.Lock()
    now = most = 0

    def encode(self, password, salt):
        kind = type(self)
        with kind.lock:
            kind.now += 1
            kind.most = max(kind.most, kind.now)
        kind.may_go.wait(60)
        with kind.lock:
            kind.now -= 1
        return super().encode(password, salt)


def sign_in(name="nobody", password="wrong", address="192.0.2.7"):  # noqa: S107
    form = {"username": name, "password": password, "next": "/admin/"}
    client = Client(REMOTE_ADDR=address)
    return client.post("/admin/login/", form)


def test_one_client_gets_30_passwords_hashed(hashed):
    answers = [sign_in(f"nobody{number}") for number in range(33)]

    assert [a.status_code for a in answers] == [200] * 30 + [429] * 3
    assert len(hashed) == 30
    assert "from your network" in answers[-1].content.decode()
    assert 0 < int(answers[-1]["Retry-After"]) <= 15 * 60


def test_client_over_its_limit_does_not_block_others(hashed):
    person()
    for number in range(31):
        sign_in(f"nobody{number}", address=f"2001:db8:1:2::{number:x}")

    assert sign_in("ada", PASSWORD, "2001:db8:1:2::ffff").status_code == 429
    assert sign_in("ada", PASSWORD, "2001:db8:1:3::1").status_code == 302


def test_wrong_passwords_from_one_ipv6_network_lock_the_name():
    person()
    for number in range(5):
        sign_in("ada", address=f"2001:db8:1:2::{number:x}")

    assert sign_in("ada", PASSWORD, "2001:db8:1:2::ffff").status_code == 429
    assert sign_in("ada", PASSWORD, "2001:db8:1:3::1").status_code == 302


def test_lockout_ends_after_15_minutes_despite_more_attempts():
    person()
    began = timezone.now()
    with time_machine.travel(began, tick=False):
        for _try in range(5):
            sign_in("ada")
    for minutes in (5, 10, 14):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            assert sign_in("ada", PASSWORD).status_code == 429
    with time_machine.travel(began + timedelta(minutes=16), tick=False):
        assert sign_in("ada", PASSWORD).status_code == 302


def test_failed_sign_in_does_not_store_the_sent_data():
    person()
    for number in range(12):
        Client(REMOTE_ADDR="192.0.2.7").post(
            f"/admin/login/?next=/admin/{'x' * 900}",
            {"username": "ada", "password": "wrong", "more": f"{number}" * 900},
        )

    row = AccessAttempt.objects.get()
    assert row.failures_since_start == 5
    assert len(f"{row.get_data}{row.post_data}") == 0


def test_third_concurrent_sign_in_is_refused_and_pages_are_served():
    may_go, refused = threading.Event(), threading.Semaphore(0)

    def view(request):
        if request.method == "POST" and request.path == "/admin/login/":
            may_go.wait(60)
        return HttpResponse("answered")

    ask = limit_concurrent_sign_ins(view)
    requests = RequestFactory()

    def attempt(_number):
        response = ask(requests.post("/admin/login/"))
        if response.status_code == 429:
            refused.release()
        return response

    with ThreadPoolExecutor(6) as threads:
        attempts = threads.map(attempt, range(6))
        came_back = [refused.acquire(timeout=60) for _thread in range(4)]
        others = [ask(requests.get("/admin/login/")), ask(requests.post("/suggest/"))]
        may_go.set()
        answers = list(attempts)

    assert came_back == [True] * 4
    assert [r.content for r in others] == [b"answered"] * 2
    assert sorted(r.status_code for r in answers) == [200] * 2 + [429] * 4
    busy = next(r for r in answers if r.status_code == 429)
    assert 0 < int(busy["Retry-After"]) <= 60
    assert "try again" in busy.content.decode()
    assert ask(requests.post("/admin/login/")).status_code == 200


def test_worker_hashes_one_password_while_another_waits(settings):
    """The other threads return at once, and can serve pages."""
    settings.AXES_ENABLED = False  # It would write, each thread on a connection.
    settings.PASSWORD_HASHERS = [f"{__name__}.SlowHasher"]
    refused = threading.Semaphore(0)

    def attempt(_number):
        request = RequestFactory().post("/admin/login/")
        try:
            authenticate(request, username="nobody", password="wrong")
        except ValidationError:
            refused.release()
            return "busy"
        finally:
            connections.close_all()
        return "hashed"

    with ThreadPoolExecutor(4) as threads:
        results = threads.map(attempt, range(4))
        came_back = [refused.acquire(timeout=60) for _thread in range(2)]
        SlowHasher.may_go.set()

    assert came_back == [True, True]
    assert sorted(results) == ["busy", "busy", "hashed", "hashed"]
    assert SlowHasher.most == 1
