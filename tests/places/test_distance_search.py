"""Search by distance, compared with geodesics in plain Python."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, transaction
from geopy.distance import geodesic

from orgs.models import Organization
from places.geo import Point
from places.models import Place
from places.nearest import in_boxes_around
from search import browsing, index
from search.current import index_of
from search.query import Query
from tests.factories import organization, place

pytestmark = pytest.mark.django_db


def nearest(here, *, miles=None, limit=20, start=0):
    query = Query(place=here, radius=miles)
    return browsing.near(index_of(Organization), query, limit, start)


def slugs_of(page):
    names = dict(Organization.objects.values_list("pk", "slug"))
    return [names[hit.pk] for hit in page.hits]


def brute_force(origin, listings, miles=None):
    """Return pairs of slug and miles, by geodesic distance and slug."""
    here = (origin.latitude, origin.longitude)
    rows = [
        (geodesic(here, (row.latitude, row.longitude)).miles, row.slug)
        for row in listings
    ]
    return sorted(row for row in rows if miles is None or row[0] <= miles)


@pytest.fixture(scope="module")
def zips(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return list(Place.objects.zips().order_by("code"))


@pytest.fixture
def scattered(zips, db):
    """Create 200 listings at centers of random ZIP codes, some at the same point."""
    chance = random.Random(2026)
    viewed_places = chance.sample(zips, 180) + [zips[0]] * 20
    rows = []
    for number, here in enumerate(viewed_places):
        row = Organization(
            name=f"Example {number}",
            slug=f"e-{number}",
            status="published",
            phone="+14065550101",
        )
        row.set_point(here.point, Organization.Precision.ZIP)
        rows.append(row)
    Organization.objects.bulk_create(rows)
    return rows


@pytest.mark.any_database
def test_order_and_miles_of_300_searches_match_geodesics(scattered, zips):
    chance = random.Random(59301)
    origins = chance.sample(zips, 300)
    names = dict(Organization.objects.values_list("pk", "slug"))

    for origin in origins:
        page = nearest(origin)
        expected = brute_force(origin, scattered)[:20]
        assert [names[hit.pk] for hit in page.hits] == [slug for _, slug in expected]
        assert [hit.distance_miles for hit in page.hits] == pytest.approx(
            [miles for miles, _ in expected], rel=0.001, abs=0.01
        )
        assert page.total == 200


@pytest.mark.any_database
def test_growing_circles_match_sorting_everything(scattered, zips, monkeypatch):
    chance = random.Random(7)
    origins = chance.sample(zips, 60)

    for origin in origins:
        in_circles = nearest(origin, limit=10, start=20)
        with monkeypatch.context() as patched:
            patched.setattr(index, "CIRCLE_RADII_MILES", ())
            assert nearest(origin, limit=10, start=20) == in_circles


@pytest.mark.parametrize("miles", [1, 25, 300, 2_000, 9_000])
def test_radius_contains_exactly_what_is_within_it(scattered, miles):
    origin = place("59301")
    # A listing exactly at the radius may be on either side of it.
    inner = brute_force(origin, scattered, miles * 0.998)
    outer = brute_force(origin, scattered, miles * 1.002)

    page = nearest(origin, miles=miles, limit=200)

    found = set(slugs_of(page))
    assert {slug for _, slug in inner} <= found <= {slug for _, slug in outer}
    assert slugs_of(page) == [slug for _, slug in outer if slug in found]
    assert page.total == len(found)


def test_page_after_the_last_has_the_total(scattered):
    page = nearest(place("59301"), miles=9_000, start=400)

    assert (page.hits, page.total) == ([], 200)


def test_radius_crosses_180_degrees():
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

    page = nearest(place("59301").moved_to(here), miles=100, limit=9)
    boxed = Organization.objects.filter(in_boxes_around(here, 100))

    assert (slugs_of(page), page.total) == (["east", "west"], 2)
    assert {row.slug for row in boxed} == {"east", "west"}


def test_pages_contain_every_listing_once(scattered):
    slugs = []

    for offset in range(0, 200, 30):
        page = nearest(place("96799"), limit=30, start=offset)
        slugs += slugs_of(page)

    assert sorted(slugs) == sorted(row.slug for row in scattered)


def test_listing_without_a_point_is_last_and_within_no_distance():
    organization(slug="somewhere")
    organization(slug="samoa", at=place("96799"))

    assert slugs_of(nearest(place("59301"))) == ["samoa", "somewhere"]
    assert slugs_of(nearest(place("59301"), miles=12_000)) == ["samoa"]


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
def test_database_refuses_an_incomplete_point(wrong):
    row = organization(at=place("59301"))
    for name, value in wrong.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_point_can_be_cleared():
    row = organization(at=place("59301"))

    row.clear_point()
    row.save()

    row.refresh_from_db()
    assert (row.point, row.x, row.precision) == (None, None, "")
