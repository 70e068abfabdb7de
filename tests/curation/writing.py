"""Runs the script of writers on a database of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

from django.db.backends.sqlite3._functions import register

from tests.conftest import ROOT, own_database


@contextmanager
def own_writers(folder):
    """What runs it, and gives its numbers back."""
    with own_database(folder) as url:
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "directory.settings",
        }

        def run(*command):
            done = subprocess.run(
                [sys.executable, *map(str, command)],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        run("manage.py", "migrate", "-v0")
        yield lambda *words: numbers(
            run("-m", "tests.curation.writers", *words), folder
        )


def numbers(output, folder):
    """What the script counted; an SQLite file must be whole as well."""
    for path in folder.glob("*.sqlite3"):
        with closing(sqlite3.connect(path)) as opened:
            # The constraints call functions that Django brings.
            register(opened)
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [int(word) for word in output.split()]
