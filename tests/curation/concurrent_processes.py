"""Write from several processes, and kill some of them. Run by process_runner.

`add PROCESSES EDITS` prints the expected edits, the saved ones, and the refused ones.
`kill TIMES` prints the edits, and the numbers of half-written and inconsistent rows.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback

import django

django.setup()

from django.db import OperationalError, connection, transaction  # noqa: E402

from curation.workflow import lock_for_update  # noqa: E402
from listings.field_values import apply_facts  # noqa: E402
from orgs.models import Organization  # noqa: E402


def create_listing(name):
    listing = Organization(
        name=name, kind="peer_run", email="a@example.org", summary="0"
    )
    listing.save()
    return listing


def add_one(*listings):
    """Add one to the number in each summary, all in one transaction."""
    with transaction.atomic():
        for listing in listings:
            fresh = lock_for_update(listing)
            apply_facts(fresh, {"summary": str(int(fresh.summary) + 1)})


def fork(work):
    """Run `work` in a new process with its own connection. Return its id."""
    connection.close()
    if pid := os.fork():
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def add(processes, edits):
    listing = create_listing("Example")
    out, into = os.pipe()

    def work():
        for _edit in range(edits):
            try:
                add_one(listing)
            except OperationalError:
                os.write(into, b".")

    for pid in [fork(work) for _process in range(processes)]:
        assert os.waitpid(pid, 0)[1] == 0
    os.close(into)
    refused = len(os.read(out, 65_536))
    listing.refresh_from_db()
    return processes * edits, int(listing.summary), refused


def kill(times):
    """Kill a process that writes two rows with their history, again and again."""
    one, other = create_listing("Example one"), create_listing("Example two")
    started, signal_start = os.pipe()

    def work():
        add_one(one, other)
        os.write(signal_start, b".")
        while True:
            add_one(one, other)

    rng = random.Random(26)
    halves = inconsistent = 0
    for _time in range(times):
        pid = fork(work)
        os.read(started, 1)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        rows = list(Organization.objects.filter(pk__in=[one.pk, other.pk]))
        halves += rows[0].summary != rows[1].summary
        for row in rows:
            inconsistent += row.history.first().summary != row.summary
            inconsistent += row.history.count() != int(row.summary) + 1
    return int(rows[0].summary), halves, inconsistent


act = add if sys.argv[1] == "add" else kill
print(*act(*map(int, sys.argv[2:])))  # noqa: T201
