"""A map of numbered listings as the parts of an SVG drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from orgs.models import Organization
from places.boundaries import (
    XY,
    Boundaries,
    Projection,
    load_boundaries,
    pad_box,
    wrap_longitude,
)
from places.geo import Box, Point
from places.models import Place
from places.nearest import LocatedModel

# A wider map shows only states, because county lines would be a gray blur.
COUNTY_LINES_MILES = 450
MAX_LABEL_LETTERS = 7
MAX_TOWN_CANDIDATES, MAX_TOWN_LABELS = 60, 8
LETTER_WIDTH, LETTER_HEIGHT = 5.8, 11
# Distances from the point of a town to the baseline of its label.
LABEL_ABOVE, LABEL_BELOW = 10, 20
SCALE_MILES = (500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass
class Marker:
    """A marker with the numbers of the listings at one position."""

    x: int
    y: int
    numbers: list[int]
    # False if the marker is the middle of a ZIP code or a town.
    is_exact: bool

    @classmethod
    def at(cls, position: XY, numbers: list[int], *, is_exact: bool) -> Self:
        return cls(round(position[0]), round(position[1]), numbers, is_exact)

    @property
    def label(self) -> str:
        if self.is_cluster:
            return f"{self.numbers[0]} +{len(self.numbers) - 1}"
        return format_ranges(self.numbers)

    @property
    def is_cluster(self) -> bool:
        """Tell whether there are more numbers than a marker can show."""
        return len(format_ranges(self.numbers)) > MAX_LABEL_LETTERS

    @property
    def width(self) -> int:
        return max(18, 8 * len(self.label) + 6)

    @property
    def left(self) -> int:
        return self.x - self.width // 2

    @property
    def box(self) -> Box:
        return Box(self.y - 9, self.y + 9, self.left, self.left + self.width)


@dataclass
class CountyShade:
    """A shaded county, for the listings that are somewhere in it."""

    path: str
    marker: Marker


@dataclass(frozen=True)
class TownLabel:
    name: str
    x: int
    y: int


@dataclass(frozen=True)
class ScaleBar:
    miles: int
    length: int


@dataclass
class MapDrawing:
    width: int
    height: int
    land: list[str]
    borders: list[str]
    county_shades: list[CountyShade]
    markers: list[Marker]
    town_labels: list[TownLabel]
    scale_bar: ScaleBar
    here: Marker | None = None

    @property
    def total_height(self) -> int:
        """Return the height including the scale bar."""
        return self.height + 24

    @property
    def numbers(self) -> set[int]:
        """Return the numbers of all listings on the map."""
        shown = [*self.markers, *(shade.marker for shade in self.county_shades)]
        return {number for marker in shown for number in marker.numbers}

    @property
    def shared(self) -> dict[int, int]:
        """Return {number that a cluster leaves out: number that it shows}."""
        clusters = [m.numbers for m in self.markers if m.is_cluster]
        return {number: first for first, *rest in clusters for number in rest}

    @property
    def has_approximate(self) -> bool:
        return any(not marker.is_exact for marker in self.markers)

    @property
    def has_exact_marker(self) -> bool:
        return any(marker.is_exact for marker in self.markers)


def draw_map(
    numbered: Iterable[tuple[int, Organization]], place: Place | None
) -> MapDrawing | None:
    """Draw a map of these listings around a place, or return None without any location.

    A state is always drawn whole. A withheld address is drawn as its county.
    """
    points, counties = _split_by_precision(numbered)
    if not points and not counties:
        return None
    atlas = load_boundaries()
    state = place.state if place and place.is_state else None
    here = place.point if place and not state else None
    frame = Projection(_bounding_box(atlas, state, here, points, counties))
    codes = [state] if state else atlas.states_in(frame)
    close = state or frame.miles_across < COUNTY_LINES_MILES
    markers = _merge_markers(frame, points)
    county_shades = _county_shades(atlas, frame, counties)
    taken = [marker.box for marker in markers]
    return MapDrawing(
        width=frame.width,
        height=frame.height,
        land=[atlas.state(code, frame) for code in codes],
        borders=[atlas.county_lines(code, frame) for code in codes] if close else [],
        county_shades=county_shades,
        markers=markers,
        town_labels=_town_labels(frame, state, taken),
        scale_bar=_scale_bar(frame),
        here=Marker.at(frame.project(here), [], is_exact=True) if here else None,
    )


def format_ranges(numbers: list[int]) -> str:
    """Return "1–3, 7" for the numbers 1, 2, 3 and 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs
    )


NumberedPoints = list[tuple[int, Organization, Point]]


def _split_by_precision(
    numbered: Iterable[tuple[int, Organization]],
) -> tuple[NumberedPoints, dict[Place, list[int]]]:
    """Split the listings into those with a point and those with only a county."""
    points: NumberedPoints = []
    counties: dict[Place, list[int]] = {}
    for number, organization in numbered:
        if is_county_only(organization):
            if organization.county is not None:
                counties.setdefault(organization.county, []).append(number)
        elif organization.point is not None:
            points.append((number, organization, organization.point))
    drawn = load_boundaries().counties
    return points, {c: rows for c, rows in counties.items() if c.code in drawn}


def is_county_only(organization: Organization) -> bool:
    rough = organization.precision == LocatedModel.Precision.COUNTY
    return organization.address_withheld or rough


def _bounding_box(
    atlas: Boundaries,
    state: str | None,
    here: Point | None,
    points: NumberedPoints,
    counties: Iterable[Place],
) -> Box:
    """Return the box of the state, or one around everything on the map."""
    if state:
        return pad_box(atlas.box_of_state(state))
    seen = [point for _number, _organization, point in points]
    for box in filter(None, (atlas.box_of_county(c.code) for c in counties)):
        seen += [Point(box.south, box.west), Point(box.north, box.east)]
    if here:
        seen.append(here)
    near = (here or seen[0]).longitude
    latitudes = [point.latitude for point in seen]
    longitudes = [wrap_longitude(point.longitude, near) for point in seen]
    return pad_box(
        Box(min(latitudes), max(latitudes), min(longitudes), max(longitudes))
    )


def _merge_markers(frame: Projection, points: NumberedPoints) -> list[Marker]:
    """Return the markers; those that would overlap are merged into one."""
    separate: list[Marker] = []
    for number, organization, point in points:
        is_exact = not organization.has_approximate_point
        newest = Marker.at(frame.project(point), [number], is_exact=is_exact)
        # A merged label is wider and may overlap another marker, so repeat.
        while overlapping := next(
            (m for m in separate if _overlap(m.box, newest.box)), None
        ):
            separate.remove(overlapping)
            overlapping.numbers = sorted(overlapping.numbers + newest.numbers)
            overlapping.is_exact = overlapping.is_exact and newest.is_exact
            newest = overlapping
        separate.append(newest)
    return separate


def _county_shades(
    atlas: Boundaries, frame: Projection, counties: dict[Place, list[int]]
) -> list[CountyShade]:
    """Return the counties, with numbers in the middle, which reveals no address."""
    county_shades: list[CountyShade] = []
    for county, numbers in counties.items():
        box = atlas.box_of_county(county.code)
        if box is not None:
            middle = Point((box.south + box.north) / 2, (box.west + box.east) / 2)
            marker = Marker.at(frame.project(middle), numbers, is_exact=False)
            county_shades.append(CountyShade(atlas.county(county.code, frame), marker))
    return county_shades


def _town_labels(
    frame: Projection, state: str | None, taken: list[Box]
) -> list[TownLabel]:
    """Return labels of the largest towns in view that do not overlap anything."""
    shown: list[TownLabel] = []
    for place in Place.objects.largest_cities(frame.box, state)[:MAX_TOWN_CANDIDATES]:
        x, y = frame.project(place.point)
        half = len(place.name) * LETTER_WIDTH / 2
        for base in (y - LABEL_ABOVE, y + LABEL_BELOW):
            box = Box(base - LETTER_HEIGHT, base, x - half, x + half)
            free = not any(_overlap(box, other) for other in taken)
            if free and _is_inside(box, frame) and frame.contains((x, y)):
                taken.append(box)
                shown.append(TownLabel(place.name, round(x), round(base) - 2))
                break
        if len(shown) == MAX_TOWN_LABELS:
            break
    return shown


def _is_inside(box: Box, frame: Projection) -> bool:
    across = box.west > 0 and box.east < frame.width
    return across and box.south > 0 and box.north < frame.height


def _overlap(one: Box, other: Box) -> bool:
    beside = one.west > other.east or other.west > one.east
    return not (beside or one.south > other.north or other.south > one.north)


def _scale_bar(frame: Projection) -> ScaleBar:
    across = frame.miles_across
    miles = next((m for m in SCALE_MILES if m <= across / 4), SCALE_MILES[-1])
    return ScaleBar(miles, round(miles / across * frame.width))
