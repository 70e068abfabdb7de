"""Each search of a guide, in every state: the tag is there, or the page says so."""

from __future__ import annotations

import itertools
import re

import pytest

from directory.pages.find import PAGE_SIZE
from guides.models import Guide
from orgs.models import Organization
from places.states import STATES
from tests.reading import listings_on, sections_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

TAGS = ("community", "service")
MISSING = re.compile("No listing here says it (serves|offers) “")


def tagged_searches():
    """The first search of tags of each guide that has one."""
    for guide in Guide.objects.public():
        for search in guide.search_list:
            names = {name for name, _value in search.filters}
            if search.page == "organizations" and names and names <= set(TAGS):
                yield search
                break


def carrying(search):
    """{state: keys} of the public organizations that carry one of the tags."""
    found = Organization.objects.public()
    for kind in TAGS:
        if slugs := [value for name, value in search.filters if name == kind]:
            found = found.with_any(kind, slugs)
    states = {code: set() for code in ("", *STATES)}
    for slug, code in found.values_list("slug", "state"):
        states[code].add(f"org:{slug}")
    return states


def test_a_search_shows_what_carries_the_tag_in_every_state_that_has_one(client):
    searches = list(tagged_searches())
    assert len(searches) > 5
    for search in searches:
        for code, expected in carrying(search).items():
            if not (code and expected):
                continue
            page = client.get(f"/find/?state={code}&{search.query}").content.decode()
            near = {key for key, _miles in sections_of(page)["near"]}
            assert near <= expected, search.url
            assert len(near) == min(len(expected), PAGE_SIZE), search.url


def test_a_search_says_so_where_nobody_carries_the_tag(client):
    said = 0
    for search in tagged_searches():
        none = (code for code, keys in carrying(search).items() if code and not keys)
        for code in itertools.islice(none, 2):
            page = client.get(f"/find/?state={code}&{search.query}").content.decode()
            sections = sections_of(page)
            assert sections["near"] == []
            assert sections["serving"] or MISSING.search(page), (code, search.url)
            said += not sections["serving"]

    assert said > 5


def test_the_catalogue_of_each_search_carries_the_tag(client):
    for search in tagged_searches():
        page = client.get(search.url).content.decode()
        everywhere = set().union(*carrying(search).values())

        shown = set(listings_on(page))
        assert shown <= everywhere
        assert shown or MISSING.search(page)
