"""Pages under load, each beside an empty page of the same server, turn by turn."""

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

HELLO = "/hello"
ROUNDS = 3
SECONDS = 0.4
CLIENTS = 4
WARMING = 1_500
LONGEST_WARMING = 4.0
# A page that is one for everybody is warm at once.
MANY = 10
TICKS = os.sysconf("SC_CLK_TCK")


class Shared:
    """Addresses in turn, for several clients; how to ask, and what to expect."""

    def __init__(
        self,
        paths: list[str],
        headers: dict[str, str] | None = None,
        status: int = 200,
    ) -> None:
        self.paths, self.headers, self.status = cycle(paths), headers or {}, status
        self.are_many = len(paths) > MANY
        self.lock = Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self.lock:
            return next(self.paths)


def workers(site: Site) -> list[int]:
    listed = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def cpu_seconds(site: Site) -> float:
    """What the workers have used so far, of users' and the system's time."""
    used = 0
    for pid in workers(site):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def memory_mb(site: Site) -> list[float]:
    """Resident memory of each worker."""
    found = []
    for pid in workers(site):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                found.append(round(int(line.split()[1]) / 1024, 1))
    return found


def ask(address: str, paths: Shared, until: float) -> tuple[list[float], int]:
    """One client asking again and again. Raises SystemExit where a page errs."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    times: list[float] = []
    size = 0
    # Once at least, however busy the machine is.
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


def turn(site: Site, paths: Shared, seconds: float) -> dict[str, Any]:
    before, start = cpu_seconds(site), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        jobs = [
            pool.submit(ask, site.address, paths, start + seconds)
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


def warm(site: Site, paths: Shared) -> None:
    """What an hour of visits does to a worker's memory, as far as a bench can wait."""
    until = time.perf_counter() + LONGEST_WARMING
    asked = 0
    while asked < WARMING and time.perf_counter() < until:
        asked += len(turn(site, paths, SECONDS)["times"])


def unchanged(site: Site, path: str) -> Shared:
    """Somebody who has the newest answer already, and asks if it still is."""
    with urllib.request.urlopen(site.address + path) as answer:  # noqa: S310  # ours
        return Shared([path], {"If-None-Match": answer.headers["ETag"]}, 304)


def measure(site: Site, asked: Shared, seconds: float = SECONDS) -> dict[str, float]:
    """Medians over the turns: empty page, page, empty page …"""
    hello = Shared([HELLO])
    first = turn(site, asked, seconds)
    if asked.are_many:
        warm(site, asked)
    pairs = [
        (turn(site, hello, seconds), turn(site, asked, seconds))
        for _round in range(ROUNDS)
    ]
    times = [ms for _floor, page in pairs for ms in page["times"]]
    cuts = statistics.quantiles(times, n=100)
    return {
        "ratio": round(_median(p["rate"] / h["rate"] for h, p in pairs), 3),
        # Before the workers have kept anything, as after an edit.
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
