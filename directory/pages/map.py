"""The map page: a map, and the same listings as a numbered list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from directory.pages.svg_map import MapDrawing, draw_map, is_county_only
from orgs.models import Organization
from places.models import Place


@dataclass(frozen=True)
class MapItem:
    """A listing and its number on the map."""

    number: int
    organization: Organization
    is_on_map: bool
    # The number that the map shows if the marker represents several listings.
    cluster_number: int | None

    @property
    def county(self) -> Place | None:
        """Return the county if the exact location is not public, or None."""
        row = self.organization
        return row.county if is_county_only(row) else None


@dataclass(frozen=True)
class MapPage:
    drawing: MapDrawing | None
    items: list[MapItem]
    first_number: int


def build_map_page(
    rows: Iterable[Organization], place: Place | None, first_number: int = 1
) -> MapPage:
    """Number the rows in their order and draw the map."""
    listed = list(rows)
    prefetch_related_objects(listed, "county")
    numbered = list(enumerate(listed, first_number))
    drawing = draw_map(numbered, place)
    drawn = drawing.numbers if drawing else set()
    shared = drawing.shared if drawing else {}
    items = [MapItem(n, row, n in drawn, shared.get(n)) for n, row in numbered]
    return MapPage(drawing, items, first_number)
