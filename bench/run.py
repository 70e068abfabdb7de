"""Measure pages against an empty page of the same server, turn by turn.

Milliseconds differ from machine to machine; the ratios within one run are what counts.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.served import site  # noqa: E402

PAGES = {
    "home": "/",
    "find, nothing near": "/find/?near=59301",
    "find, in a city": "/find/?near=10027",
    "find, filtered": "/find/?near=59301&kind=cil&how=in_person",
    "find, ambiguous": "/find/?near=Springfield",
    "state": "/states/mt/",
    "state, full": "/states/ny/",
    "online": "/online/",
    "warmlines": "/warmlines/",
    "warmlines here": "/warmlines/?near=59301",
    "organizations": "/orgs/",
    "by name": "/orgs/?q=recovery",
}
HELLO = "/hello"
ROUNDS = 7
SECONDS = 0.6
CLIENTS = 4


def load(address: str, path: str) -> tuple[float, list[float], int]:
    """Requests a second, every latency in ms, and the size of one answer."""
    until = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as pool:
        runs = list(pool.map(lambda _n: ask(address, path, until), range(CLIENTS)))
    latencies = [latency for times, _size in runs for latency in times]
    return len(latencies) / SECONDS, latencies, runs[0][1]


def ask(address: str, path: str, until: float) -> tuple[list[float], int]:
    """One client asking again and again. Raises SystemExit where a page errs."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    times: list[float] = []
    size = 0
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        times.append((time.perf_counter() - start) * 1000)
    connection.close()
    return times, size


def measure(address: str, path: str) -> dict[str, float]:
    """Median of the ratios of neighbouring turns: empty page, page, empty page …"""
    ratios: list[float] = []
    latencies: list[float] = []
    size = 0
    for _ in range(ROUNDS):
        floor, _times, _size = load(address, HELLO)
        rate, times, size = load(address, path)
        ratios.append(rate / floor)
        latencies += times
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "ratio": round(statistics.median(ratios), 3),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "bytes": size,
    }


def main() -> None:
    results: dict[str, dict[str, float]] = {}
    with site() as address:
        load(address, "/find/?near=59301")
        for name, path in tqdm(PAGES.items(), desc="pages", unit=" page"):
            results[name] = measure(address, path)
    line = "{:<22}{:>8}{:>9}{:>9}{:>9}{:>9}"
    print(line.format("page", "/ hello", "p50 ms", "p95 ms", "p99 ms", "bytes"))
    for name, row in results.items():
        print(line.format(name, *row.values()))
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=2) + "\n")
    print("Written to var/bench.json")


if __name__ == "__main__":
    main()
