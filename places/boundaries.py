"""Boundaries of states and counties, and the projection that draws them on a map."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from math import cos, radians, sin, sqrt
from pathlib import Path

from places.geo import MEAN_RADIUS_MILES, Box, Point

BOUNDARIES_FILE = Path(__file__).resolve().parent / "data" / "boundaries.json.gz"

# The longer side of a map in drawing units. Paths have tenths of a unit.
MAP_SIDE_UNITS = 320
TENTHS_PER_UNIT = 10
# In tenths of a unit: points closer together than this are drawn as one.
MIN_STEP_IN_VIEW, MIN_STEP_OUT_OF_VIEW = 6, 150

# Of latitude; exact enough for the margin of a map.
MILES_PER_DEGREE = 69.0

XY = tuple[float, float]


def wrap_longitude(longitude: float, near: float) -> float:
    """Return the longitude plus or minus full turns, within 180° of another one."""
    return (longitude - near + 180) % 360 - 180 + near


def pad_box(box: Box, least_miles: float = 20) -> Box:
    """Return the box with a margin, and large enough for a map that people can read."""
    middle = Point((box.south + box.north) / 2, (box.west + box.east) / 2)
    mile = MILES_PER_DEGREE * cos(radians(middle.latitude))
    high = max((box.north - box.south) * MILES_PER_DEGREE * 1.12, least_miles)
    wide = max((box.east - box.west) * mile * 1.12, high * 0.7, least_miles)
    high = max(high, wide / 2)
    up, out = high / MILES_PER_DEGREE / 2, wide / mile / 2
    south, north = middle.latitude - up, middle.latitude + up
    return Box(south, north, middle.longitude - out, middle.longitude + out)


class Projection:
    """Albers equal-area conic projection of a box of degrees.

    It preserves areas and distorts shapes little, from Guam to Alaska. The two standard
    parallels are a sixth of the height from the edges, as is usual.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        self.middle = (box.west + box.east) / 2
        sixth = (box.north - box.south) / 6
        one, two = sin(radians(box.south + sixth)), sin(radians(box.north - sixth))
        self._cone = (one + two) / 2
        self._bend = 1 + one * two
        spots = [self._to_plane(point) for point in _edge_points(box)]
        xs, ys = [x for x, _y in spots], [y for _x, y in spots]
        self._left, self._top = min(xs), min(ys)
        wide, high = max(xs) - self._left, max(ys) - self._top
        self._scale = MAP_SIDE_UNITS / max(wide, high)
        self.width, self.height = round(wide * self._scale), round(high * self._scale)

    def project(self, point: Point) -> XY:
        """Return the position of a point in units from the upper left corner."""
        x, y = self._to_plane(point)
        return (x - self._left) * self._scale, (y - self._top) * self._scale

    def contains(self, position: XY) -> bool:
        return 0 <= position[0] <= self.width and 0 <= position[1] <= self.height

    @property
    def miles_across(self) -> float:
        return self.width / self._scale * MEAN_RADIUS_MILES

    def _to_plane(self, point: Point) -> XY:
        turn = radians(wrap_longitude(point.longitude, self.middle) - self.middle)
        square = self._bend - 2 * self._cone * sin(radians(point.latitude))
        reach = sqrt(max(0.0, square)) / self._cone
        return reach * sin(self._cone * turn), reach * cos(self._cone * turn)


def _edge_points(box: Box) -> Iterator[Point]:
    """Yield points along the edges of a box, because they are curved on the map."""
    for part in range(9):
        share = part / 8
        latitude = box.south + share * (box.north - box.south)
        longitude = box.west + share * (box.east - box.west)
        yield from (Point(latitude, box.west), Point(latitude, box.east))
        yield from (Point(box.south, longitude), Point(box.north, longitude))


@dataclass(frozen=True)
class Boundaries:
    """Borders as arcs of grid steps, each stored once, and shapes as rings of arcs."""

    scale: XY
    corner: XY
    arcs: list[list[int]]
    states: dict[str, list[list[int]]]
    borders: dict[str, list[int]]
    counties: dict[str, list[list[int]]]

    def state(self, code: str, projection: Projection) -> str:
        """Return the path of a state's shape for the `d` attribute of an SVG."""
        return self._shape(self.states[code], projection)

    def county(self, code: str, projection: Projection) -> str:
        """Return the path of a county's shape, or "" if the atlas does not have it."""
        return self._shape(self.counties.get(code, []), projection)

    def county_lines(self, code: str, projection: Projection) -> str:
        """Return the path of the visible borders between a state's counties."""
        lines = (self._line([arc], projection) for arc in self.borders.get(code, []))
        seen = (line for line in lines if any(map(projection.contains, line)))
        return "".join(_path(_simplify(line, projection)) for line in seen)

    def states_in(self, projection: Projection) -> list[str]:
        """Return the codes of the states whose boxes overlap the map."""
        return [code for code in self.states if _touches(self._boxes[code], projection)]

    @cached_property
    def _boxes(self) -> dict[str, Box]:
        return {code: self.box_of_state(code) for code in self.states}

    def box_of_state(self, code: str) -> Box:
        return self._box(self.states[code])

    def box_of_county(self, code: str) -> Box | None:
        rings = self.counties.get(code)
        return self._box(rings) if rings else None

    def _shape(self, rings: list[list[int]], projection: Projection) -> str:
        lines = (self._line(ring, projection) for ring in rings)
        return "".join(_path(_simplify(line, projection), "z") for line in lines)

    def _line(self, arcs: Iterable[int], projection: Projection) -> list[XY]:
        return [
            projection.project(point) for arc in arcs for point in self._points(arc)
        ]

    def _points(self, arc: int) -> list[Point]:
        """Return the points of an arc; the number ~n means arc n backwards."""
        numbers = self.arcs[arc if arc >= 0 else ~arc]
        points, x, y = [], 0, 0
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            latitude = y * self.scale[1] + self.corner[1]
            points.append(Point(latitude, x * self.scale[0] + self.corner[0]))
        return points if arc >= 0 else points[::-1]

    def _box(self, rings: list[list[int]]) -> Box:
        """Return the box around rings, without a jump of longitude at 180°."""
        points = [p for ring in rings for arc in ring for p in self._points(arc)]
        near = points[0].longitude
        longitudes = [wrap_longitude(point.longitude, near) for point in points]
        latitudes = [point.latitude for point in points]
        return Box(min(latitudes), max(latitudes), min(longitudes), max(longitudes))


def _touches(box: Box, projection: Projection) -> bool:
    shift = wrap_longitude(box.west, projection.middle) - box.west
    beside = (
        box.west + shift > projection.box.east or box.east + shift < projection.box.west
    )
    over = box.south > projection.box.north or box.north < projection.box.south
    return not (beside or over)


def _simplify(line: list[XY], projection: Projection) -> list[tuple[int, int]]:
    """Return the line in whole tenths of a unit, without points that are too close."""
    points: list[tuple[int, int]] = []
    for number, position in enumerate(line):
        x, y = (
            round(position[0] * TENTHS_PER_UNIT),
            round(position[1] * TENTHS_PER_UNIT),
        )
        step = (
            MIN_STEP_IN_VIEW if projection.contains(position) else MIN_STEP_OUT_OF_VIEW
        )
        is_end = number in (0, len(line) - 1)
        if is_end or max(abs(x - points[-1][0]), abs(y - points[-1][1])) >= step:
            points.append((x, y))
    return points


def _path(spots: list[tuple[int, int]], close: str = "") -> str:
    """Return an SVG path of relative steps, like "M10 20l5 -5 3 0z"."""
    if len(set(spots)) < 2:
        return ""
    (x, y), *rest = spots
    written = [f"M{x} {y}l"]
    for next_x, next_y in rest:
        written.append(f"{next_x - x} {next_y - y} ")
        x, y = next_x, next_y
    return "".join(written).rstrip() + close


@cache
def load_boundaries() -> Boundaries:
    """Read the file of boundaries when the first map needs it."""
    return Boundaries(**json.loads(gzip.decompress(BOUNDARIES_FILE.read_bytes())))
