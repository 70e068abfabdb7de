"""The content version: a number that grows whenever a published fact changes.

Everything that is computed from published facts can be cached under it: pages, cards,
counts and ETags.
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
from django.utils import timezone

from caching import circuit_breaker
from caching.db_router import read_alias
from caching.models import DirectoryVersion

# How long a thread uses the version that it read before it reads it again.
RECHECK_SECONDS = 1.0
NEVER_CHANGED = datetime(2000, 1, 1, tzinfo=UTC)


class Version(NamedTuple):
    """The content version as one server knows it.

    The number alone is not enough: a replica that is promoted before it received a
    change counts the next one with the same number, but at another time.
    """

    number: int
    changed_at: datetime
    # When a fact last changed that the card of any listing may show.
    global_changed_at: datetime = NEVER_CHANGED


class ReadState(NamedTuple):
    """Identifies the rows that this thread reads now: the committed ones, and the last
    write of its open transaction."""

    version: Version
    last_write: int


class CachedVersion(NamedTuple):
    """The version that was read last, over which connection, and when."""

    connection: Any
    read_at: float
    version: Version


# One entry for each thread's connection to each server. They are never shared: rows
# that a lagging server returns must not be cached under a version of another server.
_versions_by_connection: WeakKeyDictionary[Any, CachedVersion] = WeakKeyDictionary()
# During a request, the version that each server returned first.
_pinned_versions: ContextVar[dict[str, Version] | None] = ContextVar(
    "pinned_versions", default=None
)
# The highest version that this process has ever read.
_last_known: Version | None = None


def bump(*, is_global: bool = True) -> None:
    """Increase the version once, after the open transaction is committed.

    Pass `is_global=False` if only the card of one listing shows the fact, and that
    listing gets a new `changed_at`.

    The version is not increased inside the transaction, because every writer would need
    a lock on its one row, and two writers who each hold a listing would deadlock. If
    the process dies between the commit and the increase, its memory caches die with it,
    and cached pages expire within a minute.
    """
    if not has_pending_bump(is_global=is_global):
        transaction.on_commit(_bump_global if is_global else _bump_one, robust=True)


def current_or_none() -> Version | None:
    """The current version, or None inside a transaction that has changed facts.

    Such a transaction may neither use nor fill a cache. Raises DatabaseError.
    """
    return None if has_pending_bump() else current()


def read_state() -> ReadState:
    """The state of the database that this thread reads from now.

    Equal states always mean equal rows. Raises DatabaseError.
    """
    server: Any = connections[read_alias()]
    return ReadState(current(), server.last_write if server.in_atomic_block else 0)


def current() -> Version:
    """The version, at most a second old, on the server that this thread reads from.

    Read it before the rows that you cache under it: rows that are read later over the
    same connection are never older. Raises DatabaseError.
    """
    alias, pinned = read_alias(), _pinned_versions.get()
    if pinned is None:
        return _cached_or_read(alias)
    if alias not in pinned:
        pinned[alias] = _cached_or_read(alias)
    return pinned[alias]


@contextmanager
def pin_version() -> Iterator[None]:
    """Use one version for everything inside the block.

    Otherwise rows that were read at its start could be cached under a version that
    appeared while the page was rendered.
    """
    token = _pinned_versions.set({})
    try:
        yield
    finally:
        _pinned_versions.reset(token)


def _cached_or_read(alias: str) -> Version:
    global _last_known
    server = connections[alias]
    cached = _versions_by_connection.get(server)
    is_fresh = cached and monotonic() - cached.read_at <= RECHECK_SECONDS
    if cached and is_fresh and cached.connection is server.connection:
        return cached.version
    rows = DirectoryVersion.objects.values_list(*Version._fields)
    row = circuit_breaker.call(alias, rows.first)
    version = Version(*row) if row else Version(0, NEVER_CHANGED)
    _versions_by_connection[server] = CachedVersion(
        server.connection, monotonic(), version
    )
    _last_known = max(_last_known or version, version)
    return version


def last_known() -> Version | None:
    """The highest version that this process has read; makes no query."""
    return _last_known


def invalidate() -> None:
    """Read the version from the database the next time that it is needed."""
    global _versions_by_connection
    _versions_by_connection = WeakKeyDictionary()
    if (pinned := _pinned_versions.get()) is not None:
        pinned.clear()


def clear() -> None:
    """Forget every version that this process has read."""
    global _last_known
    invalidate()
    _last_known = None


def has_pending_bump(*, is_global: bool = False) -> bool:
    """Whether the open transaction will bump the version when it is committed.

    With `is_global`, only a bump that outdates the cards of all listings counts.
    """
    pending = transaction.get_connection().run_on_commit
    bumps = (_bump_global,) if is_global else (_bump_one, _bump_global)
    return any(callback in bumps for _savepoints, callback, _robust in pending)


def _bump_global() -> None:
    now = timezone.now()
    _increment(changed_at=now, global_changed_at=now)


def _bump_one() -> None:
    _increment(changed_at=timezone.now())


def _increment(**moments: datetime) -> None:
    DirectoryVersion.objects.get_or_create(pk=DirectoryVersion.ONLY)
    row = DirectoryVersion.objects.filter(pk=DirectoryVersion.ONLY)
    row.update(number=F("number") + 1, **moments)
    invalidate()
