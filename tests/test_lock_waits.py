"""Pages do not wait long while somebody else holds a lock on the database."""

from __future__ import annotations

import html
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from tests.browser.conftest import wait_for
from tests.conftest import ROOT, free_port
from tests.factories import organization, person

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL has no lock of the whole file"
)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no locks of tables"
)
PATHS = [
    "/",
    "/warmlines/",
    "/find/?near=59301",
    "/api/services",
    "/feeds/changes.atom",
    "/suggest/?what=organization",
    "/healthz",
]
WRONG_SIGN_IN = {"username": "ada", "password": "wrong"}
LOCKED = ["/api/organizations", "/feeds/changes.atom", "/api/services"]


@pytest.fixture(scope="module")
def site(tmp_path_factory, own_database):
    """Serve a site without listings as deployed; yield (port, database URL)."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    with own_database(folder) as url:
        env = os.environ | {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            "PORT": str(port),
        }
        collect = ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run([sys.executable, *collect], cwd=ROOT, env=env, check=True)
        serve = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "directory/operations/gunicorn_config.py",
        ]
        log = folder / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(serve, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
            yield port, url
        finally:
            process.terminate()
            process.wait(timeout=40)


def status(port, path):
    """The status of the response, which must come within two minutes."""
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}{path}", timeout=120
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@on_sqlite
def test_pages_and_api_answer_while_sqlite_is_write_locked(site):
    port, url = site
    writer = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda path: status(port, path), PATHS * 4))

    waited = time.monotonic() - began
    writer.close()
    assert found == [200] * len(found)
    # A request that waited for the lock would take 20 seconds.
    assert waited < 20


@on_postgresql
def test_locked_postgresql_table_is_a_short_outage(site):
    port, url = site
    assert {status(port, path) for path in LOCKED} == {200}

    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE orgs_organization, warmlines_warmline")
        with ThreadPoolExecutor(8) as threads:
            asked = [f"{path}?page=1" for path in LOCKED] * 4
            found = list(threads.map(lambda path: status(port, path), asked))
        assert status(port, "/healthz") == 200
        holder.rollback()

    assert found == [503] * len(found)
    give_up = time.monotonic() + 60
    while status(port, LOCKED[1]) != 200 and time.monotonic() < give_up:
        time.sleep(0.2)
    assert {status(port, path) for path in LOCKED} == {200}


class Browser:
    """Sends forms like a browser. A response must come within 15 seconds."""

    def __init__(self, port):
        self.at = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def open(self, path, form=None):
        """Return (status, page)."""
        body = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": self.at}
        request = urllib.request.Request(f"{self.at}{path}", body, headers)
        try:
            answer = self.opener.open(request, timeout=15)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode()

    def sign_in(self):
        _status, page = self.open("/admin/login/")
        token = re.search('name="csrfmiddlewaretoken" value="(.*?)"', page)[1]
        return self.open(
            "/admin/login/", WRONG_SIGN_IN | {"csrfmiddlewaretoken": token}
        )


@contextmanager
def open_write(url):
    """Hold a write lock: on the SQLite file, or on the tables that forms write to."""
    if url.startswith("sqlite"):
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(url)
        holder.execute("LOCK TABLE curation_suggestion, axes_accessattempt")
    try:
        yield
    finally:
        holder.close()


def test_form_sent_during_a_lock_can_be_sent_again(site):
    port, url = site
    path = "/suggest/?what=warmline"
    browser = Browser(port)
    _status, page = browser.open(path)
    stamp = re.search('name="stamp" value="(.*?)"', page)[1]
    # A form that is sent sooner counts as a robot's.
    time.sleep(3.2)
    typed = {"name": 'The "Example" line', "words": "Open <all> night & day"}

    with open_write(url):
        status, page = browser.open(path, typed | {"stamp": stamp})
        sign_in, _page = browser.sign_in()
        # Each waiting request occupies one of the site's eight threads.
        with ThreadPoolExecutor(8) as threads:
            again = [typed | {"stamp": stamp, "words": str(n)} for n in range(8)]
            sent = threads.map(lambda form: Browser(port).open(path, form)[0], again)
            assert set(sent) == {503}

    assert (status, sign_in) == (503, 503)
    assert "not saved yet" in page
    again = dict(re.findall('type="hidden" name="(.*?)" value="(.*?)"', page))
    again = {name: html.unescape(text) for name, text in again.items()}
    assert again == typed | {"stamp": stamp}
    assert 'method="post"' in page
    status, page = browser.open(path, again)
    assert (status, "curator will look at it" in page) == (200, True)
    assert browser.sign_in()[0] == 200


@contextmanager
def record_time_limits():
    """Collect the time limits that are set while each query runs."""
    seen = set()

    def note(execute, sql, params, many, context):
        session = connection.connection
        limits = ("statement_timeout", "lock_timeout")
        shown = [session.execute(f"SHOW {name}").fetchone()[0] for name in limits]
        seen.add(tuple(shown))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


@on_postgresql
@pytest.mark.django_db
def test_visitor_requests_are_time_limited_and_admin_is_not(client):
    organization(slug="ours")
    staff = Client()
    staff.force_login(person())
    asked = {
        "page": lambda: client.get("/orgs/ours/"),
        "admin": lambda: staff.get("/admin/orgs/organization/"),
        "api": lambda: client.get("/api/organizations"),
        "form sent": lambda: client.post("/orgs/ours/report/", {"problem": "hours"}),
        "sign-in": lambda: client.post("/admin/login/", WRONG_SIGN_IN),
        "page of staff": lambda: staff.get("/orgs/ours/"),
        "command": lambda: organization(),
    }
    found = {}
    for name, ask in asked.items():
        with record_time_limits() as found[name]:
            ask()

    limited, unlimited = {("3s", "700ms")}, {("0", "0")}
    assert found == {
        "page": limited,
        "admin": unlimited,
        "api": limited,
        "form sent": limited,
        "sign-in": limited,
        "page of staff": limited,
        "command": unlimited,
    }


@on_postgresql
@pytest.mark.django_db
def test_rollback_does_not_restore_old_time_limit(client):
    organization(slug="ours")
    with transaction.atomic():
        client.get("/orgs/ours/")
        transaction.set_rollback(True)

    with record_time_limits() as seen:
        organization()

    assert seen == {("0", "0")}
