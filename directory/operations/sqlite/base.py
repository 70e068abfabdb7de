"""Django's SQLite backend, with a shorter wait for locks in visitors' requests.

Reading pages never waits for a writer. A visitor's form would wait as long as a
curator's does, and block one of the site's threads.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from functools import partial
from typing import Any

from django.db.backends.sqlite3 import base

from caching.db_router import is_time_limited
from caching.transaction_writes import WriteCountingMixin
from directory.operations.sqlite.operations import (
    DatabaseOperations,
    boolean_or_none,
    date_or_none,
    datetime_or_none,
)

OWNER_ONLY = 0o600
# These replace Django's converters, which raise for a text they cannot convert.
sqlite3.register_converter("bool", boolean_or_none)
sqlite3.register_converter("date", date_or_none)
sqlite3.register_converter("datetime", datetime_or_none)
# How long a visitor's request waits for another writer.
VISITOR_TIMEOUT_MS = 3_000


class DatabaseWrapper(WriteCountingMixin, base.DatabaseWrapper):
    """Also closes the cursor of a BEGIN that failed with "database is locked".

    The exception is part of a reference cycle, and so is the cursor. The thread that
    garbage-collects it waits for the thread that owns the cursor, which may be waiting
    for a lock again: a deadlock, with the interpreter's lock held.
    """

    ops_class = DatabaseOperations
    transaction_mode: str | None
    # Whether the connection's busy timeout is the visitors' one now.
    _is_limited = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        _restrict_to_owner(str(conn_params["database"]))
        self._is_limited = False
        connection = super().get_new_connection(conn_params)
        # By default, one text that is not UTF-8 makes the whole query fail.
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        wanted = is_time_limited()
        if self._is_limited is not wanted:
            seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
            wait = VISITOR_TIMEOUT_MS if wanted else int(seconds * 1_000)
            self.connection.execute(f"PRAGMA busy_timeout = {wait}")
            self._is_limited = wanted
        return super().create_cursor(name)

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {self.transaction_mode or ''}")


def _restrict_to_owner(path: str) -> None:
    """Let only the owner read the file: it contains password hashes and TOTP keys.

    SQLite gives its journals the permissions of the file. An existing file is never
    opened here: closing it would drop the locks that this process holds on it (POSIX),
    and another process could then delete the journal in use.
    """
    if path.startswith(("file:", ":memory:")):
        return
    # If the folder cannot be used, SQLite raises the better error.
    with suppress(OSError):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        except FileExistsError:
            if os.stat(path).st_mode & 0o077:
                os.chmod(path, OWNER_ONLY)
