"""Numbers for Prometheus: on their own address, to our own machines, of nobody."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory

from desk.models import Suggestion
from directory import counters
from directory.metrics import is_inside, measured
from tests.conftest import ROOT
from tests.factories import organization, warmline

BIND = "127.0.0.1:9100"
SAMPLE = re.compile(
    r'directory_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e-]+'
)


@pytest.fixture(autouse=True)
def one_connection():
    """A test's transaction lives on the connection that a request would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(path="/metrics", port="9100", peer="127.0.0.1", application=None):
    """(status, body) of one request to a site whose numbers are at BIND."""
    answers = []
    site = measured(application or get_wsgi_application(), BIND)
    environ = RequestFactory().get(path).environ
    environ |= {"SERVER_PORT": port, "REMOTE_ADDR": peer}

    body = b"".join(site(environ, lambda *line: answers.append(line)))

    return int(answers[0][0][:3]), body.decode()


def numbers(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not SAMPLE.fullmatch(line)] == []
    return {name: float(value) for name, value in (line.split() for line in lines)}


@pytest.mark.django_db
def test_what_waits_is_counted():
    ours = organization()
    warmline()
    Suggestion.objects.create(listing=ours, kind="problem")

    _status, text = ask()

    found = numbers(text)
    assert found["directory_database_up"] == 1
    assert found["directory_suggestions_open"] == 1
    assert found['directory_listings_public{catalogue="warmline"}'] == 1
    waiting = 'directory_listings_waiting{catalogue="organization",why="due"}'
    assert found[waiting] == 1


@pytest.mark.django_db
def test_every_number_says_what_it_is():
    _status, text = ask()

    told = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.M))
    helped = set(re.findall(r"^# HELP (\S+) \w", text, re.M))
    named = {re.sub(r"\{.*|_(bucket|sum|count)$", "", name) for name in numbers(text)}
    named = {re.sub(r"_bucket$", "", name) for name in named}
    assert told == helped == named


@pytest.mark.django_db
def test_requests_are_counted_by_class_and_time():
    before = counters.counted()

    ask("/healthz", port="8000")
    ask("/nothing-of-this/", port="8000")

    after = counters.counted()
    grown = {k: after.by_status[k] - before.by_status[k] for k in after.by_status}
    assert grown == {"1xx": 0, "2xx": 1, "3xx": 0, "4xx": 1, "5xx": 0}
    assert after.within[-1] - before.within[-1] == 2
    assert after.seconds > before.seconds


def test_a_site_that_breaks_is_counted_too():
    before = counters.counted().by_status["5xx"]

    with pytest.raises(ZeroDivisionError):
        ask("/", port="8000", application=lambda *_: 1 / 0)

    assert counters.counted().by_status["5xx"] == before + 1


def test_workers_count_together():
    before = counters.counted()

    def work(slot):
        counters.use_slot(slot)
        for _ in range(500):
            counters.count(200, 0.02)

    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=[slot]) for slot in (3, 70)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    after = counters.counted()
    assert after.by_status["2xx"] - before.by_status["2xx"] == 1_000
    within = dict(zip(counters.BUCKETS, after.within, strict=False))
    assert within[0.025] - within[0.01] >= 1_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "port", "peer"),
    [
        ("/metrics", "8000", "127.0.0.1"),
        ("/", "9100", "127.0.0.1"),
        ("/metrics", "9100", "8.8.8.8"),
        ("/metrics", "9100", ""),
    ],
)
def test_nobody_else_gets_them(path, port, peer):
    status, text = ask(path, port, peer)

    assert status == 404
    assert "directory_" not in text


def test_our_network_is_what_cannot_be_reached_from_outside():
    inside = ["127.0.0.1", "::1", "10.1.2.3", "172.18.0.5", "192.168.1.9", "fd00::5"]
    outside = ["8.8.8.8", "2607:f8b0::1", "172.32.0.1", "", "unix"]

    assert [a for a in inside if not is_inside(a)] == []
    assert [a for a in outside if is_inside(a)] == []


def test_a_database_that_is_gone_is_a_number_too():
    code = (
        "import django; django.setup(); from datetime import datetime, UTC;"
        "from directory.metrics import database;"
        "print(*database(datetime(2026, 11, 25, tzinfo=UTC)), sep='\\n')"
    )
    gone = {"DATABASE_URL": "sqlite:////nowhere/db.sqlite3"}

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | gone | {"DJANGO_SETTINGS_MODULE": "directory.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert numbers(done.stdout) == {"directory_database_up": 0}
