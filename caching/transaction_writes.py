"""Number the writes of a connection's open transaction.

A value that is computed inside a transaction is valid until the transaction's next
write. The content version cannot tell, because it counts committed changes only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

# No number is used twice in a process, so a value that was computed from a write that
# was rolled back is never used again.
_write_numbers = itertools.count(1)
READ_STATEMENTS = (
    "SELECT",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK TO",
    "SET",
    "PRAGMA",
    "EXPLAIN",
)


class WriteCountingMixin:
    """Mixin of database backends: `last_write` numbers the transaction's last write."""

    # 0 means that the transaction has written nothing.
    last_write = 0
    in_atomic_block: bool
    execute_wrappers: list[Callable[..., Any]]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._writes_at_savepoint: dict[str, int] = {}
        self.execute_wrappers.append(self._count_write)

    def _count_write(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,
        context: Any,
    ) -> Any:
        if self.in_atomic_block and not str(sql)[:20].lstrip().startswith(
            READ_STATEMENTS
        ):
            self.last_write = next(_write_numbers)
        return execute(sql, params, many, context)

    def _savepoint(self, sid: str) -> None:
        self._writes_at_savepoint[sid] = self.last_write
        super()._savepoint(sid)  # type: ignore[misc]  # a method of Django's wrapper

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # a method of Django's wrapper
        self.last_write = self._writes_at_savepoint.get(sid, next(_write_numbers))

    def _commit(self) -> Any:
        self._reset_writes()
        return super()._commit()  # type: ignore[misc]  # a method of Django's wrapper

    def _rollback(self) -> Any:
        self._reset_writes()
        return super()._rollback()  # type: ignore[misc]  # a method of Django's wrapper

    def _reset_writes(self) -> None:
        self.last_write = 0
        self._writes_at_savepoint.clear()
