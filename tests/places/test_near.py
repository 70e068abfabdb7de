"""The one distance query against brute force with geodesics."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, transaction
from geopy.distance import geodesic

from orgs.models import Organization
from places.geo import Point
from places.models import Place
from places.nearest import in_boxes_around
from search import index, relevance
from search.current import index_of
from search.query import Query
from tests.factories import organization, place

pytestmark = pytest.mark.django_db


def nearest(spot, *, miles=None, limit=20, start=0):
    query = Query(place=spot, radius=miles)
    return relevance.near(index_of(Organization), query, limit, start)


def slugs_of(page):
    names = dict(Organization.objects.values_list("pk", "slug"))
    return [names[hit.pk] for hit in page.hits]


def brute_force(origin, listings, miles=None):
    """(slug, miles) by geodesic distance, ties by slug."""
    here = (origin.latitude, origin.longitude)
    rows = [
        (geodesic(here, (row.latitude, row.longitude)).miles, row.slug)
        for row in listings
    ]
    return sorted(row for row in rows if miles is None or row[0] <= miles)


@pytest.fixture
def scattered():
    """200 listings at the centres of ZIP codes all over, some at one point."""
    chance = random.Random(2026)
    zips = list(Place.objects.zips().order_by("code"))
    spots = chance.sample(zips, 180) + [zips[0]] * 20
    rows = []
    for number, spot in enumerate(spots):
        row = Organization(
            name=f"Example {number}",
            slug=f"e-{number}",
            status="published",
            phone="+14065550101",
        )
        row.set_point(spot.point, Organization.Precision.ZIP)
        rows.append(row)
    Organization.objects.bulk_create(rows)
    return rows


def test_order_and_miles_of_300_searches_equal_brute_force(scattered):
    chance = random.Random(59301)
    origins = chance.sample(list(Place.objects.zips().order_by("code")), 300)
    names = dict(Organization.objects.values_list("pk", "slug"))

    for origin in origins:
        page = nearest(origin)
        expected = brute_force(origin, scattered)[:20]
        assert [names[hit.pk] for hit in page.hits] == [slug for _, slug in expected]
        assert [hit.distance_miles for hit in page.hits] == pytest.approx(
            [miles for miles, _ in expected], rel=0.001, abs=0.01
        )
        assert page.total == 200


def test_growing_circles_find_what_sorting_everything_finds(scattered, monkeypatch):
    chance = random.Random(7)
    origins = chance.sample(list(Place.objects.zips().order_by("code")), 60)

    for origin in origins:
        in_circles = nearest(origin, limit=10, start=20)
        with monkeypatch.context() as patched:
            patched.setattr(index, "CIRCLES", ())
            assert nearest(origin, limit=10, start=20) == in_circles


@pytest.mark.parametrize("miles", [1, 25, 300, 2_000, 9_000])
def test_a_radius_holds_just_what_is_within_it(scattered, miles):
    origin = place("59301")
    # A listing just at the rim may fall on either side of it.
    inner = brute_force(origin, scattered, miles * 0.998)
    outer = brute_force(origin, scattered, miles * 1.002)

    page = nearest(origin, miles=miles, limit=200)

    found = set(slugs_of(page))
    assert {slug for _, slug in inner} <= found <= {slug for _, slug in outer}
    assert slugs_of(page) == [slug for _, slug in outer if slug in found]
    assert page.total == len(found)


def test_a_page_beyond_the_last_still_knows_how_many_there_are(scattered):
    page = nearest(place("59301"), miles=9_000, start=400)

    assert (page.hits, page.total) == ([], 200)


def test_a_radius_reaches_across_180_degrees():
    for slug, point in (
        ("west", Point(52.0, -179.0)),
        ("east", Point(52.0, 179.0)),
        ("far-west", Point(52.0, -170.0)),
        ("far-east", Point(52.0, 170.0)),
        ("north", Point(60.0, 179.5)),
        ("south", Point(44.0, -179.5)),
    ):
        row = organization(slug=slug)
        row.set_point(point, Organization.Precision.CITY)
        row.save()
    here = Point(52.0, 179.9)

    page = nearest(place("59301").at(here), miles=100, limit=9)
    boxed = Organization.objects.filter(in_boxes_around(here, 100))

    assert (slugs_of(page), page.total) == (["east", "west"], 2)
    assert {row.slug for row in boxed} == {"east", "west"}


def test_pages_hold_every_listing_once(scattered):
    slugs = []

    for offset in range(0, 200, 30):
        page = nearest(place("96799"), limit=30, start=offset)
        slugs += slugs_of(page)

    assert sorted(slugs) == sorted(row.slug for row in scattered)


def test_a_listing_without_a_point_is_in_no_distance_list():
    organization()

    page = nearest(place("59301"))

    assert (page.hits, page.total) == ([], 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": None},
        {"x": None},
        {"precision": ""},
        {"latitude": 91.0},
        {"longitude": -181.0},
    ],
)
def test_half_a_point_is_refused_by_the_database(wrong):
    row = organization(at=place("59301"))
    for name, value in wrong.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_point_can_be_taken_away_whole():
    row = organization(at=place("59301"))

    row.clear_point()
    row.save()

    row.refresh_from_db()
    assert (row.point, row.x, row.precision) == (None, None, "")
