"""The meetings of fixtures/meetings.csv with their organizations."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from tests.caching.transactions import commit
from tests.factories import person

FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture
def ada(client):
    """Return a browser in which a curator is signed in."""
    client.force_login(person())
    return client


def real_rows():
    with (FIXTURES / "meetings.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def real_meetings(django_db_setup, django_db_blocker):
    """Load the meetings for the tests of a module, and delete them afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        for kind in ("organizations", "meetings"):
            path = FIXTURES / f"{kind}.csv"
            call_command("import_listings", kind, path, quiet=True, stdout=StringIO())
        commit()
        yield
        transaction.set_rollback(True)
