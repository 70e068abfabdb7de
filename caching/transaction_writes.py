"""What a connection's open transaction has written: rows that nobody else can see yet.

Whatever is made of rows inside a transaction holds until its next write. The directory
version says nothing of that, because it counts what was committed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

# Never used twice in a process, so what a rolled back write made is never found again.
_NUMBERS = itertools.count(1)
READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "SET", "PRAGMA", "EXPLAIN")


class CountsWrites:
    """For a database backend: numbers the last write of the open transaction."""

    # 0 is what was committed.
    last_write = 0
    in_atomic_block: bool
    execute_wrappers: list[Callable[..., Any]]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at_savepoint: dict[str, int] = {}
        self.execute_wrappers.append(self._count)

    def _count(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, _said: Any
    ) -> Any:
        if self.in_atomic_block and not str(sql)[:20].lstrip().startswith(READING):
            self.last_write = next(_NUMBERS)
        return execute(sql, params, many, _said)

    def _savepoint(self, sid: str) -> None:
        self._at_savepoint[sid] = self.last_write
        super()._savepoint(sid)  # type: ignore[misc]  # of Django's wrapper

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # of Django's wrapper
        self.last_write = self._at_savepoint.get(sid, next(_NUMBERS))

    def _commit(self) -> Any:
        self._forget_writes()
        return super()._commit()  # type: ignore[misc]  # of Django's wrapper

    def _rollback(self) -> Any:
        self._forget_writes()
        return super()._rollback()  # type: ignore[misc]  # of Django's wrapper

    def _forget_writes(self) -> None:
        self.last_write = 0
        self._at_savepoint.clear()
