"""Kill writers and imports without warning; write from many processes at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import psycopg
import pytest

from tests.chaos import rows
from tests.chaos.conftest import manage, serving
from tests.chaos.load import percentile, running_load
from tests.conftest import ROOT
from tests.curation.process_runner import process_runner

ROWS = int(os.environ.get("CHAOS_ROWS", "20000"))
# How often each of the two ways to import is killed.
KILLS = 10
COUNT = """
from hashlib import sha256
from orgs.models import Organization
found = Organization.objects.filter(key__startswith="chaos:").order_by("key")
facts = found.values_list("key", "name", "phone", "city", "version")
print(len(facts), sha256(repr(list(facts)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def writers(tmp_path_factory, own_database):
    folder = tmp_path_factory.mktemp("writers")
    with own_database(folder) as url:
        yield process_runner(url, folder)


def test_eight_writers_lose_no_edit(writers, figures):
    started = time.monotonic()
    expected, found, refused = writers("add", 8, 150)
    seconds = time.monotonic() - started

    figures("eight_writers", there=found, locked=refused, seconds=seconds)
    assert (found, refused) == (expected, 0)


def test_killed_writers_leave_whole_rows(writers, figures):
    written, halves, astray = writers("kill", 100)

    figures("killed_writers", edits=written, half_written=halves, astray=astray)
    assert written > 100
    assert (halves, astray) == (0, 0)


def imported(environment):
    """Return (number of imported rows, hash of their facts)."""
    done = manage(environment, "shell", "-v0", "-c", COUNT, check=True)
    number, digest = done.stdout.split()
    return int(number), digest


def number_of_rows(url):
    """Count the imported rows by SQL, because a Django shell takes seconds."""
    count = "SELECT count(*) FROM orgs_organization WHERE key LIKE 'chaos:%'"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as session:
            return session.execute(count).fetchone()[0]
    with psycopg.connect(url) as session:
        return session.execute(count).fetchone()[0]


def killed_imports(environment, path, lasts, *more):
    """The number of rows after each import, killed after different times."""
    bring_in = [sys.executable, "manage.py", "import_listings", "organizations", path]
    found, cut = [], 0
    for number in range(1, KILLS + 1):
        with subprocess.Popen([*bring_in, *more], cwd=ROOT, env=environment) as running:
            time.sleep(lasts * number / (KILLS + 1))
            cut += running.poll() is None
            running.kill()
        found.append(number_of_rows(environment["DATABASE_URL"]))
    return found, cut


def test_killed_import_leaves_whole_batches(copy, tmp_path, figures):
    """With --atomic, all rows are imported or none.

    Without it, whole batches stay, and importing the file again adds only the rest.
    """
    path = tmp_path / "rows.csv"
    rows.write(path, ROWS, "one")
    bring_in = ["import_listings", "organizations", str(path)]
    started = time.monotonic()
    manage(copy, *bring_in, "--dry-run", check=True)
    lasts = time.monotonic() - started
    together, cut = killed_imports(copy, path, lasts, "--atomic")
    mixed = [found for found in together if found not in (0, ROWS)]
    by_batches, more = killed_imports(copy, path, lasts)
    manage(copy, *bring_in, check=True)
    first = imported(copy)
    manage(copy, *bring_in, check=True)

    figures(
        "killed_import",
        rows=ROWS,
        dry_run_seconds=lasts,
        kills=cut + more,
        mixed=len(mixed),
        rows_after_all=first[0],
    )
    assert mixed == []
    assert cut + more >= 2 * KILLS - 4
    # No row that was imported has disappeared.
    assert by_batches == sorted(by_batches)
    assert first[0] == ROWS
    assert imported(copy) == first


def test_pages_are_fast_while_an_import_runs(copy, tmp_path, figures):
    """Only four clients, so that the machine has a core for the import."""
    path = tmp_path / "rows.csv"
    rows.write(path, ROWS, "two")
    with (
        serving(copy, tmp_path / "log"),
        running_load(copy["PORT"], connections=4) as seen,
    ):
        seen.wait_for(500)
        begun = time.monotonic()
        manage(copy, "import_listings", "organizations", str(path), check=True)
        done = time.monotonic()
        seen.wait_for(100)

    usual = seen.between(0, begun)[100:]
    during_import = seen.between(begun, done)
    failed = [a for a in seen.answers if a.status != 200]
    before, during = percentile(usual, 0.99), percentile(during_import, 0.99)
    figures(
        "pages_during_import",
        rows=ROWS,
        import_seconds=done - begun,
        pages=len(during_import),
        failed=len(failed),
        p99_before=before,
        p99=during,
    )
    assert failed == []
    assert during <= max(2 * before, 1)
