"""Create places/data/boundaries.json.gz. The file in the repository was created by:

npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz package/counties-10m.json
python manage.py make_boundaries package/counties-10m.json

us-atlas is TopoJSON: borders ("arcs") are steps on an integer grid, each stored once,
and shapes are rings of arcs, where ~n means arc n backwards. We copy the grid and the
arcs, and leave out names, the nation, and which polygon lies inside which.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from places.boundaries import BOUNDARIES_FILE
from places.management.commands.load_places import PLACES_FILE, read_rows

Rings = list[list[int]]
# Census areas that were divided in 2019, which the atlas still shows as one.
DIVIDED_COUNTIES = {"02063": "02261", "02066": "02261"}


class Command(BaseCommand):
    help = "Create the file of state and county boundaries from us-atlas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topology", type=Path, help="counties-10m.json")

    def handle(self, *args: Any, **options: Any) -> None:
        atlas = json.loads(options["topology"].read_text(encoding="utf-8"))
        boundaries = convert(atlas)
        text = json.dumps(boundaries, separators=(",", ":")).encode()
        BOUNDARIES_FILE.write_bytes(gzip.compress(text, mtime=0))
        states, counties = len(boundaries["states"]), len(boundaries["counties"])
        size = BOUNDARIES_FILE.stat().st_size
        self.stdout.write(f"{states} states, {counties} counties in {size:,} bytes.")


def convert(atlas: dict[str, Any]) -> dict[str, Any]:
    """Return what places.boundaries reads: arcs, shapes by code, inner borders."""
    shapes = {g["id"]: get_rings(g) for g in atlas["objects"]["counties"]["geometries"]}
    wholes = {g["id"]: get_rings(g) for g in atlas["objects"]["states"]["geometries"]}
    rows = read_rows(settings.BASE_DIR / "fixtures" / PLACES_FILE)
    counties = {row["code"]: row["state"] for row in rows if row["kind"] == "county"}
    codes = {fips[:2]: state for fips, state in counties.items()}
    known = {fips: shapes.get(DIVIDED_COUNTIES.get(fips, fips)) for fips in counties}
    return {
        "scale": atlas["transform"]["scale"],
        "corner": atlas["transform"]["translate"],
        "arcs": [[n for step in arc for n in step] for arc in atlas["arcs"]],
        "states": {codes[fips]: rings for fips, rings in wholes.items()},
        "borders": {codes[fips]: arcs for fips, arcs in inner_borders(shapes).items()},
        "counties": {fips: rings for fips, rings in known.items() if rings},
    }


def get_rings(geometry: dict[str, Any]) -> Rings:
    polygons = geometry["arcs"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [ring for polygon in polygons for ring in polygon]


def inner_borders(shapes: dict[str, Rings]) -> dict[str, list[int]]:
    """Return by state the arcs that two of its counties share."""
    used: dict[str, Counter[int]] = defaultdict(Counter)
    for fips, rings in shapes.items():
        for ring in rings:
            used[fips[:2]].update(arc if arc >= 0 else ~arc for arc in ring)
    return {
        state: sorted(arc for arc, times in counts.items() if times > 1)
        for state, counts in used.items()
    }
