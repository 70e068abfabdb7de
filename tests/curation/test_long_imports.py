"""A long import lets others write, and a killed one can be resumed or undone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from listings.exchange.batches import BATCH_ROWS
from tests.conftest import ROOT

ROWS = 1_700


@pytest.fixture(scope="module")
def run_part(tmp_path_factory, own_database):
    """Return a function that runs a part of long_imports on a separate database."""

    def run(part):
        folder = tmp_path_factory.mktemp(part)
        with own_database(folder) as url:
            environment = os.environ | {
                "DATABASE_URL": url,
                "DATA_DIR": str(folder),
                "DJANGO_SETTINGS_MODULE": "directory.settings",
            }
            done = subprocess.run(
                [sys.executable, "-m", MODULE, part],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


MODULE = "tests.curation.long_imports"


def test_other_connections_read_and_write_between_the_batches_of_an_import(run_part):
    found = run_part("concurrent")

    assert (found["added"], found["refused"]) == (ROWS, [])
    assert found["written"] == ROWS / 100
    # At most one batch of rows waits for a commit.
    behind = [number - seen for number, seen in found["seen"]]
    assert max(behind) <= BATCH_ROWS
    assert found["seen"][-1][1] >= ROWS - 2 * BATCH_ROWS


def test_killed_import_leaves_whole_batches_and_can_be_resumed_and_undone(run_part):
    found = run_part("killed")

    cut = found["cut"]
    assert cut["state"] == "applying"
    assert 0 < cut["rows"] < ROWS
    assert cut["rows"] % BATCH_ROWS == 0
    assert cut["rows"] == cut["with_history"] == cut["steps"]

    resumed = found["resumed"]
    assert resumed["state"] == "applied"
    assert resumed["rows"] == resumed["with_history"] == resumed["steps"] == ROWS
    assert resumed["branches"] == ROWS / 10
    assert resumed["summary"] == f"{ROWS} added, 0 changed, 0 refused"

    halfway = found["undo_cut"]
    assert halfway["state"] == "undoing"
    assert 0 < halfway["rows"] < ROWS
    assert halfway["rows"] == halfway["steps"]

    assert found["left"] == []
    assert found["undone"]["state"] == "undone"
    assert (found["undone"]["rows"], found["undone"]["steps"]) == (0, 0)
