"""Render pages that are read long after they were made, on paper or a USB stick.

Such pages may not say "open now", which would be wrong an hour later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from caching.memory_cache import cache_variant

_snapshot_date: ContextVar[date | None] = ContextVar("snapshot_date", default=None)


def snapshot_date() -> date | None:
    """Return the date of the snapshot being rendered; None for a live page."""
    return _snapshot_date.get()


@contextmanager
def as_snapshot(on: date) -> Iterator[None]:
    """Render everything within this block as a snapshot of the given day."""
    token = _snapshot_date.set(on)
    try:
        with cache_variant(on):
            yield
    finally:
        _snapshot_date.reset(token)
