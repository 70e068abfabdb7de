"""Lists sort names without regard to capitals, accents and punctuation."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from orgs.models import Organization
from tests.factories import organization, place, term, warmline
from tests.reading import listings_on
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

# In the order of people; plain character codes have another.
NAMES = ["Abilities in Motion", "ABLE", "Able", "ATTIC, Inc.", "Él Faro", "“Example”"]


@pytest.fixture
def centers():
    """Create centers whose slugs sort in reverse, except for two equal names."""
    slugs = ["f", "d", "e", "c", "b", "a"]
    for name, slug in reversed(list(zip(NAMES, slugs, strict=True))):
        organization(
            name=name,
            slug=slug,
            at=place("59301"),
            kind=Organization.Kind.CIL,
            online=True,
            service_area_scope="nationwide",
            summary="Lantern evenings",
            terms=[term("service", "support_groups")],
        )


def names_on(client, path):
    known = {row.data_key: row.name for row in Organization.objects.all()}
    body = client.get(path).content.decode()
    return [known[key] for key in dict.fromkeys(listings_on(body))]


@pytest.mark.parametrize(
    "path",
    [
        "/centers-for-independent-living/?state=mt",
        "/online/",
        "/states/mt/",
        "/find/?q=lantern",
    ],
)
def test_a_public_list_sorts_names_as_people_do(client, centers, path):
    assert names_on(client, path) == NAMES


def test_querysets_sort_names_as_people_do(centers):
    rows = Organization.objects.all()

    assert [row.name for row in rows] == NAMES
    assert [row.name for row in rows.by_name()] == NAMES
    assert [row.name for row in rows.by_relevance("lantern")] == NAMES


def test_lines_sort_names_as_people_do():
    for name in reversed(NAMES):
        warmline(name=name)

    found = [row.name.lower() for row in Warmline.objects.by_name()]

    assert found == [name.lower() for name in NAMES]


def test_cities_that_differ_in_capitals_share_a_heading(client):
    at = place("59301")
    for name, town in [("Ash", "BUTTE"), ("Birch", "Butte"), ("Cedar", "butte")]:
        row = organization(name=name, at=at)
        row.city = town
        row.save()
    organization(name="Aspen", at=at)

    page = client.get("/states/mt/").content.decode()

    assert names_on(client, "/states/mt/") == ["Ash", "Birch", "Cedar", "Aspen"]
    assert page.count("<h3>BUTTE</h3>") == page.lower().count("<h3>butte</h3>") == 1


def test_the_admin_sorts_a_name_column_as_people_do(admin_client, centers):
    page = admin_client.get(reverse("admin:orgs_organization_changelist") + "?o=1")

    assert [row.name for row in page.context["cl"].result_list] == NAMES


def test_sort_name_is_updated_when_only_the_name_is_saved(centers):
    row = Organization.objects.get(name="ABLE")
    row.name = "Zebra"
    row.save(update_fields=["name"])

    assert Organization.objects.by_name().last() == row


def test_a_list_by_name_is_read_from_an_index(centers):
    rows = Organization.objects.by_name()[:10]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")

    assert "organization_sort_name" in rows.explain()


def test_sort_name_is_not_public(centers):
    row = Organization.objects.get(name="ABLE")

    assert "sort_name" not in row.public_fields()
    assert not hasattr(row.history.first(), "sort_name")
