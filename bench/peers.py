"""The nearest listings of a ZIP code, as others would serve them, in one run.

The textbook page (GeoDjango, PostGIS, django-filter's form) on the same PostgreSQL, and
Datasette over the SQLite file. First all must find the same listings; then they are
asked turn by turn with ours and with an empty page.
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

from bench.databases import postgresql  # noqa: E402
from bench.load import CLIENTS, Shared, turn  # noqa: E402
from bench.served import (  # noqa: E402
    Site,
    environment_of,
    free_port,
    run,
    served,
    wait_for,
)
from places.geo import chord_of_miles  # noqa: E402

SIZE = 10_000
ROUNDS, SECONDS, ASKED = 7, 1.0, 200
DATASETTE = "datasette>=0.65,<1"
# In a box of 100 miles and more; Datasette shows the page, we compare its JSON.
NEAR = """
SELECT slug, name, summary, phone, website, city, state,
  (x - :x) * (x - :x) + (y - :y) * (y - :y) + (z - :z) * (z - :z) AS chord2
FROM orgs_organization
WHERE status IN ('published', 'temporarily_closed')
  AND latitude BETWEEN :south AND :north AND longitude BETWEEN :west AND :east
ORDER BY chord2, slug LIMIT 20
"""
# The textbook's rows: ours, with a PostGIS point and its index.
TABLE = """
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
OURS = """
import django; django.setup()
import json, sys
from bench.inside import zips
from orgs.models import Organization
found = {}
for place in zips(int(sys.argv[1])):
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
        url = stack.enter_context(postgresql())
        sites, questions, asked = {}, {}, {}
        for name, where in (("SQLite", ""), ("PostgreSQL", url)):
            environment = _filled(Path(folder, name), where)
            asked[name] = json.loads(run(environment, "-c", OURS, str(ASKED)))
            sites[name] = stack.enter_context(served(environment))
            questions[f"ours, {name}"] = (sites[name], _find(asked[name]))
        if _with_postgis(url):
            textbook = environment | {
                "DJANGO_SETTINGS_MODULE": "bench.textbook.settings"
            }
            app = "bench.textbook.wsgi:application"
            site = stack.enter_context(served(textbook, app))
            rows = asked["PostgreSQL"]
            _same("textbook", rows, lambda code: _slugs(site, code))
            questions["textbook GeoDjango, PostgreSQL"] = (site, _find(rows))
        else:
            print("PostGIS is not here (postgresql-15-postgis-3): textbook left out.")
        data = Path(folder, "SQLite", "db.sqlite3")
        site = stack.enter_context(datasette(data, Path(folder)))
        rows = asked["SQLite"]
        _same("Datasette", rows, lambda code: _rows(site, rows[code][1]))
        pages = [f"/db/near?{urlencode(sides)}" for _slugs, sides in rows.values()]
        questions["Datasette, SQLite (one process)"] = (site, pages)
        _report(sites["SQLite"], questions)


def _filled(folder: Path, url: str) -> dict[str, str]:
    folder.mkdir()
    environment = environment_of(str(folder), url, "bench.settings")
    run(environment, "manage.py", "prepare")
    run(environment, "bench/synthetic.py", str(SIZE))
    return environment


def _find(asked: dict[str, Any]) -> list[str]:
    return [f"/find/?near={code}" for code in asked]


def _with_postgis(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        known = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
        if not connection.execute(known).fetchone():
            return False
        for statement in TABLE.split(";\n"):
            connection.execute(statement)
    return True


@contextmanager
def datasette(data: Path, folder: Path) -> Iterator[Site]:
    """Datasette of its own environment, with the question as one of its pages."""
    tools = folder / "datasette"
    venv.create(tools, with_pip=True)
    install = [str(tools / "bin/pip"), "install", "-qq", DATASETTE, "setuptools<81"]
    subprocess.run(install, check=True)  # noqa: S603
    metadata = folder / "metadata.json"
    queries = {"near": {"sql": NEAR}}
    metadata.write_text(json.dumps({"databases": {"db": {"queries": queries}}}))
    port = free_port()
    command = [tools / "bin/datasette", "serve", data]
    options = ["--port", str(port), "--metadata", metadata]
    server = subprocess.Popen(  # noqa: S603
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
    with urllib.request.urlopen(address) as answer:  # noqa: S310  # ours
        text: str = answer.read().decode()
        return text


def _slugs(site: Site, code: str) -> list[str]:
    page = _get(f"{site.address}/find/?near={code}")
    return re.findall(r'<article data-slug="([^"]+)"', page)


def _rows(site: Site, sides: dict[str, float]) -> list[str]:
    query = urlencode(sides | {"_shape": "objects"})
    rows = json.loads(_get(f"{site.address}/db/near.json?{query}"))["rows"]
    # The box is wider than the circle.
    most = chord_of_miles(100) ** 2
    return [row["slug"] for row in rows if row["chord2"] <= most]


def _same(name: str, asked: dict[str, Any], find: Any) -> None:
    """Raises SystemExit where another finds others, or in another order."""
    for code, (slugs, _sides) in list(asked.items())[:50]:
        if (found := find(code)) != slugs:
            raise SystemExit(f"{name} finds others near {code}: {found} {slugs}")


def _report(floor: Site, questions: dict[str, tuple[Site, list[str]]]) -> None:
    hello = Shared(["/hello"])
    asked = {name: (site, Shared(paths)) for name, (site, paths) in questions.items()}
    for site, paths in asked.values():
        turn(site, paths, 4 * SECONDS)
    rates: dict[str, list[float]] = {name: [] for name in asked}
    ratios: dict[str, list[float]] = {name: [] for name in asked}
    for _round in range(ROUNDS):
        empty = turn(floor, hello, SECONDS)["rate"]
        for name, (site, paths) in asked.items():
            rate = turn(site, paths, SECONDS)["rate"]
            rates[name].append(rate)
            ratios[name].append(rate / empty)
    print(
        f"\n{SIZE:,} organizations, {CLIENTS} clients; pages a second, / empty page\n"
    )
    print("| page | a second | / empty |\n|---|---|---|")
    for name in asked:
        rate, ratio = (statistics.median(found[name]) for found in (rates, ratios))
        print(f"| {name} | {rate:.0f} | {ratio:.3f} |")


if __name__ == "__main__":
    main()
