"""Run a long import and its undo. Run by test_long_imports on a separate database.

`concurrent` prints as JSON what another connection could read and write during it.
`killed` prints as JSON what is left after the processes were killed.
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


def import_row(number):
    blank = dict.fromkeys(COLUMNS, "")
    return blank | {
        "key": f"long:{number}",
        "name": f"Example {number}",
        "kind": "peer_run",
        "state": "MT",
        "phone": "+14065550101",
        # Every tenth row is a branch of a row that comes much later or earlier.
        "branch_of": f"Example {ROWS - number}" if number % 10 == 1 else "",
    }


def connect():
    """Return another connection, which waits two seconds for a lock."""
    used = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return sqlite3.connect(used["NAME"], timeout=2, isolation_level=None)
    server = f"host={used['HOST']} port={used['PORT']} user={used['USER']}"
    session = psycopg.connect(f"{server} dbname={used['NAME']}", autocommit=True)
    session.execute("SET lock_timeout = '2s'")
    return session


def count_rows(session):
    return session.execute(COUNT).fetchone()[0]


def concurrent():
    """Read and write from another connection while the file is being read."""
    result = {"seen": [], "written": 0}

    class WatchedImporter(OrganizationImporter):
        def read(self, cells):
            number = int(cells["key"].rpartition(":")[2])
            if number % 100 == 50:
                with closing(connect()) as session:
                    result["seen"].append((number, count_rows(session)))
                    session.execute(WRITE.format(f"{number}@example.org"))
                    result["written"] += 1
            return super().read(cells)

    report = import_rows(WatchedImporter, [import_row(n) for n in range(ROWS)])
    return result | {"added": report.added, "refused": report.refused}


def csv_text(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def kill_when(is_time, act):
    """Run `act` in a new process, and kill it without warning once `is_time`."""
    connection.close()
    pid = os.fork()
    if pid == 0:
        act()
        os._exit(0)
    with closing(connect()) as session:
        while not is_time(count_rows(session)):
            ended, _status = os.waitpid(pid, os.WNOHANG)
            assert not ended, "the process ended before it was killed"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def describe(run):
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
        content=csv_text(import_row(number) for number in range(ROWS)),
    )
    kill_when(lambda seen: seen > 0, lambda: apply_import(run))
    result = {"cut": describe(run)}
    resume_import(run)
    result["resumed"] = describe(run)
    kill_when(lambda seen: seen < ROWS, lambda: undo_import(run))
    result["undo_cut"] = describe(run)
    result["left"] = undo_import(run)[1]
    result["undone"] = describe(run)
    return result


act = concurrent if sys.argv[1] == "concurrent" else killed
print(json.dumps(act()))  # noqa: T201
