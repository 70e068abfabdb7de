"""A map of numbered listings, as the parts of one SVG drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from orgs.models import Organization
from places.boundaries import Frame, Outlines, Spot, outlines, roomy, unwrapped
from places.geo import Box, Point
from places.models import Place
from places.nearest import Located

# Wider maps show states alone: county lines would be a grey haze.
COUNTY_LINES_MILES = 450
LONGEST_LABEL = 7
TOWNS_TRIED, TOWNS_SHOWN = 60, 8
LETTER_WIDE, LETTER_HIGH = 5.8, 11
# From a town's spot to the base line of its name.
ABOVE, BELOW = 10, 20
SCALE_MILES = (500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass
class Marker:
    """One spot and the numbers of the listings there."""

    x: int
    y: int
    numbers: list[int]
    # False where a ZIP code's or a town's middle stands for the address.
    exact: bool

    @classmethod
    def at(cls, spot: Spot, numbers: list[int], *, exact: bool) -> Self:
        return cls(round(spot[0]), round(spot[1]), numbers, exact)

    @property
    def label(self) -> str:
        if self.is_crowd:
            return f"{self.numbers[0]} +{len(self.numbers) - 1}"
        return ranges(self.numbers)

    @property
    def is_crowd(self) -> bool:
        """Are there more numbers than a mark can show?"""
        return len(ranges(self.numbers)) > LONGEST_LABEL

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
class Shade:
    """A county that stands for the listings somewhere in it."""

    path: str
    marker: Marker


@dataclass(frozen=True)
class Town:
    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Scale:
    miles: int
    length: int


@dataclass
class Drawing:
    width: int
    height: int
    land: list[str]
    borders: list[str]
    shades: list[Shade]
    markers: list[Marker]
    towns: list[Town]
    scale: Scale
    here: Marker | None = None

    @property
    def whole_height(self) -> int:
        """With the strip for the scale."""
        return self.height + 24

    @property
    def numbers(self) -> set[int]:
        """All that can be found on the map."""
        shown = [*self.markers, *(shade.marker for shade in self.shades)]
        return {number for marker in shown for number in marker.numbers}

    @property
    def shared(self) -> dict[int, int]:
        """Of numbers that their mark leaves out: the number that it shows."""
        crowds = [m.numbers for m in self.markers if m.is_crowd]
        return {number: first for first, *rest in crowds for number in rest}

    @property
    def has_rough(self) -> bool:
        return any(not marker.exact for marker in self.markers)

    @property
    def has_exact(self) -> bool:
        return any(marker.exact for marker in self.markers)


def draw(
    numbered: Iterable[tuple[int, Organization]], place: Place | None
) -> Drawing | None:
    """The map of these listings around a place; None if none can be placed.

    A state is drawn whole. A withheld address is its county, and never a point.
    """
    points, counties = _placed(numbered)
    if not points and not counties:
        return None
    atlas = outlines()
    state = place.state if place and place.is_state else None
    here = place.point if place and not state else None
    frame = Frame(_box(atlas, state, here, points, counties))
    codes = [state] if state else atlas.states_in(frame)
    close = state or frame.miles_across < COUNTY_LINES_MILES
    markers = _markers(frame, points)
    shades = _shades(atlas, frame, counties)
    taken = [marker.box for marker in markers]
    return Drawing(
        width=frame.width,
        height=frame.height,
        land=[atlas.state(code, frame) for code in codes],
        borders=[atlas.county_lines(code, frame) for code in codes] if close else [],
        shades=shades,
        markers=markers,
        towns=_towns(frame, state, taken),
        scale=_scale(frame),
        here=Marker.at(frame.spot(here), [], exact=True) if here else None,
    )


def ranges(numbers: list[int]) -> str:
    """ "1–3, 7" for 1, 2, 3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs
    )


Numbered = list[tuple[int, Organization, Point]]


def _placed(
    numbered: Iterable[tuple[int, Organization]],
) -> tuple[Numbered, dict[Place, list[int]]]:
    """Who has a point of its own, and who is somewhere in which county."""
    points: Numbered = []
    counties: dict[Place, list[int]] = {}
    for number, organization in numbered:
        if is_county_only(organization):
            if organization.county is not None:
                counties.setdefault(organization.county, []).append(number)
        elif organization.point is not None:
            points.append((number, organization, organization.point))
    drawn = outlines().counties
    return points, {c: rows for c, rows in counties.items() if c.code in drawn}


def is_county_only(organization: Organization) -> bool:
    rough = organization.precision == Located.Precision.COUNTY
    return organization.address_withheld or rough


def _box(
    atlas: Outlines,
    state: str | None,
    here: Point | None,
    points: Numbered,
    counties: Iterable[Place],
) -> Box:
    """The state's box, or one around everything to be seen."""
    if state:
        return roomy(atlas.box_of_state(state))
    seen = [point for _number, _organization, point in points]
    for box in filter(None, (atlas.box_of_county(c.code) for c in counties)):
        seen += [Point(box.south, box.west), Point(box.north, box.east)]
    if here:
        seen.append(here)
    near = (here or seen[0]).longitude
    latitudes = [point.latitude for point in seen]
    longitudes = [unwrapped(point.longitude, near) for point in seen]
    return roomy(Box(min(latitudes), max(latitudes), min(longitudes), max(longitudes)))


def _markers(frame: Frame, points: Numbered) -> list[Marker]:
    """One for each spot; those that would hide one another become one."""
    apart: list[Marker] = []
    for number, organization, point in points:
        exact = not organization.point_is_approximate
        newest = Marker.at(frame.spot(point), [number], exact=exact)
        # A label that grew may reach another mark: again, until it meets none.
        while met := next((m for m in apart if _meet(m.box, newest.box)), None):
            apart.remove(met)
            met.numbers = sorted(met.numbers + newest.numbers)
            met.exact = met.exact and newest.exact
            newest = met
        apart.append(newest)
    return apart


def _shades(
    atlas: Outlines, frame: Frame, counties: dict[Place, list[int]]
) -> list[Shade]:
    """Numbers stand in the middle of the outline, which knows no address."""
    shades: list[Shade] = []
    for county, numbers in counties.items():
        box = atlas.box_of_county(county.code)
        if box is not None:
            middle = Point((box.south + box.north) / 2, (box.west + box.east) / 2)
            marker = Marker.at(frame.spot(middle), numbers, exact=False)
            shades.append(Shade(atlas.county(county.code, frame), marker))
    return shades


def _towns(frame: Frame, state: str | None, taken: list[Box]) -> list[Town]:
    """Names of the largest towns in view that hide nothing else, to find one's way."""
    shown: list[Town] = []
    for place in Place.objects.largest_towns(frame.box, state)[:TOWNS_TRIED]:
        x, y = frame.spot(place.point)
        half = len(place.name) * LETTER_WIDE / 2
        for base in (y - ABOVE, y + BELOW):
            box = Box(base - LETTER_HIGH, base, x - half, x + half)
            free = not any(_meet(box, other) for other in taken)
            if free and _inside(box, frame) and frame.holds((x, y)):
                taken.append(box)
                shown.append(Town(place.name, round(x), round(base) - 2))
                break
        if len(shown) == TOWNS_SHOWN:
            break
    return shown


def _inside(box: Box, frame: Frame) -> bool:
    across = box.west > 0 and box.east < frame.width
    return across and box.south > 0 and box.north < frame.height


def _meet(one: Box, other: Box) -> bool:
    beside = one.west > other.east or other.west > one.east
    return not (beside or one.south > other.north or other.south > one.north)


def _scale(frame: Frame) -> Scale:
    across = frame.miles_across
    miles = next((m for m in SCALE_MILES if m <= across / 4), SCALE_MILES[-1])
    return Scale(miles, round(miles / across * frame.width))
