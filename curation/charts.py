"""Small drawings for the desk: shares as bars, a point among the towns of its state."""

from __future__ import annotations

import math
from dataclasses import dataclass

from listings.freshness import FreshRow
from places.geo import Point
from places.models import Place

BAR = 200
ROW = 18
DOTS = 250
MAP_WIDTH = 240


@dataclass(frozen=True)
class Bar:
    """A row of the chart: widths in drawing units for each of the spans of days."""

    row: FreshRow
    y: int
    widths: list[int]

    @property
    def text_y(self) -> int:
        return self.y + 12


@dataclass(frozen=True)
class Chart:
    slug: str
    title: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * ROW


def chart(slug: str, title: str, rows: list[FreshRow]) -> Chart:
    bars = [
        Bar(row, number * ROW, [share * BAR // 100 for share in reversed(row.shares)])
        for number, row in enumerate(rows)
    ]
    return Chart(slug, title, bars)


@dataclass(frozen=True)
class DotMap:
    """The towns of a state as dots, and one spot; in drawing units."""

    width: int
    height: int
    # One path for all: a line of no length at each town, drawn with a round cap.
    path: str
    spot: tuple[int, int]


def dot_map(state: str, point: Point) -> DotMap | None:
    """Where a point lies among its state's biggest towns; None without towns.

    Plate carrée, narrowed by the cosine of the middle latitude; WGS84 degrees.
    """
    towns = Place.objects.filter(kind=Place.Kind.CITY, state=state)
    points = list(
        towns.order_by("-population").values_list("latitude", "longitude")[:DOTS]
    )
    if not points:
        return None
    points.append((point.latitude, point.longitude))
    # Islands beyond the 180th meridian stand to the west of the others.
    spread = [(lat, lon - 360 if lon > 0 else lon) for lat, lon in points]
    if all(lon > 0 for _lat, lon in points):
        spread = points
    south, north = min(p[0] for p in spread), max(p[0] for p in spread)
    west, east = min(p[1] for p in spread), max(p[1] for p in spread)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = MAP_WIDTH / max((east - west) * narrow, 0.01)
    height = min(400, max(40, round((north - south) * scale)))

    def draw(lat: float, lon: float) -> tuple[int, int]:
        return round((lon - west) * narrow * scale), round((north - lat) * scale)

    *dots, spot = (draw(*point) for point in spread)
    path = "".join(f"M{x} {y}h0" for x, y in sorted(set(dots)))
    return DotMap(MAP_WIDTH, height, path, spot)
