"""The searches of guides in every state: the tag is there, or the page says so."""

from __future__ import annotations

import itertools
import re

import pytest

from directory.pages.find import PAGE_SIZE
from guides.models import Guide
from orgs.models import Organization
from places.states import STATES
from tests.reading import listings_on, sections_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("starter"),
    pytest.mark.any_database,
]

TAGS = ("community", "service")
MISSING = re.compile("No listing here says it (serves|offers) “")


def tagged_searches():
    """Return the first search by tags of each guide that has one."""
    for guide in Guide.objects.public():
        for search in guide.search_list:
            names = {name for name, _value in search.filters}
            if search.page == "organizations" and names and names <= set(TAGS):
                yield search
                break


def tagged_organizations(search):
    """Return the keys of public organizations with one of the tags, by state."""
    found = Organization.objects.public()
    for kind in TAGS:
        if slugs := [value for name, value in search.filters if name == kind]:
            found = found.with_any_term(kind, slugs)
    states = {code: set() for code in ("", *STATES)}
    for slug, code in found.values_list("slug", "state"):
        states[code].add(f"org:{slug}")
    return states


def test_guide_search_lists_tagged_organizations_in_every_state(client):
    searches = list(tagged_searches())
    assert len(searches) > 5
    for search in searches:
        for code, expected in tagged_organizations(search).items():
            if not (code and expected):
                continue
            page = client.get(f"/find/?state={code}&{search.query}").content.decode()
            sections = sections_of(page)
            near = {key for key, _miles in [*sections["near"], *sections["cil"]]}
            assert near <= expected, search.url
            assert len(near) == min(len(expected), PAGE_SIZE), search.url


def test_guide_search_says_if_no_organization_has_the_tag(client):
    said = 0
    for search in tagged_searches():
        tagged = tagged_organizations(search)
        none = (code for code, keys in tagged.items() if code and not keys)
        for code in itertools.islice(none, 2):
            page = client.get(f"/find/?state={code}&{search.query}").content.decode()
            sections = sections_of(page)
            assert sections["near"] == []
            assert MISSING.search(page), (code, search.url)
            said += 1

    assert said > 5


def test_catalog_page_of_each_guide_search_lists_tagged_organizations(client):
    for search in tagged_searches():
        page = client.get(search.url).content.decode()
        everywhere = set().union(*tagged_organizations(search).values())

        visible = set(listings_on(page))
        assert visible <= everywhere
        assert visible or MISSING.search(page)
