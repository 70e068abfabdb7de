"""A search asks the database little, and no more where more is listed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caching import content_version
from tests.caching.transactions import commit
from tests.factories import organization, place, state, warmline

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries_with(client):
    """queries_with(300): the queries of a find page with so many listings at a town,
    for a ZIP code that nobody has asked about, when the cards were shown before."""

    def queries_with(number):
        for _listing in range(number):
            organization(at=place("59301"), online=True, service_area=[state("MT")])
        warmline(service_area=[state("MT")])
        commit()
        client.get("/find/?near=59301")
        content_version.invalidate()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/find/?near=59330").status_code == 200
        return [query["sql"] for query in asked]

    return queries_with


def test_find_page_asks_three_queries_at_most(queries_with):
    assert len(queries_with(3)) <= 3


def test_find_page_asks_as_many_queries_for_300_listings_as_for_3(queries_with):
    few = queries_with(3)

    assert len(queries_with(297)) == len(few)
