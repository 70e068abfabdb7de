"""A page with a map for those who look, and the same as a numbered list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from directory.pages.svg_map import Drawing, draw, is_county_only
from orgs.models import Organization
from places.models import Place


@dataclass(frozen=True)
class Item:
    """A listing and the number that it carries on the map, if it is there."""

    number: int
    organization: Organization
    is_drawn: bool
    # The number to look for, where a crowded mark leaves this one out.
    found_at: int | None

    @property
    def county(self) -> Place | None:
        """Where only the county may be known; else None."""
        row = self.organization
        return row.county if is_county_only(row) else None


@dataclass(frozen=True)
class MapPage:
    drawing: Drawing | None
    items: list[Item]
    first_number: int


def map_page(
    rows: Iterable[Organization], place: Place | None, first_number: int = 1
) -> MapPage:
    """The rows numbered in their order, and drawn."""
    listed = list(rows)
    prefetch_related_objects(listed, "county")
    numbered = list(enumerate(listed, first_number))
    drawing = draw(numbered, place)
    drawn = drawing.numbers if drawing else set()
    shared = drawing.shared if drawing else {}
    items = [Item(n, row, n in drawn, shared.get(n)) for n, row in numbered]
    return MapPage(drawing, items, first_number)
