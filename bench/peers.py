"""Compare the find page with other implementations of a search by ZIP code.

They are a textbook page (GeoDjango, PostGIS, django-filter's form) on the same
PostgreSQL, and Datasette over the SQLite file. First, all must find the same listings.
Then they are measured in turns with our page and an empty page.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.databases import temporary_postgresql
from bench.load import CLIENTS, RequestCycle, measure_turn
from bench.served import (
    Site,
    free_port,
    run_python,
    serve,
    site_environment,
    wait_for,
)
from places.geo import chord_of_miles

ORGANIZATIONS = 10_000
ROUNDS, SECONDS, ZIP_CODES = 7, 1.0, 200
DATASETTE = "datasette>=0.65,<1"
# Searches a box of at least 100 miles. Datasette serves the page; we compare its JSON.
NEAREST_SQL = """
SELECT slug, name, summary, phone, website, city, state,
  (x - :x) * (x - :x) + (y - :y) * (y - :y) + (z - :z) * (z - :z) AS chord2
FROM orgs_organization
WHERE status IN ('published', 'temporarily_closed')
  AND latitude BETWEEN :south AND :north AND longitude BETWEEN :west AND :east
ORDER BY chord2, slug LIMIT 20
"""
# The textbook page reads our rows, with a PostGIS point and its index.
TEXTBOOK_TABLE_SQL = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE textbook_organization AS
SELECT id, name, slug, kind, summary, phone, website, city, state,
  ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography AS point
FROM orgs_organization
WHERE status IN ('published', 'temporarily_closed') AND latitude IS NOT NULL;
ALTER TABLE textbook_organization ADD PRIMARY KEY (id);
CREATE INDEX ON textbook_organization USING gist (point);
CREATE INDEX ON textbook_organization (kind);
ANALYZE textbook_organization;
"""
EXPECTED_RESULTS_CODE = """
import django; django.setup()
import json, sys
from bench.inside import random_zips
from orgs.models import Organization
found = {}
for place in random_zips(int(sys.argv[1])):
    page = Organization.objects.public().nearest_page(place.point, miles=100, limit=20)
    rows = Organization.objects.in_bulk([hit.pk for hit in page.hits])
    box, (x, y, z) = place.point, place.point.xyz
    sides = {"south": box.latitude - 2, "north": box.latitude + 2,
             "west": box.longitude - 4, "east": box.longitude + 4}
    slugs = [rows[hit.pk].slug for hit in page.hits]
    found[place.code] = [slugs, {"x": x, "y": y, "z": z, **sides}]
print(json.dumps(found))
"""


def main() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(temporary_postgresql())
        sites, questions, expected = {}, {}, {}
        for name, where in (("SQLite", ""), ("PostgreSQL", url)):
            environment = _prepare_site(Path(folder, name), where)
            expected[name] = json.loads(
                run_python(environment, "-c", EXPECTED_RESULTS_CODE, str(ZIP_CODES))
            )
            sites[name] = stack.enter_context(serve(environment))
            questions[f"ours, {name}"] = (sites[name], _find_paths(expected[name]))
        if _create_textbook_table(url):
            textbook = environment | {
                "DJANGO_SETTINGS_MODULE": "bench.textbook.settings"
            }
            app = "bench.textbook.wsgi:application"
            site = stack.enter_context(serve(textbook, app))
            rows = expected["PostgreSQL"]
            _check_same_results(
                "textbook", rows, lambda code: _slugs_on_page(site, code)
            )
            questions["textbook GeoDjango, PostgreSQL"] = (site, _find_paths(rows))
        else:
            print("PostGIS is not here (postgresql-15-postgis-3): textbook left out.")
        data = Path(folder, "SQLite", "db.sqlite3")
        site = stack.enter_context(datasette(data, Path(folder)))
        rows = expected["SQLite"]
        _check_same_results(
            "Datasette", rows, lambda code: _slugs_from_datasette(site, rows[code][1])
        )
        pages = [f"/db/near?{urlencode(sides)}" for _slugs, sides in rows.values()]
        questions["Datasette, SQLite (one process)"] = (site, pages)
        _measure_and_print(sites["SQLite"], questions)


def _prepare_site(folder: Path, url: str) -> dict[str, str]:
    folder.mkdir()
    environment = site_environment(str(folder), url, "bench.settings")
    run_python(environment, "manage.py", "prepare")
    run_python(environment, "bench/synthetic.py", str(ORGANIZATIONS))
    return environment


def _find_paths(expected: dict[str, Any]) -> list[str]:
    return [f"/find/?near={code}" for code in expected]


def _create_textbook_table(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        known = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
        if not connection.execute(known).fetchone():
            return False
        for statement in TEXTBOOK_TABLE_SQL.split(";\n"):
            connection.execute(statement)
    return True


@contextmanager
def datasette(data: Path, folder: Path) -> Iterator[Site]:
    """Serve the database with Datasette, from an environment of its own."""
    tools = folder / "datasette"
    venv.create(tools, with_pip=True)
    install = [str(tools / "bin/pip"), "install", "-qq", DATASETTE, "setuptools<81"]
    subprocess.run(install, check=True)
    metadata = folder / "metadata.json"
    queries = {"near": {"sql": NEAREST_SQL}}
    metadata.write_text(json.dumps({"databases": {"db": {"queries": queries}}}))
    port = free_port()
    command = [tools / "bin/datasette", "serve", data]
    options = ["--port", str(port), "--metadata", metadata]
    server = subprocess.Popen(
        [str(part) for part in (*command, *options)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/-/versions.json")
        yield Site(f"http://127.0.0.1:{port}", server.pid, {}, 0.0)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _get(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # ours
        text: str = answer.read().decode()
        return text


def _slugs_on_page(site: Site, code: str) -> list[str]:
    page = _get(f"{site.address}/find/?near={code}")
    return re.findall(r'<article data-slug="([^"]+)"', page)


def _slugs_from_datasette(site: Site, sides: dict[str, float]) -> list[str]:
    query = urlencode(sides | {"_shape": "objects"})
    rows = json.loads(_get(f"{site.address}/db/near.json?{query}"))["rows"]
    # The box is wider than the circle.
    most = chord_of_miles(100) ** 2
    return [row["slug"] for row in rows if row["chord2"] <= most]


def _check_same_results(name: str, expected: dict[str, Any], find: Any) -> None:
    """Raise SystemExit if an implementation finds other listings, or another order."""
    for code, (slugs, _sides) in list(expected.items())[:50]:
        if (found := find(code)) != slugs:
            raise SystemExit(f"{name} finds others near {code}: {found} {slugs}")


def _measure_and_print(
    floor: Site, questions: dict[str, tuple[Site, list[str]]]
) -> None:
    hello = RequestCycle(["/hello"])
    cycles = {
        name: (site, RequestCycle(paths)) for name, (site, paths) in questions.items()
    }
    for site, paths in cycles.values():
        measure_turn(site, paths, 4 * SECONDS)
    rates: dict[str, list[float]] = {name: [] for name in cycles}
    ratios: dict[str, list[float]] = {name: [] for name in cycles}
    for _round in range(ROUNDS):
        empty = measure_turn(floor, hello, SECONDS)["rate"]
        for name, (site, paths) in cycles.items():
            rate = measure_turn(site, paths, SECONDS)["rate"]
            rates[name].append(rate)
            ratios[name].append(rate / empty)
    print(
        f"\n{ORGANIZATIONS:,} organizations, {CLIENTS} clients; "
        "pages per second, / empty page\n"
    )
    print("| page | a second | / empty |\n|---|---|---|")
    for name in cycles:
        rate, ratio = (statistics.median(found[name]) for found in (rates, ratios))
        print(f"| {name} | {rate:.0f} | {ratio:.3f} |")


if __name__ == "__main__":
    main()
