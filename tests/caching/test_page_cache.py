"""The page cache: which pages it caches, for which requests, and how long."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from caching import page_cache
from caching.page_cache import set_cache_policy
from tests.caching.transactions import commit
from tests.factories import guide, organization, person, place, state, warmline

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)  # Tuesday, 12:20 in Denver
CACHED_PATHS = [
    "/",
    "/es/",
    "/states/",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?state=MT",
    "/warmlines/line/",
    "/orgs/?page=1",
    "/orgs/?state=MT&page=1",
    "/orgs/ours/",
    "/centers-for-independent-living/?state=MT",
    "/guides/",
    "/guides/ours/",
    "/become-a-peer-supporter/?state=MT",
    "/freshness/",
    "/privacy/",
]
# Pages with something that a visitor typed, chose or sent.
UNCACHED_PATHS = [
    "/find/?near=59301",
    "/find/?state=MT",
    "/find/map/?near=59301",
    "/warmlines/?near=59301",
    "/warmlines/?community=veterans",
    "/orgs/?q=hidden",
    "/orgs/?page=one",
    "/orgs/?state=MT&state=hidden",
    "/orgs/?state=ZZ",
    "/orgs/?state=mt",
    "/orgs/?state=MT&state=MT",
    "/orgs/?page=1&state=MT",
    "/orgs/?page=1&page=1",
    "/orgs/?page=1&",
    "/orgs/?page=0",
    "/orgs/?page=01",
    "/centers-for-independent-living/?near=59301",
    "/places/suggest/?q=mil",
    "/orgs/ours/suggest/",
    "/orgs/ours/report/",
    "/suggest/?what=organization",
    "/nowhere/",
    "/healthz",
    "/admin/login/",
]


# Pages with a parameter that they do not use, or a page number that is too high.
PATHS_WITH_UNUSED_PARAMETERS = [
    "/?page=2",
    "/?state=MT",
    "/states/mt/?page=2",
    "/states/mt/?state=MT",
    "/states/mt/map/?page=2",
    "/states/mt/print/?page=2",
    "/warmlines/?page=2",
    "/guides/?page=2",
    "/become-a-peer-supporter/?page=2",
    "/privacy/?page=2",
    "/orgs/?page=2",
    "/online/?page=2",
    "/online/?state=ZZ",
    "/warmlines/?state=ZZ",
    "/become-a-peer-supporter/?state=ZZ",
    "/centers-for-independent-living/?state=ZZ",
    "/centers-for-independent-living/?page=2",
    "/centers-for-independent-living/?state=MT&page=2",
]


@pytest.fixture
def listings():
    organization(at=place("59301"), slug="ours", kind="cil", online=True)
    warmline(slug="line", service_area=[state("MT")], hours="Mo-Su 09:00-17:00")
    guide(slug="ours")
    commit()


def get_with_query_count(client, path, **options):
    with CaptureQueriesContext(connection) as query_count:
        response = client.get(path, **options)
    return len(query_count), response


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", CACHED_PATHS)
def test_page_without_typed_words_is_rendered_once(client, path):
    with time_machine.travel(NOON, tick=False):
        first = client.get(path)
        query_count, second = get_with_query_count(client, path)

    assert query_count == 0
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)
    assert second["Cache-Control"] == "no-store"
    assert second["CDN-Cache-Control"] == "max-age=60"


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", UNCACHED_PATHS + PATHS_WITH_UNUSED_PARAMETERS)
def test_searches_and_forms_are_not_cached(client, path):
    response = client.get(path)

    assert "CDN-Cache-Control" not in response
    assert not caches["pages"]._cache


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", PATHS_WITH_UNUSED_PARAMETERS)
def test_page_with_an_unused_parameter_is_answered(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("listings")
def test_large_page_is_cached_by_cdns_only(client, monkeypatch):
    size = len(client.get("/about/").content)
    for max_bytes, is_cached in ((size, True), (size - 1, False)):
        caches["pages"].clear()
        monkeypatch.setattr(page_cache, "MAX_PAGE_BYTES", max_bytes)
        assert "CDN-Cache-Control" in client.get("/about/")
        assert bool(caches["pages"]._cache) is is_cached


@pytest.mark.usefixtures("listings")
def test_page_is_rendered_again_when_a_fact_changes(client):
    client.get("/orgs/ours/")
    organization(slug="other", name="Another Center")
    assert "Another Center" in client.get("/orgs/").content.decode()
    commit()

    query_count, _response = get_with_query_count(client, "/orgs/ours/")
    assert query_count > 0


@pytest.mark.usefixtures("listings")
def test_page_with_uncommitted_change_is_not_cached(client):
    organization(slug="other", name="Another Center")

    response = client.get("/orgs/")

    assert "Another Center" in response.content.decode()
    assert "CDN-Cache-Control" not in response
    assert not caches["pages"]._cache


@pytest.mark.parametrize(
    ("before_closing", "seconds"), [(0, 60), (59, 60), (60, 60), (90, 30), (119, 1)]
)
@pytest.mark.parametrize("path", ["/", "/warmlines/", "/warmlines/line/"])
def test_cached_page_expires_at_next_opening_or_closing(
    client, path, before_closing, seconds
):
    warmline(slug="line", hours="Mo-Su 09:00-12:22")
    warmline(slug="open")
    commit()
    with time_machine.travel(NOON + timedelta(seconds=before_closing), tick=False):
        response = client.get(path)
        assert response["CDN-Cache-Control"] == f"max-age={seconds}"
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        assert client.get(path).content != response.content


@pytest.mark.parametrize(
    ("changes", "header"),
    [
        ([], "max-age=60"),
        ([timedelta(seconds=-90)], "max-age=60"),
        ([timedelta(seconds=30), None], "max-age=30"),
        ([timedelta(seconds=0.5)], None),
    ],
)
def test_cdn_header_ends_at_first_change(changes, header):
    response = set_cache_policy(HttpResponse(), NOON, [c and NOON + c for c in changes])

    assert response.get("CDN-Cache-Control") == header


@pytest.mark.usefixtures("listings")
def test_cached_page_expires_at_the_full_hour(client):
    with time_machine.travel(NOON.replace(minute=59, second=48), tick=False):
        assert client.get("/about/")["CDN-Cache-Control"] == "max-age=12"
    with time_machine.travel(NOON.replace(minute=59, second=55), tick=False):
        assert client.get("/about/")["CDN-Cache-Control"] == "max-age=5"


@pytest.mark.usefixtures("listings")
def test_request_with_a_cookie_is_not_cached(client):
    client.get("/orgs/ours/")
    client.force_login(person())

    query_count, response = get_with_query_count(client, "/orgs/ours/")

    assert query_count > 0
    assert "CDN-Cache-Control" not in response


@pytest.mark.usefixtures("listings")
def test_hosts_languages_and_encodings_are_cached_separately(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example.org"]
    packed = client.get("/orgs/ours/", headers={"accept-encoding": "gzip"})
    plain = client.get("/orgs/ours/")
    elsewhere = client.get("/orgs/ours/", headers={"host": "other.example.org"})

    assert gzip.decompress(packed.content) == plain.content
    assert b"http://other.example.org/orgs/ours/" in elsewhere.content
    assert b'lang="es"' in client.get("/es/orgs/ours/").content
    assert client.get("/", headers={"host": "evil.example.org"}).status_code == 400


@pytest.mark.usefixtures("listings")
def test_page_cache_keys_are_hashes(client):
    for path in CACHED_PATHS:
        client.get(path)

    keys = list(caches["pages"]._cache)
    assert len(keys) >= len(CACHED_PATHS)
    assert all(re.fullmatch(r":1:[0-9a-f]{64}", key) for key in keys)


def test_page_cache_is_in_memory(settings):
    assert settings.CACHES["pages"]["BACKEND"].endswith("LocMemCache")


@pytest.mark.parametrize("hours", [-3, 3])
def test_cached_page_expires_when_the_clock_jumps(client, hours):
    warmline(slug="line", hours="Mo-Su 09:00-14:00")
    commit()
    with time_machine.travel(NOON, tick=False):
        assert 'data-open="yes"' in client.get("/warmlines/").content.decode()

    with time_machine.travel(NOON + timedelta(hours=hours * 1.2), tick=False):
        page = client.get("/warmlines/").content.decode()
    with time_machine.travel(NOON, tick=False):
        again = client.get("/warmlines/").content.decode()

    assert 'data-open="no"' in page
    assert 'data-open="yes"' in again


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        # Clocks go from 2 am to 3 am on 14 March 2027, and back on 7 November 2027.
        (datetime(2027, 3, 14, 8, 59, tzinfo=UTC), "yes"),
        (datetime(2027, 3, 14, 9, 0, tzinfo=UTC), "no"),
        (datetime(2027, 11, 7, 7, 59, tzinfo=UTC), "yes"),
        (datetime(2027, 11, 7, 9, 0, tzinfo=UTC), "no"),
    ],
)
def test_warmline_closes_on_time_when_clocks_change(client, at, is_open):
    """The line closes at 2 am. 1:30 comes twice in fall, and 2:00 never in spring."""
    warmline(slug="line", hours="Mo-Su 20:00-02:00")
    commit()

    with time_machine.travel(at, tick=False):
        page = client.get("/warmlines/line/").content.decode()

    assert f'data-open="{is_open}"' in page
