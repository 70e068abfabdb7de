"""Many processes write at once, and some are killed; run on its own, by its callers.

python -m tests.curation.writers add PROCESSES EDITS   →  expected, found, refused
python -m tests.curation.writers kill TIMES            →  written, halves, rows astray
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


def made(name):
    listing = Organization(
        name=name, kind="peer_run", email="a@example.org", summary="0"
    )
    listing.save()
    return listing


def add_one(*listings):
    """Read each and write one more, all in one transaction."""
    with transaction.atomic():
        for listing in listings:
            fresh = lock_for_update(listing)
            apply_facts(fresh, {"summary": str(int(fresh.summary) + 1)})


def forked(work):
    """The number of a process that does it with a connection of its own."""
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
    listing = made("Example")
    out, into = os.pipe()

    def work():
        for _edit in range(edits):
            try:
                add_one(listing)
            except OperationalError:
                os.write(into, b".")

    for pid in [forked(work) for _process in range(processes)]:
        assert os.waitpid(pid, 0)[1] == 0
    os.close(into)
    refused = len(os.read(out, 65_536))
    listing.refresh_from_db()
    return processes * edits, int(listing.summary), refused


def kill(times):
    """Kill -9 whoever writes two rows and their history; count what does not agree."""
    one, other = made("Example one"), made("Example two")

    def work():
        while True:
            add_one(one, other)

    chance = random.Random(26)
    halves = astray = 0
    for _time in range(times):
        pid = forked(work)
        time.sleep(chance.uniform(0.05, 0.4))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        rows = list(Organization.objects.filter(pk__in=[one.pk, other.pk]))
        halves += rows[0].summary != rows[1].summary
        for row in rows:
            astray += row.history.first().summary != row.summary
            astray += row.history.count() != int(row.summary) + 1
    return int(rows[0].summary), halves, astray


act = add if sys.argv[1] == "add" else kill
print(*act(*map(int, sys.argv[2:])))  # noqa: T201
