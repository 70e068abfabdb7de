"""Pages of kept parts, with the starter data: the same as pages made anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from kept import version
from listings import wording
from listings.querysets import AREA_UNKNOWN, SERVES_NATION
from orgs import servers
from orgs.models import Organization
from places.lookup import look_up
from tests.factories import organization
from tests.kept.committing import commit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
def test_a_page_of_kept_parts_is_the_page_made_anew(client, path):
    with time_machine.travel(NOON, tick=False):
        version.changed()
        anew = client.get(path).content
        commit()
        for other in ("/find/?near=59336", "/states/mt/", "/warmlines/?near=59336"):
            client.get(other)
        first, then = client.get(path).content, client.get(path).content

    assert first == anew
    assert then == anew


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize(
    "path",
    [
        "/find/?q=Independent+living",
        "/find/?q=independent&state=MT",
        "/find/?q=independent&kind=cil&page=2",
        "/find/?near=59301&q=independent",
        "/es/find/?near=Montana&q=independent&how=online",
        "/orgs/?q=Independent",
        "/orgs/?q=independent&kind=cil&page=2",
    ],
)
def test_a_page_of_common_words_is_the_page_made_anew(client, path, monkeypatch):
    monkeypatch.setattr(wording, "COMMON", 100)
    with time_machine.travel(NOON, tick=False):
        version.changed()
        anew = client.get(path).content
        commit()
        wording.OWN.clear()
        for other in (
            path.lower(),
            "/find/?q=INDEPENDENT",
            "/find/?near=59336&q=independent",
            "/orgs/?q=independent",
        ):
            client.get(other)
        before = wording.own_words(Organization.objects.public(), "independent")
        first, then = client.get(path).content, client.get(path).content

    assert before == "independent"
    assert first == anew
    assert then == anew


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("typed", ["59301", "10027", "Miles City, MT", "96799"])
def test_who_serves_a_place_comes_in_the_databases_order(typed):
    spot = look_up(typed).place
    found = Organization.objects.public().serving_by_name(spot)

    assert servers.surest(servers.few(found), spot.point) == (
        found.surest_first(spot).hits()
    )


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("typed", ["59301", "10027", "Miles City, MT", "60601"])
@pytest.mark.parametrize("limit", [3, 10, 1_000])
def test_the_first_of_many_are_those_of_the_databases_order(typed, limit):
    spot = look_up(typed).place
    organization(serves=[spot.own_county], slug="nowhere-here")
    organization(area="nationwide", slug="nowhere-at-all")

    rows = Organization.objects
    for least, found in (
        (AREA_UNKNOWN, rows.serving_by_name(spot)),
        (SERVES_NATION, rows.serving(spot)),
    ):
        many = servers.Many(rows.all, spot, least, typed)
        in_order = found.surest_first(spot).hits()

        assert many.first(limit) == in_order[:limit]
        assert many.total() == len(in_order)
