"""Pages from cached fragments equal freshly rendered pages, with the starter data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from caching import content_version, memory_cache
from tests.caching.transactions import commit

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)
PATHS = [
    "/?x=1",
    "/es/?x=1",
    "/find/?near=59301",
    "/es/find/?near=59301",
    "/find/?near=10027&kind=cil&how=in_person",
    "/find/?near=McCone+County,+MT",
    "/find/?near=Montana",
    "/find/?near=59301&radius=100&page=2",
    "/find/?near=59301&q=independent",
    "/find/?q=independent+living",
    "/find/?near=Springfield",
    "/states/mt/?x=1",
    "/states/ny/?kind=recovery_community",
    "/online/?state=MT&x=1",
    "/warmlines/?x=1",
    "/warmlines/?near=59301&open_now=1",
    "/orgs/?x=1&kind=cil",
    "/centers-for-independent-living/?near=59301",
]


@pytest.mark.usefixtures("starter")
def test_page_from_cached_fragments_equals_freshly_rendered_page(client):
    with time_machine.travel(NOON, tick=False):
        content_version.bump()
        fresh = {}
        for path in PATHS:
            memory_cache.clear_all()
            fresh[path] = client.get(path).content
        commit()
        for other in ("/find/?near=59336", "/states/mt/", "/warmlines/?near=59336"):
            client.get(other)
        for path in PATHS:
            first, then = client.get(path).content, client.get(path).content

            assert first == fresh[path], path
            assert then == fresh[path], path
