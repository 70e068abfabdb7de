"""A circuit breaker for each database, so that not every request waits for a dead one.

Finding out that a server has vanished takes two seconds. While it is down, one thread a
second tries again, and all others get an error at once.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TypeVar

from django.db import DatabaseError, OperationalError

from caching.db_router import close_broken_connections

Result = TypeVar("Result")

RETRY_SECONDS = 1.0
NEVER = float("-inf")
# When each database alias last failed to answer. An alias that answers is not in it.
_tripped_at: dict[str, float] = {}
_probing = Lock()


def call(alias: str, query: Callable[[], Result]) -> Result:
    """Run a query, or fail at once if the database failed a moment ago.

    Raises DatabaseError.
    """
    if alias not in _tripped_at:
        return _call(alias, query)
    recently = monotonic() - _tripped_at.get(alias, NEVER) <= RETRY_SECONDS
    if recently or not _probing.acquire(blocking=False):
        raise OperationalError("the database was unreachable a moment ago")
    try:
        return _call(alias, query)
    finally:
        _probing.release()


def trip(alias: str) -> None:
    """Make calls to this database fail at once for the next second."""
    _tripped_at[alias] = monotonic()


def clear() -> None:
    """Forget which databases failed."""
    _tripped_at.clear()


def _call(alias: str, query: Callable[[], Result]) -> Result:
    try:
        result = query()
    except DatabaseError:
        # A connection that broke does not mean that a new one would fail.
        if not close_broken_connections():
            trip(alias)
        raise
    _tripped_at.pop(alias, None)
    return result
