"""Load the areas of fixtures/areas.csv. The places that they name must be loaded."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from places.models import Area, AreaName, Place
from places.name_keys import place_key

Row = dict[str, str]
# How the file marks a row whose old name is a slur.
OFFENSIVE_NAME_MARK = "match it, never show it"


def read_areas(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rename_cities(places: list[Row], areas: Iterable[Row]) -> None:
    """Replace the names of cities that are slurs; people can still search by them."""
    renamed = {
        (county, place_key(name.split(",")[0])): area["name"].split(",")[0]
        for area in areas
        if OFFENSIVE_NAME_MARK in area["note"]
        for name in area["alt_names"].split(";")
        for county in area["counties"].split(";")
    }
    for row in places:
        key = (row["county_fips"], place_key(row["name"]))
        if row["kind"] == "place" and (name := renamed.get(key)):
            row["alt_names"] = ";".join(filter(None, [row["alt_names"], row["name"]]))
            row["name"] = name


def save_areas(rows: list[Row]) -> None:
    """Insert or update each area by its key, and delete areas that left the file."""
    cities = {row["main_place"] for row in rows}
    main = dict(
        Place.objects.filter(kind="city", code__in=cities).values_list("code", "pk")
    )
    Area.objects.exclude(key__in=[row["key"] for row in rows]).delete()
    Area.objects.bulk_create(
        (
            Area(
                key=row["key"],
                kind=row["kind"],
                name=row["name"],
                alt_names=row["alt_names"],
                states=row["states"],
                main_place_id=main[row["main_place"]] if row["main_place"] else None,
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["kind", "name", "alt_names", "states", "main_place"],
    )
    areas = {area.key: area for area in Area.objects.all()}
    _save_counties(rows, areas)
    _save_names(rows, areas)


def _save_counties(rows: Iterable[Row], areas: dict[str, Area]) -> None:
    numbers = dict(Place.objects.counties().values_list("code", "pk"))
    links = Area.counties.through
    wanted = {
        (areas[row["key"]].pk, numbers[code])
        for row in rows
        for code in filter(None, row["counties"].split(";"))
    }
    stored = set(links.objects.values_list("area_id", "place_id"))
    if wanted != stored:
        links.objects.all().delete()
        links.objects.bulk_create(
            links(area_id=a, place_id=p) for a, p in sorted(wanted)
        )


def _save_names(rows: Iterable[Row], areas: dict[str, Area]) -> None:
    wanted = {pair for row in rows for pair in _name_rows(row, areas[row["key"]])}
    stored = set(AreaName.objects.values_list("area_id", "key", "is_suggested"))
    if wanted != stored:
        AreaName.objects.all().delete()
        AreaName.objects.bulk_create(
            AreaName(area_id=area, key=key, is_suggested=is_suggested)
            for area, key, is_suggested in sorted(wanted)
        )


def _name_rows(row: Row, area: Area) -> Iterator[tuple[int, str, bool]]:
    own = {place_key(area.name), place_key(area.bare_name)}
    others = {place_key(name) for name in row["alt_names"].split(";")} - own
    for keys, is_suggested in (
        (own, True),
        (others, OFFENSIVE_NAME_MARK not in row["note"]),
    ):
        for key in filter(None, keys):
            yield area.pk, key, is_suggested
