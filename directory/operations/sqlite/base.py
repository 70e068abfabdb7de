"""Django's SQLite: a visitor's form gives up after some seconds while others write.

Pages never wait here, because reading does not wait for a writer. A form would wait as
long as a curator does, with one of the site's threads.
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
# In place of Django's, which raise for a text that is none of these.
sqlite3.register_converter("bool", boolean_or_none)
sqlite3.register_converter("date", date_or_none)
sqlite3.register_converter("datetime", datetime_or_none)
# Milliseconds to wait for another writer.
VISITOR_WAIT = 3_000


class DatabaseWrapper(WriteCountingMixin, base.DatabaseWrapper):
    """Also closes the cursor of a BEGIN that was refused as "database is locked".

    Its exception lies in a cycle, and the cursor with it. Whichever thread collects
    that waits for the cursor's own thread, which may be waiting for a lock again: with
    Python's one lock in hand, and perhaps with the lock that the others wait for.
    """

    ops_class = DatabaseOperations
    transaction_mode: str | None
    # As which kind of request the connection waits now.
    _is_limited = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        _keep_private(str(conn_params["database"]))
        self._is_limited = False
        connection = super().get_new_connection(conn_params)
        # Text that is not UTF-8 would be an error of the whole query.
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        wanted = is_time_limited()
        if self._is_limited is not wanted:
            seconds = self.settings_dict["OPTIONS"].get("timeout", 5)
            wait = VISITOR_WAIT if wanted else int(seconds * 1_000)
            self.connection.execute(f"PRAGMA busy_timeout = {wait}")
            self._is_limited = wanted
        return super().create_cursor(name)

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {self.transaction_mode or ''}")


def _keep_private(path: str) -> None:
    """Let nobody but the file's owner read it: it holds password hashes and TOTP keys.

    SQLite gives its journals the rights of the file. A file that is there is never
    opened here: to close it again would drop the locks that this process holds on it
    (POSIX), and another process would then delete the journal under it.
    """
    if path.startswith(("file:", ":memory:")):
        return
    # What is wrong with the folder is for SQLite to say.
    with suppress(OSError):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        except FileExistsError:
            if os.stat(path).st_mode & 0o077:
                os.chmod(path, OWNER_ONLY)
