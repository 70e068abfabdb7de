"""Is the database away? One thread a second finds out, and the others are told.

A server that has vanished takes two seconds to find out, and nobody should wait twice.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TypeVar

from django.db import DatabaseError, OperationalError

Answer = TypeVar("Answer")

SECOND = 1.0
NEVER = float("-inf")
# When it last did not answer; NEVER once it has answered again.
_failed_at = NEVER
_trying = Lock()


def ask(question: Callable[[], Answer]) -> Answer:
    """The database's answer, unless it gave none a moment ago. Raises DatabaseError."""
    if _failed_at == NEVER:
        return _try(question)
    if monotonic() - _failed_at <= SECOND or not _trying.acquire(blocking=False):
        raise OperationalError("the database was away a moment ago")
    try:
        return _try(question)
    finally:
        _trying.release()


def failed() -> None:
    """Somebody has just waited in vain: nobody else should for a second."""
    global _failed_at
    _failed_at = monotonic()


def _try(question: Callable[[], Answer]) -> Answer:
    global _failed_at
    try:
        answer = question()
    except DatabaseError:
        failed()
        raise
    _failed_at = NEVER
    return answer
