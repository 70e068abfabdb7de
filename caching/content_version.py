"""The directory version: one number that changes when a published fact does.

Whatever is made of published facts may be kept under it: pages, cards, counts, ETags.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import connections, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from caching import circuit_breaker
from caching.db_router import reading_from
from caching.models import DirectoryVersion

# Sent after a change was counted, outside of its transaction.
counted = Signal()
# A thread asks its database again after so many seconds.
SECOND = 1.0
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Version(NamedTuple):
    """The moment tells apart two changes of one number, where a server that took over
    had not heard of the first."""

    number: int
    changed_at: datetime
    # When something last did that any listing's card may show.
    shared_at: datetime = BEGINNING


class Content(NamedTuple):
    """What the next read of this thread sees: what was committed, and what its open
    transaction wrote last."""

    version: Version
    last_write: int


class Seen(NamedTuple):
    """What was read last, by which connection, and when."""

    by: Any
    at: float
    version: Version


# By each thread from each of its servers. Never shared: rows that a lagging server
# gives must not be kept under a version that only another one has.
_seen: WeakKeyDictionary[Any, Seen] = WeakKeyDictionary()
# Within a request: what each server said first.
_pinned: ContextVar[dict[str, Version] | None] = ContextVar("pinned", default=None)
# The highest of them in this process, however long ago.
_last: Version | None = None


def changed(*, shared: bool = True) -> None:
    """A published fact is being changed: count that, once, after the commit.

    One that is not `shared` is a listing's own, which then has a new `changed_at`.

    Within the transaction it would lock a row that every writer needs, and two writers
    who hold a listing each would wait for one another. If the process dies between the
    two, what is kept in memory is gone with it, and kept pages end within a minute.
    """
    if not is_changing(shared=shared):
        transaction.on_commit(_count_shared if shared else _count, robust=True)


def current() -> Version | None:
    """The version; None inside a transaction that changed facts, where nothing kept
    is true and nothing made may be kept."""
    return None if is_changing() else latest()


def content() -> Content:
    """Name what this thread reads now; the same name always stands for the same rows.

    Raises DatabaseError.
    """
    server: Any = connections[reading_from()]
    return Content(latest(), server.last_write if server.in_atomic_block else 0)


def latest() -> Version:
    """The version as it was at most a second ago, where this thread reads its rows.

    Rows are read after it and from the same server, so they are never older. Raises
    DatabaseError.
    """
    alias, pinned = reading_from(), _pinned.get()
    if pinned is None:
        return _looked_up(alias)
    if alias not in pinned:
        pinned[alias] = _looked_up(alias)
    return pinned[alias]


@contextmanager
def pinned() -> Iterator[None]:
    """One version for all that is made within: rows that were read at its beginning are
    not kept under a version that came while the page was rendered."""
    token = _pinned.set({})
    try:
        yield
    finally:
        _pinned.reset(token)


def _looked_up(alias: str) -> Version:
    global _last
    server = connections[alias]
    seen = _seen.get(server)
    if seen and monotonic() - seen.at <= SECOND and seen.by is server.connection:
        return seen.version
    rows = DirectoryVersion.objects.values_list(*Version._fields)
    row = circuit_breaker.ask(alias, rows.first)
    version = Version(*row) if row else Version(0, BEGINNING)
    _seen[server] = Seen(server.connection, monotonic(), version)
    _last = max(_last or version, version)
    return version


def last_seen() -> Version | None:
    """The highest that was read, however long ago; asks nobody."""
    return _last


def look_again() -> None:
    """Read it anew the next time: whoever asks now may have changed something."""
    global _seen
    _seen = WeakKeyDictionary()
    if (pinned := _pinned.get()) is not None:
        pinned.clear()


def is_changing(*, shared: bool = False) -> bool:
    """Has this transaction changed a published fact already? Or a shared one?"""
    waiting = transaction.get_connection().run_on_commit
    counts = (_count_shared,) if shared else (_count, _count_shared)
    return any(act in counts for _savepoints, act, _robust in waiting)


def _count_shared() -> None:
    now = timezone.now()
    _advance(changed_at=now, shared_at=now)


def _count() -> None:
    _advance(changed_at=timezone.now())


def _advance(**moments: datetime) -> None:
    DirectoryVersion.objects.get_or_create(pk=DirectoryVersion.ONLY)
    row = DirectoryVersion.objects.filter(pk=DirectoryVersion.ONLY)
    row.update(number=F("number") + 1, **moments)
    look_again()
    counted.send_robust(sender=DirectoryVersion)
