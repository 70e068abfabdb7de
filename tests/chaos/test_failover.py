"""Servers of the database lost under 50 connections, with the site as deployed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.browser.conftest import wait_for
from tests.chaos.conftest import manage
from tests.chaos.crowd import curator, visitors
from tests.conftest import ROOT, free_port
from tests.pair import caught_up, never_ahead, pair

SIGN_IN = """
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
client = Client()
client.force_login(get_user_model().objects.create_superuser("ada"))
print(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
ZIPS = (59301, 10027, 60601, 33101, 99501, 96701, 78701, 98101, 87501, 73301)
STATES = ("mt", "ny", "il", "fl", "ak", "hi", "tx", "wa", "nm", "ca")
# Found anew for each, kept for a minute, and in Spanish.
PATHS = [
    path
    for code, state in zip(ZIPS, STATES, strict=True)
    for path in (
        f"/find/?near={code}",
        f"/states/{state}/",
        f"/es/find/?near={code}&kind=cil",
        f"/warmlines/?near={code}",
        "/orgs/?q=peer",
    )
]


@pytest.fixture(scope="module")
def servers():
    with pair() as (primary, standby):
        yield primary, standby


@pytest.fixture(scope="module")
def environment(servers, tmp_path_factory):
    both = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    told = {
        "DATABASE_URL": f"postgres://directory@{both}/directory",
        "DATABASE_REPLICA_URL": f"postgres://directory@{both}/directory",
        "DATA_DIR": str(tmp_path_factory.mktemp("site")),
        "PORT": str(free_port()),
    }
    environment = os.environ | told
    manage(environment, "prepare", check=True)
    caught_up(*servers)
    return environment


@pytest.fixture(scope="module")
def port(environment, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "site.log"
    serve = [sys.executable, "-m", "gunicorn", "--config", "directory/gunicorn.py"]
    with log.open("wb") as out:
        site = subprocess.Popen(
            serve, cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    wait_for(f"http://127.0.0.1:{environment['PORT']}/readyz", site, log)
    yield int(environment["PORT"])
    site.terminate()
    site.wait(timeout=40)


def test_a_replica_that_is_lost_costs_no_page(servers, port, capsys):
    _primary, standby = servers
    with visitors(port, PATHS) as read:
        read.reach(1_000)
        before = read.begin_anew()
        standby.kill()
        read.reach(4_000)
        standby.start()
        read.reach(5_000)

    with capsys.disabled():
        print(  # noqa: T201
            f"\nreplica killed: {len(read.failed)} of {read.answered} reads failed, "
            f"slowest {read.slowest:.1f} s (before: {before:.1f} s)"
        )
    assert read.failed == []


def test_a_primary_that_is_lost_costs_no_page_and_no_write(
    servers, environment, port, capsys
):
    """It is never used again: this test is the last one with these servers."""
    primary, standby = servers
    signed_in = manage(environment, "shell", "--no-imports", "-c", SIGN_IN, check=True)
    never_ahead(primary)
    with visitors(port, PATHS) as read, curator(port, signed_in.stdout.strip()) as done:
        read.reach(1_000)
        assert done.acknowledged, done.refused[:1]
        before = read.begin_anew()
        primary.kill()
        lost_at = time.monotonic()
        time.sleep(2)
        standby.promote()
        promoted_at = time.monotonic()
        read.reach(4_000)

    kept = {slug for (slug,) in standby.ask("SELECT slug FROM listings_term")}
    lost = done.acknowledged.keys() - kept
    again = min(at for at in done.acknowledged.values() if at > lost_at)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nprimary killed: {len(read.failed)} of {read.answered} reads failed, "
            f"slowest {read.slowest:.1f} s (before: {before:.1f} s); "
            f"{len(lost)} of {len(done.acknowledged)} acknowledged writes lost, "
            f"{len(done.refused)} refused, the first one again "
            f"{again - promoted_at:.2f} s after the promotion"
        )
    assert read.failed == []
    assert lost == set()
    assert done.refused
    assert all(status >= 500 and "988" in text for status, text in done.refused)
