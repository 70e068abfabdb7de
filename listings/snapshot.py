"""Pages that are read long after they were made, on paper or from a USB stick.

Nothing on them may be true of one moment alone: "open now" is wrong an hour later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from caching.memory_cache import cache_variant

_made_on: ContextVar[date | None] = ContextVar("made_on", default=None)


def made_on() -> date | None:
    """The day of the copy that is being made; None where a page is read at once."""
    return _made_on.get()


@contextmanager
def frozen(on: date) -> Iterator[None]:
    """What is rendered within is for later; `on` is the day that it speaks of."""
    token = _made_on.set(on)
    try:
        with cache_variant(on):
            yield
    finally:
        _made_on.reset(token)
