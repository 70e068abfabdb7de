"""Every published listing is a few clicks from the front page."""

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
    """Return links to English pages; Spanish pages use the same templates."""
    parts = urlsplit(address)
    elsewhere = parts.path.startswith(("/static/", "/es/"))
    # Days and filters of meetings are endless, so robots.txt excludes them.
    is_search = "/meetings" in parts.path and bool(parts.query)
    is_calendar = parts.path.endswith(".ics")
    return not (parts.scheme or parts.netloc or elsewhere or is_search or is_calendar)


@pytest.fixture
def crawled(client):
    """Return {address: (clicks, page)} of every page reachable from the front page."""
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


def test_every_listing_is_four_clicks_away_and_no_page_is_broken_or_heavy(crawled):
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

    # An address with a query is a variant of the page without it.
    titles = Counter(
        title_of(page) for url, (_clicks, page) in crawled.items() if "?" not in url
    )
    assert [title for title, count in titles.items() if count > 1] == []
