"""The directory version: one number that changes when a published fact does.

Whatever is made of published facts may be kept under it: pages, cards, counts, ETags.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from time import monotonic

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from kept.models import DirectoryVersion

# A process asks the database again after so many seconds.
SECOND = 1.0
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    number: int
    changed_at: datetime


LONG_AGO = float("-inf")
# What this process read last, and when.
_seen: tuple[float, Version | None] = (LONG_AGO, None)
# When the database last did not answer; LONG_AGO where it does.
_failed_at = LONG_AGO
_trying = Lock()


def changed() -> None:
    """A published fact is being changed: count that, once, after the commit.

    Within the transaction it would lock a row that every writer needs, and two writers
    who hold a listing each would wait for one another. If the process dies between the
    two, what is kept in memory is gone with it, and kept pages end within a minute.
    """
    if not is_changing():
        transaction.on_commit(_count, robust=True)


def current() -> int | None:
    """The number; None inside a transaction that changed facts, where nothing kept
    is true and nothing made may be kept."""
    return None if is_changing() else latest().number


def latest() -> Version:
    """The version as it was at most a second ago. Raises DatabaseError.

    While the database is away one thread a second asks for it and the others are told
    at once: a server that has vanished takes two seconds to find out.
    """
    at, version = _seen
    if version is not None and monotonic() - at <= SECOND:
        return version
    if _failed_at == LONG_AGO:
        return _look()
    if monotonic() - _failed_at <= SECOND or not _trying.acquire(blocking=False):
        raise OperationalError("the database was away a moment ago")
    try:
        return _look()
    finally:
        _trying.release()


def database_is_away() -> None:
    """Somebody has just waited for it in vain: nobody else should for a second."""
    global _failed_at
    _failed_at = monotonic()


def _look() -> Version:
    global _seen, _failed_at
    try:
        row = DirectoryVersion.objects.values_list("number", "changed_at").first()
    except DatabaseError:
        database_is_away()
        raise
    version = Version(*row) if row else Version(0, BEGINNING)
    _seen, _failed_at = (monotonic(), version), LONG_AGO
    return version


def last_seen() -> Version | None:
    """What was read last, however long ago; asks nobody."""
    return _seen[1]


def look_again() -> None:
    """Read it anew the next time: whoever asks now may have changed something."""
    global _seen
    _seen = (LONG_AGO, _seen[1])


def is_changing() -> bool:
    """Has this transaction changed a published fact already?"""
    waiting = transaction.get_connection().run_on_commit
    return any(act is _count for _savepoints, act, _robust in waiting)


def _count() -> None:
    DirectoryVersion.objects.get_or_create(pk=DirectoryVersion.ONLY)
    row = DirectoryVersion.objects.filter(pk=DirectoryVersion.ONLY)
    row.update(number=F("number") + 1, changed_at=timezone.now())
    look_again()
