"""The site with a PostgreSQL primary and a replica, both started here."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.conftest import ROOT
from tests.postgresql_pair import INITDB, primary_and_standby

pytestmark = [
    # Its databases are those of the pair; this says that it needs PostgreSQL.
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql" or INITDB is None,
        reason="runs where PostgreSQL is tested, from Debian's programs",
    ),
]


@pytest.fixture(scope="module")
def seen():
    """The results of tests/replica_process.py with both servers."""
    with primary_and_standby("-c fsync=off -c log_statement=all") as (primary, standby):
        both = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        environment = {
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            "DATABASE_URL": f"postgres://directory@{both}/directory",
            "DATABASE_REPLICA_URL": f"postgres://directory@{both}/directory",
            "PRIMARY_URL": f"postgres://{primary.address}/directory",
            "STANDBY_URL": f"postgres://{standby.address}/directory",
            "PRIMARY_LOG": str(primary.log),
            "STANDBY_LOG": str(standby.log),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.replica_process"],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_public_reads_use_the_replica(seen):
    for kind in ("page", "search", "near", "file", "api"):
        tables = seen["reads"][kind]
        assert "orgs_organization" in tables["standby"], kind
        assert set(tables["primary"]) == set(), kind


def test_forms_staff_and_writes_use_the_primary(seen):
    for kind in ("form", "curator", "near_by_curator", "admin", "write"):
        # The content version is read before the view is known to be a form.
        tables = set(seen["reads"][kind]["standby"]) - {"caching_directoryversion"}
        assert tables == set(), kind
    for kind in ("form", "curator", "write"):
        assert "orgs_organization" in seen["reads"][kind]["primary"], kind


def test_curator_sees_own_change_at_once(seen):
    assert seen["lag"]["curator"] == ["Second"]


def test_rows_of_lagging_replica_are_not_cached_under_new_version(seen):
    assert seen["lag"]["visitor"] == [["First"], ["First"]]
    assert seen["lag"]["later"] == ["Second"]


def test_rows_of_lagging_replica_are_not_cached_after_failover(seen):
    assert seen["other"]["between"] == ["Second"]
    assert seen["other"]["within"] == {"status": 200, "lost": 1}
    assert seen["other"]["later"] == [["Third"], ["Third"]]


@pytest.mark.parametrize("kind", ["page", "version", "search", "api", "form"])
def test_page_is_retried_when_connection_breaks(seen, kind):
    assert seen["cut"][kind] == {"status": 200, "lost": 1}


def test_page_is_retried_only_once(seen):
    assert seen["cut"]["again"]["status"] >= 500
    assert seen["cut"]["again"]["lost"] == 2


@pytest.mark.parametrize("kind", ["write", "staff"])
def test_write_is_never_retried(seen, kind):
    assert seen["cut"][kind]["status"] >= 500
    assert seen["cut"][kind]["lost"] == 1
