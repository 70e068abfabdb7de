"""Django's PostgreSQL backend, with a time limit of 3 seconds in visitors' requests.

Otherwise a slow query or a held lock could block every thread of the site. Signing in
has the limit too; curators, imports and migrations have none.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from caching.db_router import is_time_limited
from caching.transaction_writes import WriteCountingMixin
from directory.operations.postgresql.loaders import register_loaders

# Waiting longer for a lock counts as an outage, which a page reports within a second.
LIMIT_TIMEOUTS = "SET statement_timeout = '3s'; SET lock_timeout = '700ms'"
# Return to the limits of the server, the role or the database URL.
RESET_TIMEOUTS = "RESET statement_timeout; RESET lock_timeout"


class DatabaseWrapper(WriteCountingMixin, base.DatabaseWrapper):
    """Changes the limits only when a request of the other kind begins."""

    # None if a rollback may have restored earlier limits.
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
            connection.execute(LIMIT_TIMEOUTS if wanted else RESET_TIMEOUTS)
            self._is_limited = wanted
        return super().create_cursor(name)

    def _rollback(self) -> Any:
        self._is_limited = None
        return super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        self._is_limited = None
        super()._savepoint_rollback(sid)
