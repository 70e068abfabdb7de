"""The one distance query against brute force with geodesics."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from geopy.distance import geodesic

from orgs.models import Organization
from places import near
from places.geo import Point
from places.models import Place
from tests.factories import organization, place

pytestmark = pytest.mark.django_db


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
        row = Organization(name=f"Example {number}", slug=f"e-{number}")
        row.locate(spot.point, Organization.Precision.ZIP)
        rows.append(row)
    Organization.objects.bulk_create(rows)
    return rows


def test_order_and_miles_of_300_searches_equal_brute_force(scattered):
    chance = random.Random(59301)
    origins = chance.sample(list(Place.objects.zips().order_by("code")), 300)
    names = dict(Organization.objects.values_list("pk", "slug"))

    for origin in origins:
        page = Organization.objects.nearest_page(origin.point, miles=None, limit=20)
        expected = brute_force(origin, scattered)[:20]
        assert [names[hit.pk] for hit in page.hits] == [slug for _, slug in expected]
        assert [hit.distance_miles for hit in page.hits] == pytest.approx(
            [miles for miles, _ in expected], rel=0.001, abs=0.01
        )
        assert page.total == 200


def test_growing_circles_find_what_sorting_everything_finds(scattered, monkeypatch):
    chance = random.Random(7)
    origins = chance.sample(list(Place.objects.zips().order_by("code")), 60)
    nearest = Organization.objects.nearest_page

    for origin in origins:
        at_once = nearest(origin.point, miles=None, limit=20, offset=20)
        with monkeypatch.context() as fewer:
            fewer.setattr(near, "FEW_ROWS", 3)
            assert nearest(origin.point, miles=None, limit=20, offset=20) == at_once


@pytest.mark.parametrize("miles", [1, 25, 300, 2_000, 9_000])
def test_a_radius_holds_just_what_is_within_it(scattered, miles):
    origin = place("59301")
    # A listing just at the rim may fall on either side of it.
    inner = brute_force(origin, scattered, miles * 0.998)
    outer = brute_force(origin, scattered, miles * 1.002)

    page = Organization.objects.nearest_page(origin.point, miles=miles, limit=200)

    found = set(slugs_of(page))
    assert {slug for _, slug in inner} <= found <= {slug for _, slug in outer}
    assert slugs_of(page) == [slug for _, slug in outer if slug in found]
    assert page.total == len(found)


def test_a_page_beyond_the_last_still_knows_how_many_there_are(scattered):
    wish = {"point": place("59301").point, "miles": 9_000, "limit": 20}

    assert Organization.objects.nearest_page(**wish, offset=400) == near.NearPage(
        [], 200
    )
    assert Organization.objects.none().nearest_page(**wish) == near.NearPage([], 0)


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
        row.locate(point, Organization.Precision.CITY)
        row.save()
    here = Point(52.0, 179.9)

    page = Organization.objects.nearest_page(here, miles=100, limit=9)
    boxed = Organization.objects.filter(near.in_boxes(here, 100))

    assert (slugs_of(page), page.total) == (["east", "west"], 2)
    assert {row.slug for row in boxed} == {"east", "west"}


@pytest.mark.parametrize("miles", [None, 500])
def test_what_comes_first_comes_before_what_is_nearer(miles):
    organization(at=place("59301"), slug="near", kind="peer_run")
    organization(at=place("59330"), slug="nearer-cil", kind="cil")
    organization(at=place("59102"), slug="far-cil", kind="cil")
    organization(slug="nowhere", kind="cil")

    page = Organization.objects.nearest_page(
        place("59301").point, miles=miles, limit=5, first=F("kind")
    )

    assert slugs_of(page) == ["nearer-cil", "far-cil", "near"]
    assert page.total == 3


def test_a_query_whose_sql_is_known_finds_the_same(scattered):
    # Both sides of the date line are two boxes.
    for code in ("59301", "10027", "96799", "99546", "96910"):
        wish = {"miles": None, "limit": 20, "total": 50_000}
        anew = Organization.objects.nearest_page(place(code).point, **wish)
        known = Organization.objects.nearest_page(
            place(code).point, shape="test", **wish
        )
        assert known == anew


def test_pages_hold_every_listing_once(scattered):
    point = place("96799").point
    slugs = []

    for offset in range(0, 200, 30):
        page = Organization.objects.nearest_page(
            point, miles=None, limit=30, offset=offset
        )
        slugs += slugs_of(page)

    assert sorted(slugs) == sorted(row.slug for row in scattered)


def test_a_listing_without_a_point_is_in_no_distance_list():
    organization()

    page = Organization.objects.nearest_page(Point(46.4, -105.8), miles=None, limit=5)

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

    row.unlocate()
    row.save()

    row.refresh_from_db()
    assert (row.point, row.x, row.precision) == (None, None, "")
