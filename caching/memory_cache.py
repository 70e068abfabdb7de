"""Values in the memory of one process, recomputed when published facts change.

The values are the same for every visitor. No key contains what a visitor typed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.utils.translation import get_language

from caching import content_version

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# Set while pages are rendered that differ from what visitors see, as for an export.
_cache_variant: ContextVar[Hashable] = ContextVar("cache_variant", default=None)
# Every cache of this process.
_caches: list[MemoryCache[Any, Any]] = []


@contextmanager
def cache_variant(name: Hashable) -> Iterator[None]:
    """Inside the block, cache values separately from those for visitors."""
    token = _cache_variant.set(name)
    try:
        yield
    finally:
        _cache_variant.reset(token)


def clear_all() -> None:
    """Empty every cache of this process."""
    for cache in _caches:
        cache.clear()


def all_keys() -> list[Hashable]:
    """The keys of every value that this process caches."""
    return [key for cache in _caches for key in cache.stored_keys()]


class MemoryCache(Generic[Key, Value]):
    """Stores at most `size` values, each with the revision that it was computed from.

    A full cache is emptied before the next value is stored.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: dict[Hashable, tuple[Hashable, Value]] = {}
        _caches.append(self)

    def get(self, key: Hashable, revision: Hashable) -> Value | None:
        """The value, or None if there is none or it is of another revision."""
        found = self._values.get(key)
        return found[1] if found and found[0] == revision else None

    def set(self, key: Hashable, revision: Hashable, value: Value) -> None:
        if len(self._values) >= self.size:
            self._values.clear()
        self._values[key] = (revision, value)

    def get_or_set(self, key: Key, compute: Callable[[], Value]) -> Value:
        """The value for the current content version and language.

        Two threads may compute the same value at once, which is cheaper than a lock.
        """
        full_key = (key, get_language(), _cache_variant.get())
        revision = content_version.read_state()
        found = self._values.get(full_key)
        if found and found[0] == revision:
            return found[1]
        value = compute()
        self.set(full_key, revision, value)
        return value

    def stored_keys(self) -> list[Hashable]:
        return list(self._values)

    def clear(self) -> None:
        self._values.clear()
