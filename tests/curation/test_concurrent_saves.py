"""Hundreds of concurrent saves by threads on a real database lose no edit."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

SAVES = 200


def test_concurrent_saves_lose_no_edit(tmp_path, own_database):
    with own_database(tmp_path) as url:
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "tests/curation/concurrent_saves.py", str(SAVES)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    expected, saved, versions, refused = (int(word) for word in done.stdout.split())

    assert expected == saved == versions == SAVES
    # Without any conflict, the test would prove nothing.
    assert refused > 0
