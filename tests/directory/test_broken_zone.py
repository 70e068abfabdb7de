"""A row with an invalid time zone breaks no page."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories import organization, place, warmline

pytestmark = pytest.mark.django_db

PAGES = [
    *("/", "/find/?near=59301", "/orgs/", "/warmlines/", "/warmlines/?open=now"),
    *("/es/warmlines/", "/states/mt/", "/states/mt/print/", "/online/"),
    *("/data/organizations.csv", "/data/warmlines.csv", "/data/hsds.zip"),
    *("/api/services", "/api/organizations", "/sitemap.xml"),
]


@pytest.mark.parametrize("zone", ["Mountain", "../x", "America", ""])
@pytest.mark.parametrize("address", [*PAGES, "org", "line"])
def test_broken_time_zone_takes_no_page_down(client, zone, address):
    at = place("59301")
    org = organization(at=at, hours="Mo-Su 09:00-17:00", timezone="America/Denver")
    line = warmline(hours="Mo-Su 09:00-17:00", timezone="America/Denver")
    with connection.cursor() as cursor:
        for row in (org, line):
            table = row._meta.db_table
            cursor.execute(
                f"UPDATE {table} SET timezone = %s, hours = %s",  # noqa: S608
                [zone, "Mo-Su 09:00-17:00" if zone else ""],
            )
    own = {"org": org, "line": line}
    if address in own:
        address = own[address].get_absolute_url()

    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.getvalue()
