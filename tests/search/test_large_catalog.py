"""A large catalog is read by a thread, and one that cannot be read is an outage."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.caching.transactions import commit
from tests.conftest import ROOT
from tests.factories import organization, place

LISTED, OUTAGE = [200, True, True], [503, False, False]


@pytest.fixture(scope="module")
def seen(tmp_path_factory, own_database):
    """What a process with more than 10,000 listings saw (large_catalog.py)."""
    with own_database(tmp_path_factory.mktemp("large")) as url:
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "directory.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.search.large_catalog"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_old_index_of_large_catalog_answers_for_two_seconds_at_most(seen):
    assert seen["rows"] == 10_003
    assert seen["held"] == {
        "old answers at first": True,
        "old answers no longer": True,
        "new has it": False,
    }


def test_large_catalog_that_cannot_be_read_is_an_outage_and_never_empty(seen):
    broken = seen["broken"]

    assert all(answer in (LISTED, OUTAGE) for answer in broken["meanwhile"])
    assert broken["last"] == OUTAGE
    assert broken["again"] == [200, True, False]


def refuse_organizations(execute, sql, params, many, context):
    if 'FROM "orgs_organization"' in sql:
        raise OperationalError("the disk is gone")
    return execute(sql, params, many, context)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/find/?near=59301", "/find/?q=peer", "/orgs/?cold=1", "/online/?cold=1"]
)
def test_small_catalog_that_cannot_be_read_is_an_outage_and_never_empty(path):
    client = Client(raise_request_exception=False)
    organization(name="Example Harbor", at=place("59301"), online=True)
    commit()

    with connection.execute_wrapper(refuse_organizations):
        refused = client.get(path)
    answered = client.get(path)

    assert refused.status_code == 503
    assert 'href="tel:988"' in refused.content.decode()
    assert answered.status_code == 200
