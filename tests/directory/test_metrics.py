"""Numbers for Prometheus: on their own address, to our own machines, of nobody."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory
from django.utils import timezone

from curation.models import OutgoingMail, Suggestion
from directory.models import TimedJob
from directory.operations import request_counts
from directory.operations.jobs import JOBS
from directory.operations.metrics import count_requests, is_private_address
from orgs.models import Organization
from search.current import index_of
from tests.conftest import ROOT
from tests.factories import organization, person, warmline

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
    site = count_requests(application or get_wsgi_application(), BIND)
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
    assert found['directory_listings_public{catalog="warmline"}'] == 1
    waiting = 'directory_listings_waiting{catalog="organization",reason="due"}'
    assert found[waiting] == 1


@pytest.mark.django_db
def test_every_number_says_what_it_is():
    _status, text = ask()

    exposed = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.M))
    helped = set(re.findall(r"^# HELP (\S+) \w", text, re.M))
    named = {re.sub(r"\{.*|_(bucket|sum|count)$", "", name) for name in numbers(text)}
    named = {re.sub(r"_bucket$", "", name) for name in named}
    assert exposed == helped == named


@pytest.mark.django_db
def test_requests_are_counted_by_class_and_time():
    before = request_counts.read_counts()

    ask("/healthz", port="8000")
    ask("/nothing-of-this/", port="8000")

    after = request_counts.read_counts()
    grown = {k: after.by_status[k] - before.by_status[k] for k in after.by_status}
    assert grown == {"1xx": 0, "2xx": 1, "3xx": 0, "4xx": 1, "5xx": 0}
    assert after.within[-1] - before.within[-1] == 2
    assert after.seconds > before.seconds


def test_a_site_that_breaks_is_counted_too():
    before = request_counts.read_counts().by_status["5xx"]

    with pytest.raises(ZeroDivisionError):
        ask("/", port="8000", application=lambda *_: 1 / 0)

    assert request_counts.read_counts().by_status["5xx"] == before + 1


def test_workers_count_together():
    before = request_counts.read_counts()

    def work(slot):
        request_counts.assign_slot(slot)
        for _ in range(500):
            request_counts.record_request(200, 0.02)

    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=[slot]) for slot in (3, 70)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    after = request_counts.read_counts()
    assert after.by_status["2xx"] - before.by_status["2xx"] == 1_000
    within = dict(zip(request_counts.BUCKETS, after.within, strict=False))
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

    assert [a for a in inside if not is_private_address(a)] == []
    assert [a for a in outside if is_private_address(a)] == []


def test_a_database_that_is_gone_is_a_number_too():
    code = (
        "import django; django.setup(); from datetime import datetime, UTC;"
        "from directory.operations.metrics import database_metrics;"
        "print(*database_metrics(datetime(2026, 11, 25, tzinfo=UTC)), sep='\\n')"
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


@pytest.mark.django_db
def test_the_last_run_of_each_job_is_a_number(settings):
    settings.BACKUPS_KEPT, settings.SEND_REMINDERS = 14, False
    at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    TimedJob.objects.create(
        name="delete_expired",
        started_at=at,
        finished_at=at,
        last_success_at=at,
        succeeded=False,
        seconds=1.5,
    )

    _status, text = ask()

    found = numbers(text)
    last = "directory_job_last_success_timestamp_seconds"
    assert found[f'{last}{{job="delete_expired"}}'] == at.timestamp()
    # One that never ran is overdue, not missing; one that is off is no number.
    assert found[f'{last}{{job="backup"}}'] == 0
    assert f'{last}{{job="remind_checks"}}' not in found
    assert found['directory_job_succeeded{job="delete_expired"}'] == 0
    assert found['directory_job_seconds{job="delete_expired"}'] == 1.5


@pytest.mark.django_db
def test_freshness_and_the_longest_wait_are_numbers():
    today = timezone.localdate()
    organization(
        checked_on=today - timedelta(days=100),
        checked_how="called",
        checked_by=person(),
    )
    said = Suggestion.objects.create(listing=organization(), kind="problem")

    found = numbers(ask()[1])

    checked = 'directory_listings_checked{catalog="organization",days="%d"}'
    assert [found[checked % days] for days in (90, 180, 365)] == [0, 1, 1]
    oldest = found["directory_suggestion_oldest_timestamp_seconds"]
    assert oldest == said.created_at.timestamp()
    assert "directory_mail_oldest_timestamp_seconds" not in found


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alerts.yml", "grafana-dashboard.json"])
def test_alerts_and_the_dashboard_ask_for_numbers_that_there_are(name):
    Suggestion.objects.create(listing=organization(), kind="problem")
    OutgoingMail.objects.create(to="us@example.org", subject="x", text="x", html="x")
    TimedJob.objects.create(name="backup", succeeded=True, seconds=1)
    there = {line.split("{")[0].split()[0] for line in numbers(ask()[1])}
    asked = (ROOT / "deploy/monitoring" / name).read_text()

    named = set(re.findall(r"\bdirectory_\w+", asked))
    jobs = set(re.findall(r'job=\\?"([a-z_]+)\\?"', asked))

    assert len(named) > 7
    assert named - there == set()
    assert jobs - {job.command for job in JOBS} == set()


def test_the_time_that_95_of_100_answers_took():
    none = request_counts.RequestCounts({}, [0] * 11, 0.0)
    #                           5  10  25  50  100  250 ms …
    some = request_counts.RequestCounts(
        {}, [0, 10, 90, 94, 95, 99, 100, 100, 100, 100, 100], 1.0
    )
    slow = request_counts.RequestCounts({}, [0, 0, 0, 0, 0, 0, 0, 0, 0, 90, 100], 90.0)

    assert none.quantile(0.95) is None
    assert some.quantile(0.95) == 0.1
    assert slow.quantile(0.95) is None


@pytest.mark.django_db
def test_metrics_show_the_size_of_the_search_index_of_the_worker():
    # Nothing was written, so this index is the one that requests use.
    index_of(Organization)

    found = numbers(ask()[1])

    assert found['directory_search_index_listings{catalog="org"}'] == 0
    assert found['directory_search_index_bytes{catalog="org"}'] == 0
    assert found['directory_search_index_build_seconds{catalog="org"}'] > 0
