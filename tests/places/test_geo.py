"""Miles computed from x, y and z, compared with geodesics of geopy."""

from __future__ import annotations

import math

import pytest
from geopy.distance import geodesic
from hypothesis import example, given, settings
from hypothesis import strategies as st

from places.geo import (
    Point,
    boxes_around,
    chord_of_miles,
    miles_between,
    miles_of_chord,
)

# The mainland, Alaska on both sides of 180°, Hawaii, Guam, Samoa, the Caribbean.
REGIONS = [
    (24.5, 49.4, -125.0, -66.9),
    (51.2, 71.4, -180.0, -130.0),
    (51.2, 53.0, 172.4, 180.0),
    (18.9, 28.5, -178.4, -154.8),
    (13.2, 20.6, 144.6, 146.1),
    (-14.6, -11.0, -171.1, -168.1),
    (17.6, 18.6, -67.9, -64.5),
]
points = st.sampled_from(REGIONS).flatmap(
    lambda r: st.builds(Point, st.floats(r[0], r[1]), st.floats(r[2], r[3]))
)


def true_miles(one, other):
    return geodesic(
        (one.latitude, one.longitude), (other.latitude, other.longitude)
    ).miles


@settings(max_examples=300, deadline=None)
@given(points, points)
def test_miles_agree_with_the_geodesic(one, other):
    true = true_miles(one, other)

    miles = miles_between(one, other)

    # A chord is exact; only its conversion to an arc assumes a sphere.
    allowed = 0.001 if true <= 5_000 else 0.002
    assert miles == pytest.approx(true, rel=allowed, abs=0.01)


@settings(max_examples=200, deadline=None)
@given(points, st.floats(0, 360), st.floats(0, 0.998), st.floats(1, 3_000))
@example(Point(0.0, 0.0), 0.0, 0.998, 3_000.0)
@example(Point(71.0, -150.0), 72.0, 0.998, 1_300.0)
@example(Point(math.nextafter(90, 0), 10.0), 90.0, 0.0, 1e-12)
def test_boxes_contain_everything_within_the_radius(center, bearing, share, miles):
    here = (center.latitude, center.longitude)
    # Miles of chords agree with geodesics to 0.1%.
    other = geodesic(miles=miles * share).destination(here, bearing)

    assert any(
        box.south <= other.latitude <= box.north
        and box.west <= other.longitude <= box.east
        for box in boxes_around(center, miles)
    )


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 12_000))
def test_chord_and_miles_are_inverse_functions(miles):
    assert miles_of_chord(chord_of_miles(miles)) == pytest.approx(miles, abs=0.01)


def test_area_across_180_degrees_has_two_boxes():
    boxes = boxes_around(Point(52.0, 179.9), 100)

    assert [(box.west < 0, box.east > 0) for box in boxes] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize("latitude", [89.9, -89.9])
def test_box_at_a_pole_covers_all_longitudes(latitude):
    [box] = boxes_around(Point(latitude, 10.0), 200)

    assert (box.west, box.east) == (-180.0, 180.0)
