"""The memory cache, and pages whose parts come from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from caching import memory_cache
from caching.memory_cache import MemoryCache, cache_variant
from listings.field_values import apply_facts
from orgs.models import Organization
from tests.caching.transactions import commit
from tests.factories import county, organization, place, warmline
from tests.reading import sections_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)


def test_cache_computes_value_once_per_version_and_language():
    cache, computed = MemoryCache(10), []
    commit()

    def get():
        return cache.get_or_set("key", lambda: computed.append(1) or len(computed))

    assert [get(), get()] == [1, 1]
    with translation.override("es"):
        assert get() == 2
    organization()
    assert [get(), get()] == [3, 3]
    Organization.objects.update(name="Another")
    assert [get(), get()] == [4, 4]
    commit()
    assert [get(), get()] == [5, 5]


def test_cache_variant_has_separate_values():
    cache, computed = MemoryCache(10), []
    commit()

    def get():
        return cache.get_or_set("key", lambda: computed.append(1) or len(computed))

    with cache_variant("a copy"):
        assert [get(), get()] == [1, 1]
    assert [get(), get()] == [2, 2]
    with cache_variant("a copy"):
        assert get() == 1


def test_cache_is_bounded_and_ignores_values_of_other_revisions():
    cache = MemoryCache(2)

    for number in range(5):
        cache.set(number, "now", str(number))
        assert cache.get(number, "now") == str(number)
        assert cache.get(number, "later") is None
        assert len([n for n in range(5) if cache.get(n, "now")]) <= 2
    memory_cache.clear_all()
    assert cache.get(4, "now") is None


def test_cached_tag_renders_block_once_per_key():
    source = "{% load caching %}{% cached part key %}{{ word }}{% endcached %}"
    commit()

    def say(key, word):
        return Template(source).render(Context({"key": key, "word": word}))

    assert [say(1, "one"), say(1, "other"), say(2, "two")] == ["one", "one", "two"]
    assert [say(None, "three"), say(None, "four")] == ["three", "four"]


def test_find_shows_county_listings_in_their_county_only(client):
    custer = county("Custer County", "MT")
    organization(at=place("82801"), service_area=[custer], online=True, slug="web")
    warmline(service_area=[custer], slug="line")
    organization(at=place("59330"), kind="cil")
    commit()

    for _time in range(2):
        elsewhere = client.get("/find/?near=59330").content.decode()
        here = client.get("/find/?near=59301").content.decode()
        assert sections_of(elsewhere)["online"] == []
        assert sections_of(elsewhere)["phone"] == []
        assert [name for name, _m in sections_of(here)["online"]] == ["org:web"]
        assert [name for name, _m in sections_of(here)["phone"]] == ["warmline:line"]
        counted = '<span>Peer-run organization</span><span class="count">1</span>'
        assert (counted in here, counted in elsewhere) == (True, False)


def test_order_of_serving_listings_is_stable_after_a_county_is_added(client):
    custer = county("Custer County", "MT")
    near, far = organization(at=place("59330")), organization(at=place("59801"))
    organization(at=place("82801"), slug="web")
    commit()

    def serving(code):
        page = client.get(f"/find/?near={code}").content.decode()
        return [name for name, _m in sections_of(page)["near"]]

    for code in ("59301", "59330"):
        assert serving(code) == [near.data_key, far.data_key]
    web = Organization.objects.get(slug="web")
    apply_facts(
        web, {"service_area": "Montana: Custer County", "service_area_scope": "places"}
    )
    commit()

    assert web.service_area.get() == custer
    assert serving("59301") == [web.data_key, near.data_key, far.data_key]
    assert serving("59330") == [near.data_key, far.data_key]


def test_cache_keys_contain_no_search_words(client):
    organization(name="Harbor Zebra")
    organization(name="Harbor House", at=place("59301"))
    commit()

    for words in ("zebra", "harbor+zebra", "harbor"):
        for path in ("/find/?q=", "/orgs/?q=", "/find/?near=59301&q="):
            client.get(path + words)
    keys = repr(memory_cache.all_keys())

    assert "zebra" not in keys
    assert "harbor" not in keys


def test_find_applies_state_filter_near_a_place_but_not_for_a_whole_state(client):
    """Near a place, "state" filters by state. With a state, it changes nothing."""
    organization(state="MT", online=True, service_area_scope="nationwide", slug="web")
    place("59301")
    commit()

    def online(near):
        page = client.get(f"/find/?near={near}&state=ID").content.decode()
        return [name for name, _miles in sections_of(page)["online"]]

    for _time in range(2):
        assert online("Montana") == ["org:web"]
        assert online("59301") == []
