"""1,000 saves at once, by real threads on a real database: no edit is lost."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

SAVES = 1_000


def test_thousand_concurrent_saves_lose_no_edit(tmp_path, own_database):
    with own_database(tmp_path) as url:
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "tests/curation/race.py", str(SAVES)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    asked, kept, versions, again = (int(word) for word in done.stdout.split())

    assert asked == kept == versions == SAVES
    # Without a collision the test would show nothing.
    assert again > 0
