"""Values in this process's memory that are made again when published facts change.

They are the same for everybody: no key holds what a visitor typed.
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

# Names readers to whom pages say something else than to visitors, like those of a copy.
_variant: ContextVar[Hashable] = ContextVar("variant", default=None)
# Every cache of this process.
_caches: list[Any] = []


@contextmanager
def variant(name: Hashable) -> Iterator[None]:
    """What is made within is cached apart from what visitors read."""
    token = _variant.set(name)
    try:
        yield
    finally:
        _variant.reset(token)


def forget() -> None:
    """Empty every cache of this process."""
    for cache in _caches:
        cache.clear()


def all_keys() -> list[Hashable]:
    """The keys of every value that this process holds."""
    return [key for cache in _caches for key in cache.held()]


class MemoryCache(Generic[Key, Value]):
    """At most `size` values, each true under one stamp."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: dict[Hashable, tuple[Hashable, Value]] = {}
        _caches.append(self)

    def get(self, key: Key, stamp: Hashable) -> Value | None:
        """None where there is no value, or only one of another stamp."""
        found = self._values.get(key)
        return found[1] if found and found[0] == stamp else None

    def put(self, key: Hashable, stamp: Hashable, value: Value) -> None:
        if len(self._values) >= self.size:
            self._values.clear()
        self._values[key] = (stamp, value)

    def get_or_set(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value for the content version, in the reader's language.

        Two threads may make the same: that is cheaper than one waiting.
        """
        of_reader, stamp = (
            (key, get_language(), _variant.get()),
            content_version.content(),
        )
        found = self._values.get(of_reader)
        if found and found[0] == stamp:
            return found[1]
        value = make()
        self.put(of_reader, stamp, value)
        return value

    def held(self) -> list[Hashable]:
        return list(self._values)

    def clear(self) -> None:
        self._values.clear()
