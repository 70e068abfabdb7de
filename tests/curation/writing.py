"""Runs the script of writers on a database of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

from django.db.backends.sqlite3._functions import register

from tests.conftest import ROOT


def writers_of(url, folder):
    """What runs the script on that database, and gives its numbers back."""

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "tests.curation.writers", *map(str, words)],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "directory.settings"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return numbers(done.stdout, folder)

    return run


def numbers(output, folder):
    """What the script counted; an SQLite file must be whole as well."""
    for path in folder.glob("*.sqlite3"):
        with closing(sqlite3.connect(path)) as opened:
            # The constraints call functions that Django brings.
            register(opened)
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [int(word) for word in output.split()]
