"""Django's PostgreSQL, on which a visitor's request gives up after three seconds.

A long query or a lock that somebody holds would else take every thread of the site.
Curators, imports and migrations wait for as long as they must; signing in does not.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from caching.db_router import is_time_limited
from caching.transaction_writes import WriteCountingMixin
from directory.operations.postgresql.loaders import register_loaders

# A lock that takes longer is an outage, and pages should say so within a second.
LIMITED = "SET statement_timeout = '3s'; SET lock_timeout = '700ms'"
# What the server, the role or the address of the database says.
UNLIMITED = "RESET statement_timeout; RESET lock_timeout"


class DatabaseWrapper(WriteCountingMixin, base.DatabaseWrapper):
    """Asks the server for other limits only when another kind of request begins."""

    # None where a rollback may have brought back the limits of before.
    _is_limited: bool | None = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._is_limited = False
        connection = super().get_new_connection(conn_params)
        register_loaders(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        wanted = is_time_limited()
        connection: Any = self.connection
        failed = connection.info.transaction_status == TransactionStatus.INERROR
        if self._is_limited is not wanted and not failed:
            connection.execute(LIMITED if wanted else UNLIMITED)
            self._is_limited = wanted
        return super().create_cursor(name)

    def _rollback(self) -> Any:
        self._is_limited = None
        return super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        self._is_limited = None
        super()._savepoint_rollback(sid)
