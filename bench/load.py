"""Measure pages under load, in turns with an empty page of the same server."""

from __future__ import annotations

import http.client
import os
import statistics
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from bench.served import Site

EMPTY_PAGE = "/hello"
ROUNDS = 3
TURN_SECONDS = 0.4
CLIENTS = 4
WARM_UP_REQUESTS = 1_500
MAX_WARM_UP_SECONDS = 4.0
# A page with so few addresses is in the page cache after the first turn.
MAX_CACHED_PATHS = 10
CLOCK_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class RequestCycle:
    """An endless cycle of paths for several clients, with the expected status."""

    def __init__(
        self,
        paths: list[str],
        headers: dict[str, str] | None = None,
        status: int = 200,
    ) -> None:
        self.paths, self.headers, self.status = cycle(paths), headers or {}, status
        self.has_many_paths = len(paths) > MAX_CACHED_PATHS
        self.lock = Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self.lock:
            return next(self.paths)


def worker_pids(site: Site) -> list[int]:
    listed = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def cpu_seconds(site: Site) -> float:
    """Return the CPU time that the workers have used, user and system."""
    used = 0
    for pid in worker_pids(site):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        used += int(fields[11]) + int(fields[12])
    return used / CLOCK_TICKS_PER_SECOND


def memory_mb(site: Site) -> list[float]:
    """Return the resident memory of each worker in MB."""
    found = []
    for pid in worker_pids(site):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                found.append(round(int(line.split()[1]) / 1024, 1))
    return found


def send_requests(
    address: str, paths: RequestCycle, until: float
) -> tuple[list[float], int]:
    """Send requests as one client. Raises SystemExit if a page fails."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    times: list[float] = []
    size = 0
    # At least one request, even on a busy machine.
    while not times or time.perf_counter() < until:
        path = next(paths)
        start = time.perf_counter()
        connection.request("GET", path, headers=paths.headers)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != paths.status:
            raise SystemExit(f"{path} answered {answer.status}")
        times.append((time.perf_counter() - start) * 1000)
    connection.close()
    return times, size


def measure_turn(site: Site, paths: RequestCycle, seconds: float) -> dict[str, Any]:
    before, start = cpu_seconds(site), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        jobs = [
            pool.submit(send_requests, site.address, paths, start + seconds)
            for _client in range(CLIENTS)
        ]
        runs = [job.result() for job in jobs]
    times = [ms for found, _size in runs for ms in found]
    took = time.perf_counter() - start
    return {
        "rate": len(times) / took,
        "cpu": (cpu_seconds(site) - before) * 1000 / len(times),
        "times": times,
        "bytes": runs[0][1],
    }


def warm_up(site: Site, paths: RequestCycle) -> None:
    """Fill the caches of the workers like an hour of visits would."""
    until = time.perf_counter() + MAX_WARM_UP_SECONDS
    sent = 0
    while sent < WARM_UP_REQUESTS and time.perf_counter() < until:
        sent += len(measure_turn(site, paths, TURN_SECONDS)["times"])


def conditional_requests(site: Site, path: str) -> RequestCycle:
    """Return requests of a client that already has the current response."""
    with urllib.request.urlopen(site.address + path) as answer:  # ours
        return RequestCycle([path], {"If-None-Match": answer.headers["ETag"]}, 304)


def measure(
    site: Site, requests: RequestCycle, seconds: float = TURN_SECONDS
) -> dict[str, float]:
    """Return medians over turns: empty page, page, empty page and so on."""
    hello = RequestCycle([EMPTY_PAGE])
    first = measure_turn(site, requests, seconds)
    if requests.has_many_paths:
        warm_up(site, requests)
    pairs = [
        (measure_turn(site, hello, seconds), measure_turn(site, requests, seconds))
        for _round in range(ROUNDS)
    ]
    times = [ms for _floor, page in pairs for ms in page["times"]]
    cuts = statistics.quantiles(times, n=100)
    return {
        "ratio": round(_median(p["rate"] / h["rate"] for h, p in pairs), 3),
        # With empty caches, as after an edit.
        "first_cpu_ms": round(first["cpu"], 1),
        "cpu_ms": round(_median(p["cpu"] for _h, p in pairs), 2),
        "hello_cpu_ms": round(_median(h["cpu"] for h, _p in pairs), 2),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "bytes": pairs[-1][1]["bytes"],
    }


def _median(values: Any) -> float:
    return float(statistics.median(values))
