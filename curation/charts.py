"""Charts for the admin: bars of shares, and a map of the cities of a state."""

from __future__ import annotations

import math
from dataclasses import dataclass

from listings.freshness import FreshRow
from places.geo import Point
from places.models import Place

# Lengths are in units of the drawing.
BAR_WIDTH = 200
ROW_HEIGHT = 18
TEXT_BASELINE = 12
MAP_WIDTH = 240
MIN_MAP_HEIGHT, MAX_MAP_HEIGHT = 40, 400
MAX_DOTS = 250


@dataclass(frozen=True)
class Bar:
    """A row of a chart, with a width for each span of days."""

    row: FreshRow
    y: int
    widths: list[int]

    @property
    def text_y(self) -> int:
        return self.y + TEXT_BASELINE


@dataclass(frozen=True)
class Chart:
    slug: str
    title: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * ROW_HEIGHT


def build_chart(slug: str, title: str, rows: list[FreshRow]) -> Chart:
    bars = [
        Bar(
            row,
            number * ROW_HEIGHT,
            [share * BAR_WIDTH // 100 for share in reversed(row.shares)],
        )
        for number, row in enumerate(rows)
    ]
    return Chart(slug, title, bars)


@dataclass(frozen=True)
class DotMap:
    """The cities of a state as dots, and a marker at one point."""

    width: int
    height: int
    # A line without length at each city, which a round cap makes a dot.
    path: str
    marker: tuple[int, int]


def build_dot_map(state: str, point: Point) -> DotMap | None:
    """Return a map of a point among the largest cities of its state.

    The projection is equirectangular, with the middle latitude as its standard
    parallel, from WGS84 degrees. Return None if the state has no cities.
    """
    cities = Place.objects.filter(kind=Place.Kind.CITY, state=state)
    points = list(
        cities.order_by("-population").values_list("latitude", "longitude")[:MAX_DOTS]
    )
    if not points:
        return None
    points.append((point.latitude, point.longitude))
    # Alaska crosses the 180th meridian: draw its far islands west of the others.
    spread = [(lat, lon - 360 if lon > 0 else lon) for lat, lon in points]
    if all(lon > 0 for _lat, lon in points):
        spread = points
    south, north = min(p[0] for p in spread), max(p[0] for p in spread)
    west, east = min(p[1] for p in spread), max(p[1] for p in spread)
    stretch = math.cos(math.radians((south + north) / 2))
    scale = MAP_WIDTH / max((east - west) * stretch, 0.01)
    height = round((north - south) * scale)
    height = min(MAX_MAP_HEIGHT, max(MIN_MAP_HEIGHT, height))

    def project(lat: float, lon: float) -> tuple[int, int]:
        return round((lon - west) * stretch * scale), round((north - lat) * scale)

    *dots, marker = (project(*point) for point in spread)
    path = "".join(f"M{x} {y}h0" for x, y in sorted(set(dots)))
    return DotMap(MAP_WIDTH, height, path, marker)
