"""Is a database away? One thread a second finds out, and the others are told.

A server that has vanished takes two seconds to find out, and nobody should wait twice.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TypeVar

from django.db import DatabaseError, OperationalError

from caching.db_router import lost

Answer = TypeVar("Answer")

SECOND = 1.0
NEVER = float("-inf")
# When the server of an alias last did not answer; without it once it has again.
_failed_at: dict[str, float] = {}
_trying = Lock()


def ask(alias: str, question: Callable[[], Answer]) -> Answer:
    """The database's answer, unless it gave none a moment ago. Raises DatabaseError."""
    if alias not in _failed_at:
        return _try(alias, question)
    recently = monotonic() - _failed_at.get(alias, NEVER) <= SECOND
    if recently or not _trying.acquire(blocking=False):
        raise OperationalError("the database was away a moment ago")
    try:
        return _try(alias, question)
    finally:
        _trying.release()


def failed(alias: str) -> None:
    """Somebody has just waited in vain: nobody else should for a second."""
    _failed_at[alias] = monotonic()


def _try(alias: str, question: Callable[[], Answer]) -> Answer:
    try:
        answer = question()
    except DatabaseError:
        # A connection that broke says nothing of the next one.
        if not lost():
            failed(alias)
        raise
    _failed_at.pop(alias, None)
    return answer
