"""A long import and its undo, while others write; run on its own, by its callers.

python -m tests.curation.long_imports meanwhile → JSON of another connection's acts
python -m tests.curation.long_imports killed      →  JSON: what a killed import left
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from curation.imports import apply_import, resume_import  # noqa: E402
from curation.models import ImportRun  # noqa: E402
from curation.undo import undo_import  # noqa: E402
from listings.exchange.workflow import import_rows  # noqa: E402
from orgs.importing import OrganizationImporter  # noqa: E402
from orgs.models import Organization  # noqa: E402

ROWS = 1_700
COLUMNS = sorted(OrganizationImporter.columns)
COUNT = "SELECT count(*) FROM orgs_organization"
WRITE = (
    "INSERT INTO curation_optout (email, created_at)"
    " VALUES ('{}', '2026-11-30 12:00:00')"
)


def row(number):
    blank = dict.fromkeys(COLUMNS, "")
    return blank | {
        "key": f"long:{number}",
        "name": f"Example {number}",
        "kind": "peer_run",
        "state": "MT",
        "phone": "+14065550101",
        # Every tenth is a branch of a row that comes much later, or of one before.
        "branch_of": f"Example {ROWS - number}" if number % 10 == 1 else "",
    }


def another():
    """A connection like that of another process, which waits for a lock 2 seconds."""
    used = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return sqlite3.connect(used["NAME"], timeout=2, isolation_level=None)
    server = f"host={used['HOST']} port={used['PORT']} user={used['USER']}"
    session = psycopg.connect(f"{server} dbname={used['NAME']}", autocommit=True)
    session.execute("SET lock_timeout = '2s'")
    return session


def seen_by(session):
    return session.execute(COUNT).fetchone()[0]


def meanwhile():
    """Another connection reads and writes while the file is being read."""
    said = {"seen": [], "written": 0}

    class Interrupted(OrganizationImporter):
        def read(self, cells):
            number = int(cells["key"].rpartition(":")[2])
            if number % 100 == 50:
                with closing(another()) as session:
                    said["seen"].append((number, seen_by(session)))
                    session.execute(WRITE.format(f"{number}@example.org"))
                    said["written"] += 1
            return super().read(cells)

    report = import_rows(Interrupted, [row(n) for n in range(ROWS)])
    return said | {"added": report.added, "refused": report.refused}


def text_of(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def killed_when(is_time, act):
    """Do it in a process of its own, which is killed without warning."""
    connection.close()
    pid = os.fork()
    if pid == 0:
        act()
        os._exit(0)
    with closing(another()) as session:
        while not is_time(seen_by(session)):
            ended, _status = os.waitpid(pid, os.WNOHANG)
            assert not ended, "it was over too soon"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def state_of(run):
    run.refresh_from_db()
    rows = Organization.objects.filter(key__startswith="long:")
    past = Organization.history.filter(id__in=rows.values("pk"))
    return {
        "state": run.state,
        "rows": rows.count(),
        "with_history": past.values("id").distinct().count(),
        "steps": run.rows.count(),
        "branches": rows.exclude(parent=None).count(),
        "summary": run.summary,
    }


def killed():
    run = ImportRun.objects.create(
        kind="organizations",
        file_name="long.csv",
        content=text_of(row(number) for number in range(ROWS)),
    )
    killed_when(lambda seen: seen > 0, lambda: apply_import(run))
    said = {"cut": state_of(run)}
    resume_import(run)
    said["resumed"] = state_of(run)
    killed_when(lambda seen: seen < ROWS, lambda: undo_import(run))
    said["undo_cut"] = state_of(run)
    said["left"] = undo_import(run)[1]
    said["undone"] = state_of(run)
    return said


act = meanwhile if sys.argv[1] == "meanwhile" else killed
print(json.dumps(act()))  # noqa: T201
