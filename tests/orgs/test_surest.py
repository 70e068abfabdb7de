"""Who comes first of those that serve a place, or serve elsewhere."""

from __future__ import annotations

import pytest

from listings.querysets import SERVES_NATION
from orgs.models import Organization
from tests.factories import county, organization, place, state
from tests.reading import listings_on

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("spot", ["59301", "MT"])
def test_what_serves_elsewhere_comes_after_what_serves_the_nation(spot):
    """Databases differ in whether what has no coverage comes first."""
    here = state(spot) if spot == "MT" else place(spot)
    elsewhere = [county("Billings County", "ND")]
    for slug in ("a", "z"):
        organization(at=place("59301"), serves=elsewhere, slug=slug)
    nation = organization(at=place("59330"), area="nationwide", slug="nation")

    found = Organization.objects.in_state("MT").covering(here).surest_first(here)

    assert [hit.coverage for hit in found.hits()] == [SERVES_NATION, None, None]
    assert found.first() == nation


def test_the_centers_of_a_state_are_led_by_one_that_serves_the_nation(client):
    elsewhere = [county("Wibaux County", "MT")]
    organization(kind="cil", at=place("59301"), serves=elsewhere, slug="elsewhere")
    organization(kind="cil", at=place("59330"), area="nationwide", slug="nation")

    response = client.get("/centers-for-independent-living/?near=59301")

    shown = listings_on(response.content.decode())
    assert shown == ["org:nation", "org:elsewhere"]
