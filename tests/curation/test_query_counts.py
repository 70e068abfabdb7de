"""The admin runs as many queries for thirty listings as for three."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.models import Suggestion
from orgs.models import Organization
from tests.factories import organization, person, place, state, term, warmline

pytestmark = pytest.mark.django_db

PAGES = [
    "/admin/",
    "/admin/orgs/organization/",
    "/admin/orgs/organization/?queue=due",
    "/admin/orgs/organization/?queue=point&q=example",
    "/admin/orgs/organization/{pk}/change/",
    "/admin/orgs/organization/{pk}/history/",
    "/admin/warmlines/warmline/",
    "/admin/curation/suggestion/",
    "/admin/curation/check/",
]


def create_listings(count):
    facts = {"service_area": [state("MT")], "terms": [term("language", "en")]}
    for _number in range(count):
        listing = organization(at=place("59301"), email="a@example.org", **facts)
        warmline(**facts)
        Suggestion.objects.create(kind="problem", problem="closed", listing=listing)


def count_queries(client, pages):
    """Return the number of queries of each page."""
    ContentType.objects.clear_cache()
    # What is read once is in memory then: content types, and the terms of a search.
    client.get(pages[0])
    client.get("/admin/orgs/organization/?q=example")
    taken = {}
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        taken[page] = len(queries)
    return taken


@pytest.mark.parametrize("role", ["Curator", "State curator"])
def test_queries_do_not_grow_with_listings(client, role):
    client.force_login(person("ada", role, ["MT"]))
    # More than a section of the queue shows, so that it is full.
    create_listings(6)
    pk = Organization.objects.first().pk
    pages = [page.format(pk=pk) for page in PAGES]
    few = count_queries(client, pages)
    create_listings(24)

    assert count_queries(client, pages) == few
