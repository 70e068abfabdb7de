"""The embedded search, which is the only page that other sites may frame."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime

import pytest
import time_machine

from tests.factories import meeting, organization, place, state, warmline

pytestmark = pytest.mark.django_db

PATHS = ["/embed/", "/embed/?near=59301", "/embed/?state=MT", "/es/embed/?near=59301"]


@pytest.fixture
def listings():
    facts = {"at": place("59301")}
    for number in range(7):
        kind = "peer_respite" if number else "peer_run"
        organization(slug=f"ours-{number}", kind=kind, **facts)
    warmline(slug="line", service_area=[state("MT")])
    gone = {"status": "closed", "closure_reason": "The house was sold"}
    organization(slug="draft-org", status="draft", **facts)
    organization(slug="gone-org", **gone, **facts)
    warmline(slug="draft-line", status="draft", service_area=[state("MT")])


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", PATHS)
def test_embed_may_be_framed_anywhere_and_has_all_other_security_headers(client, path):
    response = client.get(path)
    page = response.content.decode()

    policy = response["Content-Security-Policy"]
    assert "frame-ancestors *;" in f"{policy};"
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in response
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert 'href="tel:988"' in page
    assert not re.search(r"(draft|gone)-(org|line)|<style| style=| on\w+=", page)


@pytest.mark.usefixtures("listings")
def test_embed_shows_few_results_and_links_to_all(client):
    page = client.get("/embed/?near=59301&kind=peer_respite").content.decode()

    assert page.count('data-listing="org:') == 5
    assert page.count('data-listing="warmline:line"') == 1
    assert 'href="/find/?near=59301&amp;kind=peer_respite"' in page
    assert '<input type="hidden" name="kind" value="peer_respite">' in page
    assert "ours-0" not in page


@pytest.mark.usefixtures("listings")
def test_embed_says_how_many_groups_meet_online_today(client):
    meeting(rules="FREQ=DAILY", timezone="America/Los_Angeles")
    with time_machine.travel(datetime(2026, 12, 1, 18, 0, tzinfo=UTC)):
        page = client.get("/embed/?near=59301").content.decode()

    assert "Today: 1 online group. The next is at 7:30 pm, Mountain time." in page
    assert 'href="/meetings/?how=online&amp;zone=America%2FDenver"' in page


def test_embed_links_open_outside_and_searches_stay_in_the_frame(client):
    page = client.get("/embed/?near=Springfield").content.decode()

    assert '<base target="_top">' in page
    assert re.search(r'<form[^>]*action="/embed/"[^>]*target="_self"', page)
    assert re.search(r'href="\?near=[^"]*" target="_self"', page)


def test_embed_is_available_in_spanish(client):
    page = client.get("/es/embed/").content.decode()

    assert '<html lang="es">' in page
    assert 'href="/embed/"' in page


def test_only_partner_files_may_be_loaded_by_other_sites(client):
    def policy(path):
        with closing(client.get(path)) as response:
            return response["Cross-Origin-Resource-Policy"]

    assert policy("/static/js/embed.js") == "cross-origin"
    assert policy("/static/js/site.js") == "same-origin"
