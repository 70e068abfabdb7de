"""The privacy page is true: each promise has a test."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import organization, place, warmline

# {promise of the page: test that proves it}
PROMISES = {
    "no-cookies": "browser.test_journeys:test_no_trace_and_no_request_elsewhere",
    "no-third-parties": "browser.test_journeys:test_no_trace_and_no_request_elsewhere",
    "no-log": "browser.test_journeys:test_nothing_of_a_search_is_in_the_log",
    "no-store": "directory.test_pages:test_no_page_sets_a_cookie_or_may_be_stored",
    "own-gazetteer": "directory.test_privacy:test_a_search_opens_no_connection",
    "no-referrer": "directory.test_privacy:test_outgoing_links_send_no_referrer",
    "nothing-held": "directory.test_privacy:test_no_table_is_about_visitors",
    "in-the-address": "directory.test_privacy:test_a_search_is_a_plain_address",
    "kept-if-asked": "browser.test_offline:test_nothing_is_stored_without_a_request",
    "reports": "curation.test_public_forms"
    ":test_report_stores_the_words_and_nothing_about_the_sender",
    "rounded": "browser.test_journeys:test_a_position_is_rounded_before_it_is_sent",
    "staff-cookies": "directory.test_privacy:test_only_staff_get_cookies",
}


@pytest.mark.django_db
def test_every_promise_has_a_test_and_every_test_a_promise(client):
    page = client.get("/privacy/").content.decode()

    assert re.findall(r'data-promise="([\w-]+)"', page) == list(PROMISES)
    for target in PROMISES.values():
        module, name = target.split(":")
        assert callable(getattr(import_module(f"tests.{module}"), name))


@pytest.mark.django_db
def test_a_search_opens_no_connection(client, nominatim):
    """Even with geocoding turned on for curators, visitors' words stay here."""
    for near in ("59301", "Miles City, MT", "1 Main Street", "zzzz", "46.41,-105.84"):
        assert client.get("/find/", {"near": near}).status_code == 200

    assert nominatim.requested == []


@pytest.mark.django_db
def test_outgoing_links_send_no_referrer(client):
    spot = place("59301")
    organization(at=spot, slug="ours", website="https://example.org/ours")
    warmline(slug="line", chat_url="https://example.org/chat")

    for path in ("/orgs/ours/", "/warmlines/line/", "/about/", "/find/?near=59301"):
        response = client.get(path)
        links = re.findall(r'<a\b[^>]*href="https?://[^>]*>', response.content.decode())
        assert links
        for link in links:
            assert "noreferrer" in link or "data-leave" in link, link
        assert response["Referrer-Policy"] == "same-origin"


def test_no_table_is_about_visitors():
    telling = {"ip", "ip_address", "remote_addr", "user_agent", "referer", "query"}

    # axes counts wrong passwords of staff; visitors have no passwords.
    models = [m for m in apps.get_models() if m._meta.app_label != "axes"]
    fields = {field.name for model in models for field in model._meta.get_fields()}

    assert fields
    assert fields & telling == set()


def test_a_search_is_a_plain_address(client, db):
    home = client.get("/").content.decode()

    assert re.search(r'<form[^>]*action="/find/"[^>]*method="get"', home)


@pytest.mark.django_db
def test_only_staff_get_cookies(client):
    assert not client.get("/").cookies
    assert not client.get("/privacy/").cookies
    assert client.get("/admin/login/").cookies
