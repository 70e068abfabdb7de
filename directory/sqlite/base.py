"""Django's SQLite, but for the one cursor that it leaves open."""

from __future__ import annotations

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes the cursor of a BEGIN that was refused as "database is locked".

    Its exception lies in a cycle, and the cursor with it. Whichever thread collects
    that waits for the cursor's own thread, which may be waiting for a lock again: with
    Python's one lock in hand, and perhaps with the lock that the others wait for.
    """

    transaction_mode: str | None

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {self.transaction_mode or ''}")
