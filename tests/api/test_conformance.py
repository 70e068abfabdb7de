"""Every response for the starter data is valid HSDS 3.0, including formats."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api import selection, taxonomies
from api.hsds import MappingContext
from api.resources import (
    ORGANIZATION,
    ORGANIZATION_WITH_SERVICES,
    SERVICE,
    SERVICE_AT_LOCATION,
    serialize_batches,
)
from api.selection import ListCriteria
from tests.api.shapes import faults, fits, nulls

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("starter"),
    pytest.mark.any_database,
]

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
def context(starter):
    return MappingContext(AT, "https://directory.example.org")


def wrong(resource, answers):
    return [
        (answer["id"], fault)
        for answer in answers
        for fault in [*faults(resource, answer), *nulls(answer)]
    ]


def test_every_service_is_valid_hsds(context):
    found = selection.select_services(ListCriteria(), context.operators)

    brief = list(serialize_batches(found.batches(), context, SERVICE, in_full=False))
    whole = list(serialize_batches(found.batches(), context, SERVICE, in_full=True))

    assert wrong("service", [*brief, *whole]) == []
    assert len(whole) == found.count() > 1_000


def test_every_organization_is_valid_hsds(context):
    found = selection.select_organizations(ListCriteria(), context.operators)

    brief = list(
        serialize_batches(found.batches(), context, ORGANIZATION, in_full=False)
    )
    whole = list(
        serialize_batches(
            found.batches(), context, ORGANIZATION_WITH_SERVICES, in_full=True
        )
    )

    assert wrong("organization", [*brief, *whole]) == []
    assert len({one["id"] for one in whole}) == len(whole) > 1_000


def test_every_service_at_location_is_valid_hsds(context):
    found = selection.select_services_at_locations(ListCriteria(), context.operators)

    brief = list(
        serialize_batches(found.batches(), context, SERVICE_AT_LOCATION, in_full=False)
    )
    whole = list(
        serialize_batches(found.batches(), context, SERVICE_AT_LOCATION, in_full=True)
    )

    assert wrong("service_at_location", [*brief, *whole]) == []
    assert len(whole) == found.count() > 800


def test_taxonomies_and_terms_are_valid_hsds():
    terms = [
        taxonomies.serialize_term_with_taxonomy(word)
        for word in taxonomies.load_terms()
    ]

    assert wrong("taxonomy", taxonomies.serialize_taxonomies()) == []
    assert wrong("taxonomy_term", terms) == []
    assert len(terms) > 50


@pytest.mark.parametrize(("path", "resource"), LISTS)
def test_list_over_http_is_valid_hsds(client, path, resource):
    """Check pages of the list over HTTP, in full and in brief."""
    pages = [client.get(f"{path}?per_page=20{more}").json() for more in ("", "&full=1")]

    for page in pages:
        assert {name: type(page[name]) for name in ENVELOPE} == ENVELOPE
        assert page["size"] == len(page["contents"]) > 0
        assert wrong(resource, page["contents"]) == []
    one = client.get(f"{path}/{pages[0]['contents'][0]['id']}").json()
    assert wrong(resource, [one]) == []


def test_guides_and_credentials_match_the_openapi_file(client):
    guides, credentials = (
        client.get(f"/api/{name}").json() for name in ("guides", "credentials")
    )

    assert (len(guides), len(credentials)) == (17, 92)
    for guide in guides:
        fits("Guide", client.get(f"/api/guides/{guide['slug']}").json())
    for credential in credentials:
        fits("Credential", credential)
