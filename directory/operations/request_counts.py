"""Counts of requests that all workers of this machine share.

An anonymous memory map, made before gunicorn forks: every worker adds in a slot of its
own, whoever is asked sums the slots. Nothing is on disk, and nothing is of anybody.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

# A worker has the slot of its number; more than these never live at one time.
SLOTS = 64
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# Upper bounds in seconds; one more bucket takes what is slower.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SUM = len(STATUSES) + len(BUCKETS) + 1
WIDTH = SUM + 1

_cells = memoryview(mmap.mmap(-1, SLOTS * WIDTH * 8)).cast("Q")
_lock = threading.Lock()
_slot = 0


class Counted(NamedTuple):
    """`within` holds, for each of BUCKETS and for all, how many were that quick."""

    by_status: dict[str, int]
    within: list[int]
    seconds: float

    def quantile(self, share: float) -> float | None:
        """The smallest bound of BUCKETS that holds this share of all answers.

        None where no answer was counted yet, or where more were slower than any bound.
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


def use_slot(number: int) -> None:
    """Of this process, from here on."""
    global _slot
    _slot = number % SLOTS


def count(status: int, seconds: float) -> None:
    start = _slot * WIDTH
    bucket = len(STATUSES) + bisect_left(BUCKETS, seconds)
    with _lock:
        _cells[start + status // 100 - 1] += 1
        _cells[start + bucket] += 1
        _cells[start + SUM] += round(seconds * 1e6)


def counted() -> Counted:
    cells = [sum(_cells[cell::WIDTH]) for cell in range(WIDTH)]
    by_status = dict(zip(STATUSES, cells, strict=False))
    within = list(accumulate(cells[len(STATUSES) : SUM]))
    return Counted(by_status, within, cells[SUM] / 1e6)
