"""Large answers, of which a worker makes or sends one at a time.

A worker has four threads. However many people download, most of them are left for
pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from threading import BoundedSemaphore

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from api.problems import Problem

_slot, _queue = BoundedSemaphore(1), BoundedSemaphore(1)
# Seconds that one request may wait for the slot: a download may be at its end, and a
# client that has just got it asks for the next file at once.
MAX_WAIT = 0.2

# The parts of an answer, its headers, and what it counts against the client's limit.
Answer = tuple[Iterable[bytes], dict[str, str], int]
# Seconds after which a client that was refused may ask again.
RETRY_AFTER = 5


class Busy(Exception):
    """Another download is being made or sent. Nothing is wrong."""


class Download:
    """The parts of an answer. It has the worker's one slot until it is closed.

    Django closes it when the answer was sent, or when the client has gone.
    """

    def __init__(self) -> None:
        """Take the slot. Raises Busy."""
        self.parts: Iterable[bytes] = ()
        # What is open for it, and the slot at last.
        self.on_close = ExitStack()
        if not _take_slot():
            raise Busy
        self.on_close.callback(_slot.release)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        self.on_close.close()

    def __del__(self) -> None:
        # A middleware may replace an answer without closing it.
        self.close()


def _take_slot() -> bool:
    if _slot.acquire(blocking=False):
        return True
    if not _queue.acquire(blocking=False):
        return False
    try:
        return _slot.acquire(timeout=MAX_WAIT)
    finally:
        _queue.release()


def respond(make: Callable[[ExitStack], Answer]) -> HttpResponseBase:
    """Answer with what `make` returns; it says what is to be closed after that.

    Where the slot is in use, `make` is not called: the client is asked to wait.
    """
    try:
        with ExitStack() as on_error:
            download = on_error.enter_context(closing(Download()))
            download.parts, headers, cost = make(download.on_close)
            on_error.pop_all()
    except Busy:
        return busy()
    response = StreamingHttpResponse(download, headers=headers)
    response.cost = cost  # type: ignore[attr-defined]
    return response


def busy() -> HttpResponseBase:
    response = Problem(503, "Another download is being prepared. Try again soon.")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def cost_of(response: HttpResponseBase) -> int:
    """What an answer counts against its client's limit, in requests."""
    return getattr(response, "cost", 1)
