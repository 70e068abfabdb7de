"""Measure the site: SQLite and PostgreSQL, from the starter data to 100,000 listings.

Milliseconds differ from machine to machine; the ratios to an empty page of the same
server, turn by turn, are what counts. BENCH=full goes on to 1,000,000.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.databases import postgresql  # noqa: E402
from bench.load import Shared, measure, memory_mb, unchanged  # noqa: E402
from bench.report import of_size, write  # noqa: E402
from bench.served import Site, environment_of, run, served  # noqa: E402

SIZES = [1_157, 10_000, 100_000]
FULL = [*SIZES, 1_000_000]
STATES = "al az ca co fl ga il in ks mi mn mt nc nj ny oh or pa tx va wa wy".split()  # noqa: SIM905
# An unknown parameter, so that nobody gets a kept page.
COLD = "?cold=1"


def pages(zips: list[str]) -> dict[str, list[str]]:
    return {
        "find, a new ZIP each time": [f"/find/?near={code}" for code in zips],
        "find, within 25 miles": [f"/find/?near={code}&radius=25" for code in zips],
        "find, filtered": [f"/find/?near={code}&kind=cil" for code in zips],
        "find, by words": ["/find/?q=recovery", "/find/?q=hope+house"],
        "home, cold": [f"/{COLD}"],
        "state, cold": [f"/states/{code}/{COLD}" for code in STATES],
        "warmlines, cold": [f"/warmlines/{COLD}"],
        "warmlines near a ZIP": [f"/warmlines/?near={code}" for code in zips],
        "organizations, cold": [f"/orgs/{COLD}"],
        "organizations, page 30": [f"/orgs/{COLD}&page=30"],
        "API, page 1": ["/api/organizations?per_page=2"],
        "API, page 500": ["/api/organizations?per_page=2&page=500"],
        "home, kept": ["/"],
    }


UNCHANGED = "API, unchanged (304)"


def zip_codes(environment: dict[str, str]) -> list[str]:
    code = "import bench.inside as i; print(*[p.code for p in i.zips(2000)])"
    return run(environment, "-c", f"import django; django.setup(); {code}").split()


def measure_size(site: Site, zips: list[str], bar: Any) -> dict[str, Any]:
    found = {}
    questions = {name: Shared(paths) for name, paths in pages(zips).items()}
    questions[UNCHANGED] = unchanged(site, "/api/organizations?per_page=20")
    for name, asked in questions.items():
        bar.set_postfix_str(name)
        found[name] = measure(site, asked)
        bar.update()
    return {
        "pages": found,
        "memory_mb": memory_mb(site),
        "started_in_s": round(site.started_in, 1),
        **json.loads(site.run("bench/inside.py", "searches")),
    }


def measure_database(url: str, sizes: list[int], bar: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_of(folder, url, "bench.settings")
        start = time.perf_counter()
        run(environment, "manage.py", "prepare")
        first = time.perf_counter() - start
        start = time.perf_counter()
        run(environment, "manage.py", "prepare")
        again = time.perf_counter() - start
        zips = zip_codes(environment)
        found: dict[str, Any] = {"sizes": {}}
        for size in sizes:
            run(environment, "bench/synthetic.py", str(size))
            with served(environment) as site:
                one = found["sizes"][size] = measure_size(site, zips, bar)
            # Said at once: the next size takes a while.
            bar.write("\n".join(of_size(urlsplit(url).scheme or "sqlite", size, one)))
            if size == sizes[0]:
                found |= json.loads(run(environment, "bench/inside.py", "lookups"))
                found |= json.loads(run(environment, "bench/inside.py", "loads"))
    return found | {"prepared in, s": round(first, 1), "again in, s": round(again, 1)}


def main() -> None:
    sizes = FULL if os.environ.get("BENCH") == "full" else SIZES
    if chosen := os.environ.get("BENCH_SIZES"):
        sizes = [int(size) for size in chosen.split(",")]
    with ExitStack() as stack:
        databases = {"SQLite": "", "PostgreSQL": stack.enter_context(postgresql())}
        total = len(databases) * len(sizes) * (len(pages([])) + 1)
        with tqdm(total=total, desc="pages", unit=" page") as bar:
            results = {
                name: measure_database(url, sizes, bar)
                for name, url in databases.items()
            }
    write(results, ROOT / "var")


if __name__ == "__main__":
    main()
