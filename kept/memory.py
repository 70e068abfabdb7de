"""Things made once a version and language, in a worker's memory.

Only what is the same for everybody: no key holds a word that somebody typed, but for
those that are the directory's own (listings.wording.own_words).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Generic, TypeVar

from django.utils.translation import get_language

from kept import version

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


# What is told in another way than to visitors has shelves of its own.
_apart: ContextVar[Hashable] = ContextVar("apart", default=None)


@contextmanager
def apart(name: Hashable) -> Iterator[None]:
    """What is made within is for other readers, and kept beside the rest."""
    token = _apart.set(name)
    try:
        yield
    finally:
        _apart.reset(token)


# Every shelf of this process.
_shelves: list[_Store[Any]] = []
_caches: list[MemoryCache[Any, Any]] = []


def forget() -> None:
    """Throw everything away that is kept in this process."""
    for shelf in _shelves:
        shelf.clear()
    for cache in _caches:
        cache.clear()


class _Store(Generic[Thing]):
    """At most `size` things; those that nobody asked for the longest go first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._things: OrderedDict[tuple[object, ...], Thing] = OrderedDict()
        self._lock = Lock()
        _shelves.append(self)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()

    def _put(self, stamp: tuple[object, ...], made: dict[Any, Thing]) -> None:
        with self._lock:
            for key, thing in made.items():
                self._things[(*stamp, key)] = thing
                self._things.move_to_end((*stamp, key))
            while len(self._things) > self.size:
                self._things.popitem(last=False)


class Shelf(_Store[Thing], Generic[Key, Thing]):
    """Things that hold until any published fact changes, or the open transaction writes
    anything."""

    def get(self, key: Key, make: Callable[[], Thing]) -> Thing:
        return self.take([key], lambda _keys: {key: make()})[key]

    def take(
        self, keys: Iterable[Key], make: Callable[[list[Key]], dict[Key, Thing]]
    ) -> dict[Key, Thing]:
        """The things of these keys; `make` is asked for the missing ones, at once.

        Two threads may make the same thing: that is cheaper than one waiting.
        """
        stamp = (version.content(), get_language(), _apart.get())
        found: dict[Key, Thing] = {}
        missing: list[Key] = []
        with self._lock:
            for key in keys:
                if (*stamp, key) in self._things:
                    self._things.move_to_end((*stamp, key))
                    found[key] = self._things[(*stamp, key)]
                else:
                    missing.append(key)
        if missing:
            made = make(missing)
            self._put(stamp, made)
            found |= made
        return found


class MemoryCache(Generic[Key, Thing]):
    """At most `size` values in this process's memory, each true under one stamp."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: dict[Key, tuple[Hashable, Thing]] = {}
        _caches.append(self)

    def get(self, key: Key, stamp: Hashable) -> Thing | None:
        """None where there is no value, or only one of another stamp."""
        found = self._values.get(key)
        return found[1] if found and found[0] == stamp else None

    def put(self, key: Key, stamp: Hashable, value: Thing) -> None:
        if len(self._values) >= self.size:
            self._values.clear()
        self._values[key] = (stamp, value)

    def clear(self) -> None:
        self._values.clear()
