"""Large downloads: a worker builds or sends one at a time.

A worker has four threads, so three of them are always left for pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from threading import BoundedSemaphore

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from api.problems import ProblemResponse

_slot, _queue = BoundedSemaphore(1), BoundedSemaphore(1)
# A download may be about to end, and a client often asks for the next file at once, so
# one request waits for the slot.
MAX_WAIT_SECONDS = 0.2

# The chunks of the body, the headers, and the cost in requests of the rate limit.
DownloadParts = tuple[Iterable[bytes], dict[str, str], int]
RETRY_AFTER_SECONDS = 5


class DownloadBusy(Exception):
    """This worker builds or sends another download. It is not an error."""


class Download:
    """A streamed body that holds the worker's only download slot until it is closed.

    Django closes it when the response was sent, or when the client has gone.
    """

    def __init__(self) -> None:
        """Take the slot. Raises Busy."""
        self.chunks: Iterable[bytes] = ()
        # Closes the open files and releases the slot.
        self.on_close = ExitStack()
        if not _take_slot():
            raise DownloadBusy
        self.on_close.callback(_slot.release)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None:
        self.on_close.close()

    def __del__(self) -> None:
        # A middleware may replace a response without closing it.
        self.close()


def _take_slot() -> bool:
    if _slot.acquire(blocking=False):
        return True
    if not _queue.acquire(blocking=False):
        return False
    try:
        return _slot.acquire(timeout=MAX_WAIT_SECONDS)
    finally:
        _queue.release()


def stream_download(make: Callable[[ExitStack], DownloadParts]) -> HttpResponseBase:
    """Stream what `make` returns; `make` registers what to close afterwards.

    If the slot is in use, answer 503 with Retry-After, and don't call `make`.
    """
    try:
        with ExitStack() as on_error:
            download = on_error.enter_context(closing(Download()))
            download.chunks, headers, cost = make(download.on_close)
            on_error.pop_all()
    except DownloadBusy:
        return busy_response()
    response = StreamingHttpResponse(download, headers=headers)
    response.cost = cost  # type: ignore[attr-defined]
    return response


def busy_response() -> HttpResponseBase:
    response = ProblemResponse(
        503, "Another download is being prepared. Try again soon."
    )
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def request_cost(response: HttpResponseBase) -> int:
    """Return how many requests of the client's rate limit this response counts as."""
    return getattr(response, "cost", 1)
