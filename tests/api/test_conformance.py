"""Every answer for the whole starter data holds to HSDS 3.0, formats checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api import selection, taxonomies
from api.hsds import Frame
from api.operators import Operators
from api.resources import (
    ORGANIZATION,
    SERVICE,
    SERVICE_AT_LOCATION,
    WITH_SERVICES,
    told,
)
from api.selection import Wish
from tests.api.shapes import faults, fits, nulls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

LISTS = [
    ("/api/services", "service"),
    ("/api/organizations", "organization"),
    ("/api/service_at_locations", "service_at_location"),
    ("/api/taxonomies", "taxonomy"),
    ("/api/taxonomy_terms", "taxonomy_term"),
]
ENVELOPE = {
    "total_items": int,
    "total_pages": int,
    "page_number": int,
    "size": int,
    "first_page": bool,
    "last_page": bool,
    "empty": bool,
    "contents": list,
}
AT = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


@pytest.fixture
def frame(starter):
    return Frame(AT, "https://directory.example.org", Operators.now(), {})


def wrong(entity, answers):
    return [
        (answer["id"], fault)
        for answer in answers
        for fault in [*faults(entity, answer), *nulls(answer)]
    ]


def test_services(frame):
    found = selection.service_rows(Wish(), frame.operators)

    brief = list(told(found.batches(), frame, SERVICE, whole=False))
    whole = list(told(found.batches(), frame, SERVICE, whole=True))

    assert wrong("service", [*brief, *whole]) == []
    assert len(whole) == found.count() > 1_000


def test_organizations(frame):
    found = selection.organization_rows(Wish(), frame.operators)

    brief = list(told(found.batches(), frame, ORGANIZATION, whole=False))
    whole = list(told(found.batches(), frame, WITH_SERVICES, whole=True))

    assert wrong("organization", [*brief, *whole]) == []
    assert len({one["id"] for one in whole}) == len(whole) > 1_000


def test_services_at_locations(frame):
    found = selection.service_at_location_rows(Wish(), frame.operators)

    brief = list(told(found.batches(), frame, SERVICE_AT_LOCATION, whole=False))
    whole = list(told(found.batches(), frame, SERVICE_AT_LOCATION, whole=True))

    assert wrong("service_at_location", [*brief, *whole]) == []
    assert len(whole) == found.count() > 800


def test_taxonomies_and_terms():
    terms = [taxonomies.whole_term(word) for word in taxonomies.all_words()]

    assert wrong("taxonomy", taxonomies.taxonomies()) == []
    assert wrong("taxonomy_term", terms) == []
    assert len(terms) > 50


@pytest.mark.parametrize(("path", "entity"), LISTS)
def test_answers_over_http_hold_to_it_too(client, path, entity):
    """What the mapping says is what is sent: some pages, whole and in brief."""
    pages = [client.get(f"{path}?per_page=20{more}").json() for more in ("", "&full=1")]

    for page in pages:
        assert {name: type(page[name]) for name in ENVELOPE} == ENVELOPE
        assert page["size"] == len(page["contents"]) > 0
        assert wrong(entity, page["contents"]) == []
    one = client.get(f"{path}/{pages[0]['contents'][0]['id']}").json()
    assert wrong(entity, [one]) == []


def test_guides_and_credentials_fit_our_own_description(client):
    guides, credentials = (
        client.get(f"/api/{name}").json() for name in ("guides", "credentials")
    )

    assert (len(guides), len(credentials)) == (17, 92)
    for guide in guides:
        fits("Guide", client.get(f"/api/guides/{guide['slug']}").json())
    for credential in credentials:
        fits("Credential", credential)
