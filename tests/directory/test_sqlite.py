"""What a busy SQLite leaves behind."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler


def open_cursors():
    """Of this process: a cursor that was closed says so."""
    found = set()
    for cursor in gc.get_objects():
        # isinstance() would ask a stand-in what it is.
        if issubclass(type(cursor), sqlite3.Cursor):
            try:
                cursor.fetchone()
            except sqlite3.ProgrammingError:
                continue
            found.add(id(cursor))
    return found


@pytest.mark.django_db
def test_a_lock_that_is_not_given_leaves_no_cursor_open(tmp_path):
    """Another thread may collect it as garbage, and would wait for this one."""
    path = tmp_path / "busy.sqlite3"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0}
    settings_of_one = {
        "ENGINE": "directory.operations.sqlite",
        "NAME": path,
        "OPTIONS": options,
    }
    ours = ConnectionHandler({"default": settings_of_one})["default"]
    ours.ensure_connection()
    others = sqlite3.connect(path)
    others.execute("BEGIN IMMEDIATE")
    before = open_cursors()

    with pytest.raises(OperationalError, match="locked") as refused:
        ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    # The exception holds every frame that it went through, and what lies in them.
    assert refused.tb is not None
    assert open_cursors() == before
    others.close()
    ours.close()


# The last connection that closes a database deletes its journal, so this asks whether
# another process would believe that it is alone.
ALONE = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
other.execute("SELECT count(*) FROM sqlite_master").fetchone()
other.close()
"""


@pytest.mark.django_db
def test_a_second_connection_keeps_the_locks_of_the_first(tmp_path):
    path = tmp_path / "shared.sqlite3"
    options = {"init_command": "PRAGMA journal_mode=WAL"}
    given = {"ENGINE": "directory.operations.sqlite", "NAME": path, "OPTIONS": options}
    first = ConnectionHandler({"default": given})["default"]
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE note (words TEXT)")
    second = ConnectionHandler({"default": given})["default"]
    second.ensure_connection()

    subprocess.run([sys.executable, "-c", ALONE, str(path)], check=True)

    assert (tmp_path / "shared.sqlite3-wal").exists()
    with first.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES ('safe')")
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT words FROM note").fetchall() == [("safe",)]
    reader.close()
    first.close()
    second.close()
