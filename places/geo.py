"""Points on the earth (WGS84) and the miles between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

# WGS84: the semi-major axis in statute miles (1,609.344 m), and the first eccentricity.
EQUATORIAL_RADIUS_MILES = 6_378_137.0 / 1_609.344
ECCENTRICITY_SQUARED = 6.694_379_990_141_3e-3
# Converting a chord to an arc needs one radius; the mean radius has an error
# below 0.1% up to 5,000 miles (tests/places/test_geo.py compares geodesics).
MEAN_RADIUS_MILES = 6_371_008.8 / 1_609.344
MIN_MILES_PER_LATITUDE_DEGREE = 68.6


@dataclass(frozen=True)
class Point:
    """Latitude and longitude in degrees, WGS84."""

    latitude: float
    longitude: float

    @property
    def xyz(self) -> tuple[float, float, float]:
        """Earth-centered coordinates in miles, on the ellipsoid."""
        phi, lam = radians(self.latitude), radians(self.longitude)
        normal = EQUATORIAL_RADIUS_MILES / sqrt(
            1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
        )
        across = normal * cos(phi)
        return (
            across * cos(lam),
            across * sin(lam),
            normal * (1 - ECCENTRICITY_SQUARED) * sin(phi),
        )


def point_on_earth(latitude: float | None, longitude: float | None) -> Point | None:
    """Return the point, or None if a coordinate is missing or out of range."""
    if latitude is None or longitude is None:
        return None
    is_there = abs(latitude) <= 90 and abs(longitude) <= 180
    return Point(latitude, longitude) if is_there else None


@dataclass(frozen=True)
class Box:
    """A box of degrees; `west` is never greater than `east`."""

    south: float
    north: float
    west: float
    east: float


def miles_of_chord(chord: float) -> float:
    """Convert a straight line through the earth to miles along the ground."""
    return 2 * MEAN_RADIUS_MILES * asin(min(1.0, chord / (2 * MEAN_RADIUS_MILES)))


def chord_of_miles(miles: float) -> float:
    """Convert miles along the ground, at most half way around, to a straight line."""
    half_turn = MEAN_RADIUS_MILES * radians(180)
    return 2 * MEAN_RADIUS_MILES * sin(min(miles, half_turn) / (2 * MEAN_RADIUS_MILES))


def squared_chord_between(one: Point, other: Point) -> float:
    """Return the squared straight-line distance in square miles."""
    return sum((a - b) ** 2 for a, b in zip(one.xyz, other.xyz, strict=True))


def miles_between(one: Point, other: Point) -> float:
    return miles_of_chord(sqrt(squared_chord_between(one, other)))


def boxes_around(point: Point, miles: float) -> list[Box]:
    """Return one box that holds every point within `miles`, or two across 180°."""
    rise = miles / MIN_MILES_PER_LATITUDE_DEGREE
    south, north = point.latitude - rise, point.latitude + rise
    if south <= -90 or north >= 90:
        return [Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)]
    # Below 1 as long as no pole is inside, except for a rounding error.
    reach = min(1.0, sin(radians(rise)) / cos(radians(point.latitude)))
    turn = degrees(asin(reach))
    west, east = point.longitude - turn, point.longitude + turn
    if west < -180:
        return [Box(south, north, -180.0, east), Box(south, north, west + 360, 180.0)]
    if east > 180:
        return [Box(south, north, west, 180.0), Box(south, north, -180.0, east - 360)]
    return [Box(south, north, west, east)]


def format_miles(distance: float) -> str:
    """Format miles for every page: "4.2" below ten, and "1,026" above."""
    return f"{distance:.1f}" if distance < 10 else f"{distance:,.0f}"
