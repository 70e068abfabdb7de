"""Every published listing is a few taps from the front page."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from orgs.models import Organization
from tests.reading import links_on, title_of
from warmlines.models import Warmline

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("starter"),
    pytest.mark.any_database,
]

CLICKS = 4
MOST_BYTES = 60_000


def is_ours(address):
    """The pages in English; those in Spanish are made by the same templates."""
    parts = urlsplit(address)
    elsewhere = parts.path.startswith(("/static/", "/es/"))
    # Days and filters of meetings are an endless search, as robots.txt says.
    is_search = "/meetings" in parts.path and bool(parts.query)
    is_calendar = parts.path.endswith(".ics")
    return not (parts.scheme or parts.netloc or elsewhere or is_search or is_calendar)


@pytest.fixture
def crawled(client):
    """{address: (clicks, page)} of every page within reach of the front page."""
    found, seen, edge = {}, {"/"}, ["/"]
    for clicks in range(CLICKS + 1):
        onward = []
        for address in edge:
            response = client.get(address)
            assert response.status_code == 200, address
            page = response.content.decode()
            found[address] = (clicks, page)
            links = [link for link in links_on(page) if is_ours(urljoin(address, link))]
            for link in links:
                target = urldefrag(urljoin(address, link)).url
                if target not in seen:
                    seen.add(target)
                    onward.append(target)
        edge = onward
    return found


def test_four_clicks_reach_everything_and_nothing_is_dead_or_heavy(crawled):
    listings = [
        listing.get_absolute_url()
        for model in (Organization, Warmline)
        for listing in model.objects.public()
    ]
    assert len(listings) > 1_000
    assert [url for url in listings if url not in crawled] == []

    heavy = {
        url: len(page.encode())
        for url, (_clicks, page) in crawled.items()
        if len(page.encode()) > MOST_BYTES
    }
    assert heavy == {}

    # Addresses with a query are views of a page whose own address has none.
    titles = Counter(
        title_of(page) for url, (_clicks, page) in crawled.items() if "?" not in url
    )
    assert [title for title, count in titles.items() if count > 1] == []
