"""Load the gazetteer from fixtures/. Running it again changes nothing."""

from __future__ import annotations

import csv
import gzip
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from tqdm import tqdm

from caching import content_version
from places.area_rows import read_areas, rename_cities, save_areas
from places.gazetteer import clear
from places.models import Area, Place, PlaceAlias
from places.name_keys import place_key
from places.states import STATES

Row = dict[str, str]
PLACES_FILE, AREAS_FILE = "places.csv.gz", "areas.csv"
BATCH_SIZE = 2_000
KIND_OF_ROW = {"zip": "zip", "place": "city", "county": "county"}
UPDATED_FIELDS = [
    "name",
    "alt_names",
    "key",
    "state",
    "county",
    "latitude",
    "longitude",
    "population",
    "timezone",
]


class Command(BaseCommand):
    help = "Load states, counties, towns, ZIP codes and areas. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only once")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *_args: object, **options: object) -> None:
        if options["if_empty"] and Place.objects.exists() and Area.objects.exists():
            return
        rows = read_rows(settings.BASE_DIR / "fixtures" / PLACES_FILE)
        areas = read_areas(settings.BASE_DIR / "fixtures" / AREAS_FILE)
        rename_cities(rows, areas)
        with transaction.atomic():
            self._load(rows, quiet=bool(options["quiet"]))
            save_areas(areas)
            content_version.bump()
            with connection.cursor() as cursor:
                # Query planners of both databases need statistics of a new table.
                cursor.execute("ANALYZE")
        clear()
        self.stdout.write(f"Loaded {Place.objects.count():,} places.")

    def _load(self, rows: list[Row], *, quiet: bool) -> None:
        counties = [row for row in rows if row["kind"] == "county"]
        save_places(build_states(counties))
        save_places(to_place(row, None) for row in counties)
        ids = dict(Place.objects.counties().values_list("code", "pk"))
        others = [row for row in rows if row["kind"] != "county"]
        bar = tqdm(others, desc="Places", unit=" rows", disable=quiet or None)
        save_places(to_place(row, ids[row["county_fips"]]) for row in bar)
        save_aliases()


def read_rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def to_place(row: Row, county_id: int | None) -> Place:
    return Place(
        kind=KIND_OF_ROW[row["kind"]],
        code=row["code"],
        name=unicodedata.normalize("NFC", row["name"]),
        alt_names=row["alt_names"],
        key=place_key(row["name"]),
        state=row["state"],
        county_id=county_id,
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        population=int(row["population"]) if row["population"] else None,
        timezone=row["timezone"],
    )


def build_states(counties: Iterable[Row]) -> Iterator[Place]:
    """Yield the states, located at the population-weighted mean of their counties."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in counties:
        members[row["state"]].append(row)
    for code, state in STATES.items():
        rows = members[code]
        # Counties of the smaller territories have no population in the file.
        weights = [int(row["population"] or 1) for row in rows]
        total = sum(weights)
        yield Place(
            kind=Place.Kind.STATE,
            code=code,
            name=state.name,
            key=place_key(state.name),
            state=code,
            latitude=_mean(rows, "lat", weights),
            longitude=_mean(rows, "lon", weights),
            population=total if total > len(rows) else None,
            timezone=state.zone,
        )


def _mean(rows: list[Row], column: str, weights: list[int]) -> float:
    """Return the weighted mean, also of longitudes on both sides of 180°."""
    values = [float(row[column]) for row in rows]
    if column == "lon" and max(values) - min(values) > 180:
        values = [value - 360 if value > 0 else value for value in values]
    pairs = zip(values, weights, strict=True)
    return round(sum(v * w for v, w in pairs) / sum(weights), 5)


def save_places(places: Iterable[Place]) -> None:
    """Insert or update each place by kind and code, without changing primary keys."""
    Place.objects.bulk_create(
        places,
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["kind", "code"],
        update_fields=UPDATED_FIELDS,
    )


def save_aliases() -> None:
    """Insert the aliases that the file has, and delete all others."""
    wanted = {
        (pk, other)
        for pk, key, names in Place.objects.exclude(alt_names="").values_list(
            "pk", "key", "alt_names"
        )
        for name in names.split(";")
        if (other := place_key(name)) and other != key
    }
    stored = {
        (place_id, key): pk
        for pk, place_id, key in PlaceAlias.objects.values_list("pk", "place_id", "key")
    }
    gone = [pk for pair, pk in stored.items() if pair not in wanted]
    for start in range(0, len(gone), BATCH_SIZE):
        PlaceAlias.objects.filter(pk__in=gone[start : start + BATCH_SIZE]).delete()
    added = sorted(wanted - stored.keys())
    PlaceAlias.objects.bulk_create(
        (PlaceAlias(place_id=pk, key=key) for pk, key in added), batch_size=BATCH_SIZE
    )
