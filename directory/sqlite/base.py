"""Django's SQLite, but for the one cursor that it leaves open."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

OWNER_ONLY = 0o600


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes the cursor of a BEGIN that was refused as "database is locked".

    Its exception lies in a cycle, and the cursor with it. Whichever thread collects
    that waits for the cursor's own thread, which may be waiting for a lock again: with
    Python's one lock in hand, and perhaps with the lock that the others wait for.
    """

    transaction_mode: str | None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        _keep_private(str(conn_params["database"]))
        return super().get_new_connection(conn_params)

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
