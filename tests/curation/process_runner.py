"""Run concurrent_processes on a separate database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

from django.db.backends.sqlite3._functions import register

from tests.conftest import ROOT


def process_runner(url, folder):
    """Return a function that runs the script on a database and returns its numbers."""

    def run(*words):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.curation.concurrent_processes",
                *map(str, words),
            ],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "directory.settings"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return parse_numbers(done.stdout, folder)

    return run


def parse_numbers(output, folder):
    """Return the printed numbers, after checking that an SQLite file is intact."""
    for path in folder.glob("*.sqlite3"):
        with closing(sqlite3.connect(path)) as opened:
            # The constraints use functions that Django defines.
            register(opened)
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [int(word) for word in output.split()]
