"""Counts of requests that all workers of this machine share.

The counts are in an anonymous memory map, created before gunicorn forks. Each worker
writes to its own slot, and a reader sums all slots. Nothing is on disk, and nothing
identifies a visitor.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

# A worker uses the slot of its number; no more workers than this run at once.
SLOTS = 64
STATUS_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# Upper bounds in seconds. One more bucket counts slower requests.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SECONDS_CELL = len(STATUS_CLASSES) + len(BUCKETS) + 1
CELLS_PER_SLOT = SECONDS_CELL + 1

_cells = memoryview(mmap.mmap(-1, SLOTS * CELLS_PER_SLOT * 8)).cast("Q")
_lock = threading.Lock()
_slot = 0


class RequestCounts(NamedTuple):
    """Counts since the last start.

    `within` counts, for each bound in BUCKETS, the requests that took at most that
    long, and last, all requests. `seconds` is the sum of their durations.
    """

    by_status: dict[str, int]
    within: list[int]
    seconds: float

    def quantile(self, share: float) -> float | None:
        """The smallest bound in BUCKETS that this share of all requests stayed within.

        None if no request was counted, or if too many were slower than every bound.
        """
        wanted = self.within[-1] * share
        if not self.within[-1]:
            return None
        return next(
            (
                bound
                for bound, number in zip(BUCKETS, self.within, strict=False)
                if number >= wanted
            ),
            None,
        )


def assign_slot(number: int) -> None:
    """Let this process count in the slot of its worker number."""
    global _slot
    _slot = number % SLOTS


def record_request(status: int, seconds: float) -> None:
    start = _slot * CELLS_PER_SLOT
    bucket = len(STATUS_CLASSES) + bisect_left(BUCKETS, seconds)
    with _lock:
        _cells[start + status // 100 - 1] += 1
        _cells[start + bucket] += 1
        _cells[start + SECONDS_CELL] += round(seconds * 1e6)


def read_counts() -> RequestCounts:
    cells = [sum(_cells[cell::CELLS_PER_SLOT]) for cell in range(CELLS_PER_SLOT)]
    by_status = dict(zip(STATUS_CLASSES, cells, strict=False))
    within = list(accumulate(cells[len(STATUS_CLASSES) : SECONDS_CELL]))
    return RequestCounts(by_status, within, cells[SECONDS_CELL] / 1e6)
