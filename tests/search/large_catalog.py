"""A catalog too large to be read by a request: what pages say while a thread reads it.

Run by tests/search/test_large_catalog.py in a process of its own, because a thread sees
nothing of a test's transaction. Prints what was seen, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import OperationalError, connections  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import Client  # noqa: E402

from orgs.models import Organization  # noqa: E402
from search.current import MAX_INLINE, index_of  # noqa: E402

PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
# A search engine's parameter, so that no page is answered from the page cache.
CATALOG = "/orgs/?cold=1"
STALE_SECONDS = 2.0
# No step takes a tenth of it.
MAX_WAIT = 60


class Gate:
    """Holds or breaks each reading of organizations on connections made from now."""

    def __init__(self):
        self.is_open = threading.Event()
        self.is_open.set()
        self.is_broken = False
        connection_created.connect(self.watch)

    def watch(self, connection, **_sent):
        connection.execute_wrappers.append(self)

    def __call__(self, execute, sql, params, many, context):
        if 'FROM "orgs_organization"' in sql:
            self.is_open.wait(MAX_WAIT)
            if self.is_broken:
                raise OperationalError("the disk is gone")
        return execute(sql, params, many, context)


def make(count):
    rows = []
    for number in range(count):
        row = Organization(
            name=f"Example {number:05} Peer Center",
            slug=f"made-{number}",
            kind=Organization.Kind.PEER_RUN,
            status=Organization.Status.PUBLISHED,
            phone="+14065550101",
        )
        row.update_derived_fields()
        rows.append(row)
    Organization.objects.bulk_create(rows, batch_size=500)


def withdraw(slug):
    row = Organization.objects.get(slug=slug)
    row.status = Organization.Status.DRAFT
    row.save()
    return row.pk


def has_row(index, pk):
    return pk in index.pks.tolist()


def another_request(pk):
    try:
        return has_row(index_of(Organization), pk)
    finally:
        connections.close_all()


def while_it_is_read(gate):
    """Whether a listing that was withdrawn is still in the answer, and for how long."""
    gone, began = withdraw("made-0"), monotonic()
    gate.is_open.clear()
    at_first = has_row(index_of(Organization), gone)
    while monotonic() - began < STALE_SECONDS:
        sleep(0.05)
    with ThreadPoolExecutor(1) as pool:
        request = pool.submit(another_request, gone)
        sleep(0.3)
        is_waiting = not request.done()
        gate.is_open.set()
        return {
            "old answers at first": at_first,
            "old answers no longer": is_waiting,
            "new has it": request.result(MAX_WAIT),
        }


def page_says(client):
    response = client.get(CATALOG)
    text = response.content.decode()
    return response.status_code, "Example 00002" in text, "Example 00001" in text


def where_reading_fails(gate):
    """Every answer until nothing is known any more, and when reading works again."""
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    withdraw("made-1")
    gate.is_broken = True
    began, seen = monotonic(), set()
    while monotonic() - began < STALE_SECONDS:
        seen.add(page_says(client))
    last, again = page_says(client), None
    gate.is_broken = False
    began = monotonic()
    while again != (200, True, False) and monotonic() - began < MAX_WAIT:
        again = page_says(client)
    return {"meanwhile": sorted(seen), "last": last, "again": again}


def main():
    settings.STORAGES["staticfiles"]["BACKEND"] = PLAIN_FILES
    # Still more than a request reads itself when two are withdrawn.
    make(MAX_INLINE + 3)
    gate = Gate()
    rows = len(index_of(Organization))
    seen = {
        "rows": rows,
        "held": while_it_is_read(gate),
        "broken": where_reading_fails(gate),
    }
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
