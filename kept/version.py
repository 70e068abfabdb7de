"""The directory version: one number that changes when a published fact does.

Whatever is made of published facts may be kept under it: pages, cards, counts, ETags.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kept import away
from kept.models import DirectoryVersion

# A process asks the database again after so many seconds.
SECOND = 1.0
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    number: int
    changed_at: datetime


# What this process read last, and when.
_seen: tuple[float, Version | None] = (0.0, None)
# The same, however long ago that was.
_last: Version | None = None


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
    """The version as it was at most a second ago. Raises DatabaseError."""
    global _seen, _last
    at, version = _seen
    if version is None or monotonic() - at > SECOND:
        rows = DirectoryVersion.objects.values_list("number", "changed_at")
        row = away.ask(rows.first)
        _last = version = Version(*row) if row else Version(0, BEGINNING)
        _seen = monotonic(), version
    return version


def last_seen() -> Version | None:
    """What this process read last; asks nobody."""
    return _last


def look_again() -> None:
    """Read it anew the next time: whoever asks now may have changed something."""
    global _seen
    _seen = (0.0, None)


def is_changing() -> bool:
    """Has this transaction changed a published fact already?"""
    waiting = transaction.get_connection().run_on_commit
    return any(act is _count for _savepoints, act, _robust in waiting)


def _count() -> None:
    DirectoryVersion.objects.get_or_create(pk=DirectoryVersion.ONLY)
    row = DirectoryVersion.objects.filter(pk=DirectoryVersion.ONLY)
    row.update(number=F("number") + 1, changed_at=timezone.now())
    look_again()
