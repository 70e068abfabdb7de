"""A visitor's own list, which is in the address of the page and nowhere else."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import county, organization, place, state, warmline
from tests.reading import listings_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def listings():
    organization(slug="house", name="Prairie House", at=place("59301"))
    organization(slug="center", name="Example Center", kind="cil")
    warmline(slug="line", name="Example Line", service_area=[state("MT")])
    organization(slug="draft", status="draft")


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("listings")
def test_list_shows_lines_and_then_places_in_the_order_of_the_address(client):
    page = page_of(client, "/list/?o=center&o=house&w=line&o=center")

    assert listings_on(page) == ["warmline:line", "org:center", "org:house"]
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.usefixtures("listings")
def test_list_can_be_sent_printed_and_opened_on_a_phone(client):
    page = page_of(client, "/list/?o=house&w=line")
    [text] = re.findall(r'href="sms:\?&amp;body=([^"]*)"', page)

    assert "Prairie%20House%3A%20%28406%29%20555-0101" in text
    assert "http%3A//testserver/list/%3Fo%3Dhouse%26w%3Dline" in text
    assert '<div class="qr"><svg' in page


@pytest.mark.usefixtures("listings")
def test_listing_can_be_taken_off_the_list(client):
    page = page_of(client, "/list/?o=house&o=center")
    [address] = re.findall(r'href="(\?[^"]*)">Remove Prairie House', page)

    assert listings_on(page_of(client, f"/list/{html.unescape(address)}")) == [
        "org:center"
    ]


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("o=house&o=draft&w=gone", "2 listings of this list are no longer"),
        ("", "Nothing is on your list yet."),
        ("o=&w=", "Nothing is on your list yet."),
        (
            "&".join(["w=line", *(f"o=gone-{n}" for n in range(32))]),
            "A list has room for 30. 3 more were left out.",
        ),
        ("o=%00%22%3Cscript%3E", "1 listing of this list is no longer"),
    ],
)
def test_list_says_what_it_leaves_out(client, query, words):
    page = page_of(client, f"/list/?{query}")

    assert words in page
    assert "org:draft" not in page
    assert "<script>%" not in page


@pytest.mark.usefixtures("listings")
def test_search_carries_the_list_and_only_the_county_of_the_visitor(client):
    page = page_of(client, "/find/?near=59301&w=line")
    form = page[page.index('<form class="my-list"') :]
    form = form[: form.index("</form>")]
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form)

    assert hidden == [("w", "line"), ("near", "Custer County, MT")]
    assert 'form="my-list" name="o" value="house"' in page
    assert "59301" not in form
    again = page_of(client, "/list/?w=line&o=house")
    search = again[again.index('role="search"') :]
    assert '<input type="hidden" name="o" value="house">' in search


@pytest.mark.usefixtures("listings")
def test_list_says_whether_each_serves_the_county(client):
    organization(slug="ours", service_area=[county("Custer County", "MT")])

    page = page_of(client, "/list/?o=ours&near=Custer+County,+MT")

    assert "Serves Custer County" in page
    assert "data-miles" not in page


def test_list_of_30_takes_as_many_queries_as_a_list_of_two(client):
    for number in range(15):
        organization(slug=f"org-{number}")
        warmline(slug=f"line-{number}")

    def queries(count):
        query = "&".join(f"o=org-{n}&w=line-{n}" for n in range(count))
        client.get(f"/list/?{query}")
        with CaptureQueriesContext(connection) as made:
            client.get(f"/list/?{query}")
        return len(made)

    assert queries(15) <= queries(1)


@pytest.mark.usefixtures("listings")
def test_list_leaves_nothing_behind(client):
    response = client.get("/list/?o=house")

    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert "Disallow: /list/" in page_of(client, "/robots.txt")
