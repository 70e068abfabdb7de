"""The current index of each catalog, rebuilt when published facts change.

An index belongs to one content version of one database server. The first request after
a change builds the index of a catalog of up to MAX_INLINE listings. A thread builds a
larger one, and the old index is used for at most MAX_STALE_SECONDS.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from django.db import connections

from caching import content_version
from caching.db_router import lift_time_limit, read_alias
from search.index import SearchIndex
from search.reading import read_index

MAX_INLINE = 10_000
MAX_STALE_SECONDS = 1.0
# No request takes longer than this.
MAX_REQUEST_SECONDS = 10.0
# Indexes of open transactions that have changed listings, like an import preview.
MAX_UNCOMMITTED = 4


class Build(NamedTuple):
    """An index that a thread is building."""

    content: content_version.ReadState
    started: float
    result: Future[SearchIndex]


class _Catalog:
    """The indexes of one catalog in this process, read from one database server."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.lock = Lock()
        self.content: content_version.ReadState | None = None
        self.index: SearchIndex | None = None
        self.replaced_at = 0.0
        self.build: Build | None = None
        self.uncommitted: dict[content_version.ReadState, SearchIndex] = {}

    def current(self, now: content_version.ReadState) -> SearchIndex:
        if now.last_write:
            return self._uncommitted(now)
        if self.index is not None and self._is_current(now):
            return self.index
        with self.lock:
            if self.index is not None and self._is_current(now):
                return self.index
            if self.index is None or len(self.index) <= MAX_INLINE:
                return self._replace(now, _reuse_or_read(self.model, now))
            old = self.index
        return self._from_thread(now, old)

    def _is_current(self, now: content_version.ReadState) -> bool:
        """Return True if the index is of this version, or newer for a short time.

        Another request may just have replaced it. If the version stays lower, a server
        took over that lacks the last edits.
        """
        if self.content is None or self.content == now:
            return self.content == now
        is_newer = self.content > now
        return is_newer and monotonic() - self.replaced_at < MAX_REQUEST_SECONDS

    def _uncommitted(self, now: content_version.ReadState) -> SearchIndex:
        with self.lock:
            if now not in self.uncommitted:
                self.uncommitted[now] = read_index(self.model)
            found = self.uncommitted[now]
            while len(self.uncommitted) > MAX_UNCOMMITTED:
                del self.uncommitted[next(iter(self.uncommitted))]
        return found

    def _replace(
        self, now: content_version.ReadState, index: SearchIndex
    ) -> SearchIndex:
        self.content, self.index, self.replaced_at = now, index, monotonic()
        return index

    def _from_thread(
        self, now: content_version.ReadState, old: SearchIndex
    ) -> SearchIndex:
        with self.lock:
            if self.build is None:
                self.build = Build(now, monotonic(), _in_thread(self.model, now))
            build = self.build
        is_fresh = monotonic() - build.started < MAX_STALE_SECONDS
        if is_fresh and not build.result.done():
            return old
        try:
            index = build.result.result()
        finally:
            with self.lock:
                self.build = None if self.build is build else self.build
        with self.lock:
            self._replace(build.content, index)
        return index if build.content == now else self.current(now)


_catalogs: dict[tuple[Any, str], _Catalog] = {}


def index_of(model: Any) -> SearchIndex:
    """Return the current index of a catalog.

    Raises DatabaseError if the index must be built and the database fails.
    """
    key = (model, read_alias())
    catalog = _catalogs.get(key) or _catalogs.setdefault(key, _Catalog(model))
    return catalog.current(content_version.read_state())


def _reuse_or_read(model: Any, now: content_version.ReadState) -> SearchIndex:
    """Return an index of this version from another server, or build one."""
    for (its_model, _alias), catalog in list(_catalogs.items()):
        if its_model is model and catalog.content == now and catalog.index is not None:
            return catalog.index
    return read_index(model)


def indexes() -> list[tuple[Any, SearchIndex]]:
    """Return each catalog with its last index, for metrics."""
    last = {c.model: c.index for c in list(_catalogs.values()) if c.index is not None}
    return list(last.items())


def clear() -> None:
    """Drop every index of this process."""
    _catalogs.clear()


def _in_thread(model: Any, now: content_version.ReadState) -> Future[SearchIndex]:
    """Build an index in a thread, from the server that the request reads."""

    def read() -> SearchIndex:
        lift_time_limit()
        try:
            return _reuse_or_read(model, now)
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search-index")
    result = pool.submit(copy_context().run, read)
    pool.shutdown(wait=False)
    return result
