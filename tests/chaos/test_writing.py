"""Writers and imports killed without warning; many processes that write at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.chaos import rows
from tests.chaos.conftest import manage, serving
from tests.chaos.load import load, percentile, statuses
from tests.conftest import ROOT
from tests.desk.writing import own_writers

ROWS = int(os.environ.get("CHAOS_ROWS", "20000"))
KILLS = 20
COUNT = """
from hashlib import sha256
from orgs.models import Organization
found = Organization.objects.filter(key__startswith="chaos:").order_by("key")
facts = found.values_list("key", "name", "phone", "city", "version")
print(len(facts), sha256(repr(list(facts)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def writers(tmp_path_factory):
    with own_writers(tmp_path_factory.mktemp("writers")) as run:
        yield run


def test_8_processes_write_150_times_each(writers, say):
    started = time.monotonic()
    expected, found, refused = writers("add", 8, 150)
    seconds = time.monotonic() - started

    say(f"8 times 150 edits in {seconds:.0f} s: {found} there, {refused} locked")
    assert (found, refused) == (expected, 0)


def test_100_writers_are_killed(writers, say):
    written, halves, astray = writers("kill", 100)

    say(f"100 kills in {written} edits: {halves} half-written, {astray} astray")
    assert written > 100
    assert (halves, astray) == (0, 0)


def imported(environment):
    """(how many of the file's rows are there, a hash of their facts)."""
    done = manage(environment, "shell", "-v0", "-c", COUNT, check=True)
    number, digest = done.stdout.split()
    return int(number), digest


def test_an_import_of_20_000_rows_killed_at_20_moments(environment, tmp_path, say):
    """All of them or none; brought in once more, nothing changes."""
    path = tmp_path / "rows.csv"
    rows.write(path, ROWS, "one")
    bring_in = [sys.executable, "manage.py", "import_listings", "organizations", path]
    started = time.monotonic()
    whole = subprocess.run([*bring_in, "--dry-run"], cwd=ROOT, env=environment)
    assert whole.returncode == 0
    lasts = time.monotonic() - started
    mixed, cut = [], 0
    for number in range(1, KILLS + 1):
        with subprocess.Popen(bring_in, cwd=ROOT, env=environment) as running:
            time.sleep(lasts * number / (KILLS + 1))
            cut += running.poll() is None
            running.kill()
        found, _digest = imported(environment)
        if found not in (0, ROWS):
            mixed.append(found)
    manage(environment, "import_listings", "organizations", str(path), check=True)
    first = imported(environment)
    manage(environment, "import_listings", "organizations", str(path), check=True)

    say(
        f"import of {ROWS} rows ({lasts:.0f} s), {cut} kills: {len(mixed)} mixed states"
    )
    assert mixed == []
    assert cut >= KILLS - 2
    assert first[0] == ROWS
    assert imported(environment) == first


def test_pages_while_an_import_runs(copy, tmp_path, say):
    """Four people at a time, so that the machine has a core for the import."""
    path = tmp_path / "rows.csv"
    rows.write(path, ROWS, "two")
    bring_in = [sys.executable, "manage.py", "import_listings", "organizations", path]
    with (
        serving(copy, tmp_path / "log"),
        load(copy["PORT"], connections=4) as seen,
    ):
        seen.wait_for(500)
        begun = time.monotonic()
        subprocess.run(bring_in, cwd=ROOT, env=copy, check=True)
        done = time.monotonic()
        seen.wait_for(100)

    usual = seen.between(0, begun)[100:]
    meanwhile = seen.between(begun, done)
    say(
        f"import of {ROWS} rows in {done - begun:.0f} s; p99 of pages before"
        f" {percentile(usual, 0.99):.2f} s, meanwhile"
        f" {percentile(meanwhile, 0.99):.2f} s: {len(meanwhile)} answers"
        f" {statuses(meanwhile)}"
    )
    assert statuses(seen.answers).keys() == {200}
