"""Things made once a version and language, in a worker's memory.

Only what is the same for everybody: no key holds a word that somebody typed.
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
_shelves: list[Shelf[Any, Any]] = []


def forget() -> None:
    """Throw everything away that is kept in this process."""
    for shelf in _shelves:
        shelf.clear()


class Shelf(Generic[Key, Thing]):
    """At most `size` things; those that nobody asked for the longest go first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._things: OrderedDict[tuple[object, ...], Thing] = OrderedDict()
        self._lock = Lock()
        _shelves.append(self)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()

    def get(self, key: Key, make: Callable[[], Thing]) -> Thing:
        return self.take([key], lambda _keys: {key: make()})[key]

    def take(
        self, keys: Iterable[Key], make: Callable[[list[Key]], dict[Key, Thing]]
    ) -> dict[Key, Thing]:
        """The things of these keys; `make` is asked for the missing ones, at once.

        Two threads may make the same thing: that is cheaper than one waiting.
        """
        now = version.current()
        if now is None:
            return make(list(keys))
        stamp = (now, get_language(), _apart.get())
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

    def _put(self, stamp: tuple[object, ...], made: dict[Key, Thing]) -> None:
        with self._lock:
            for key, thing in made.items():
                self._things[(*stamp, key)] = thing
            while len(self._things) > self.size:
                self._things.popitem(last=False)
