"""Measure the site on SQLite and PostgreSQL, with up to 100,000 listings.

Milliseconds depend on the machine, so compare the ratios to an empty page of the same
server, which is measured in turns. BENCH=full also measures 1,000,000 listings.
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

from bench.databases import temporary_postgresql
from bench.load import RequestCycle, conditional_requests, measure, memory_mb
from bench.report import size_lines, write_report
from bench.served import Site, run_python, serve, site_environment

SIZES = [1_157, 10_000, 100_000]
FULL_SIZES = [*SIZES, 1_000_000]
STATES = "al az ca co fl ga il in ks mi mn mt nc nj ny oh or pa tx va wa wy".split()  # noqa: SIM905
# An unknown parameter keeps a page out of the page cache.
UNCACHED_QUERY = "?cold=1"


def page_paths(zips: list[str]) -> dict[str, list[str]]:
    return {
        "find, a new ZIP each time": [f"/find/?near={code}" for code in zips],
        "find, within 25 miles": [f"/find/?near={code}&radius=25" for code in zips],
        "find, filtered": [f"/find/?near={code}&kind=cil" for code in zips],
        "find, by words": ["/find/?q=recovery", "/find/?q=hope+house"],
        "home, cold": [f"/{UNCACHED_QUERY}"],
        "state, cold": [f"/states/{code}/{UNCACHED_QUERY}" for code in STATES],
        "warmlines, cold": [f"/warmlines/{UNCACHED_QUERY}"],
        "warmlines near a ZIP": [f"/warmlines/?near={code}" for code in zips],
        "organizations, cold": [f"/orgs/{UNCACHED_QUERY}"],
        "organizations, page 30": [f"/orgs/{UNCACHED_QUERY}&page=30"],
        "API, page 1": ["/api/organizations?per_page=2"],
        "API, page 500": ["/api/organizations?per_page=2&page=500"],
        "home, cached": ["/"],
    }


UNCHANGED_PAGE = "API, unchanged (304)"


def zip_codes(environment: dict[str, str]) -> list[str]:
    code = "import bench.inside as i; print(*[p.code for p in i.random_zips(2000)])"
    return run_python(
        environment, "-c", f"import django; django.setup(); {code}"
    ).split()


def measure_size(site: Site, zips: list[str], bar: Any) -> dict[str, Any]:
    found = {}
    questions = {name: RequestCycle(paths) for name, paths in page_paths(zips).items()}
    questions[UNCHANGED_PAGE] = conditional_requests(
        site, "/api/organizations?per_page=20"
    )
    for name, requests in questions.items():
        bar.set_postfix_str(name)
        found[name] = measure(site, requests)
        bar.update()
    return {
        "pages": found,
        "memory_mb": memory_mb(site),
        "start_s": round(site.start_seconds, 1),
        **json.loads(site.run("bench/inside.py", "searches")),
    }


def measure_database(url: str, sizes: list[int], bar: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = site_environment(folder, url, "bench.settings")
        start = time.perf_counter()
        run_python(environment, "manage.py", "prepare")
        first = time.perf_counter() - start
        start = time.perf_counter()
        run_python(environment, "manage.py", "prepare")
        again = time.perf_counter() - start
        zips = zip_codes(environment)
        found: dict[str, Any] = {"sizes": {}}
        for size in sizes:
            run_python(environment, "bench/synthetic.py", str(size))
            with serve(environment) as site:
                one = found["sizes"][size] = measure_size(site, zips, bar)
            # Print the result now, because the next size takes a while.
            bar.write(
                "\n".join(size_lines(urlsplit(url).scheme or "sqlite", size, one))
            )
            if size == sizes[0]:
                found |= json.loads(
                    run_python(environment, "bench/inside.py", "lookups")
                )
                found |= json.loads(run_python(environment, "bench/inside.py", "loads"))
    return found | {"prepared in, s": round(first, 1), "again in, s": round(again, 1)}


def main() -> None:
    sizes = FULL_SIZES if os.environ.get("BENCH") == "full" else SIZES
    if chosen := os.environ.get("BENCH_SIZES"):
        sizes = [int(size) for size in chosen.split(",")]
    with ExitStack() as stack:
        databases = {
            "SQLite": "",
            "PostgreSQL": stack.enter_context(temporary_postgresql()),
        }
        total = len(databases) * len(sizes) * (len(page_paths([])) + 1)
        with tqdm(total=total, desc="pages", unit=" page") as bar:
            results = {
                name: measure_database(url, sizes, bar)
                for name, url in databases.items()
            }
    write_report(results, ROOT / "var")


if __name__ == "__main__":
    main()
