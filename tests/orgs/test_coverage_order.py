"""The order of organizations that serve a place."""

from __future__ import annotations

import pytest

from tests.factories import county, organization, place
from tests.reading import listings_on

pytestmark = pytest.mark.django_db


def test_state_list_begins_with_a_center_that_serves_the_nation(client):
    elsewhere = [county("Wibaux County", "MT")]
    organization(
        kind="cil", at=place("59301"), service_area=elsewhere, slug="elsewhere"
    )
    organization(
        kind="cil", at=place("59330"), service_area_scope="nationwide", slug="nation"
    )

    response = client.get("/centers-for-independent-living/?near=59301")

    visible = listings_on(response.content.decode())
    assert visible == ["org:nation", "org:elsewhere"]
