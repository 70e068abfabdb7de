"""Lists: the page object, filters, and paging without gaps."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from geopy.distance import geodesic

from api import ids
from orgs.models import Organization
from tests.caching.transactions import commit
from tests.factories import organization, place, state, term, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

LISTS = ["/api/services", "/api/organizations", "/api/service_at_locations"]


def page(client, path, **params):
    response = client.get(path, params)
    assert response.status_code == 200, response.content
    return response.json()


def names(client, path, **params):
    contents = page(client, path, **params)["contents"]
    return {one.get("name") or one["service"]["name"] for one in contents}


def follow(client, response):
    """Return the next page, as the Link header names it."""
    address = response["Link"].removeprefix("<http://testserver").split(">")[0]
    return client.get(address)


def lines(response):
    text = b"".join(response.streaming_content).decode()
    return [json.loads(line) for line in text.splitlines()]


def test_page_has_every_member_of_the_hsds_page(client):
    made = [organization(at=place("59301")) for _ in range(3)]

    first = page(client, "/api/services", per_page=2)
    last = page(client, "/api/services", per_page=2, page=2)
    beyond = page(client, "/api/services", per_page=2, page=3)

    contents = first.pop("contents"), last.pop("contents")
    assert first == {
        "total_items": 3,
        "total_pages": 2,
        "page_number": 1,
        "size": 2,
        "first_page": True,
        "last_page": False,
        "empty": False,
    }
    assert (last["size"], last["first_page"], last["last_page"]) == (1, False, True)
    assert (beyond["empty"], beyond["contents"], beyond["last_page"]) == (
        True,
        [],
        True,
    )
    found = [one["id"] for some in contents for one in some]
    assert found == sorted(str(ids.derive_id(one.uuid, "service")) for one in made)


@pytest.mark.parametrize("path", LISTS)
def test_following_next_links_returns_each_row_once_while_rows_change(client, path):
    stay = {organization(at=place("59301")).name for _ in range(6)}
    go = [organization(at=place("59301")) for _ in range(6)]

    response = client.get(path, {"per_page": 2})
    met = []
    while True:
        found = response.json()["contents"]
        met += [one.get("name") or one["service"]["name"] for one in found]
        if not response.has_header("Link"):
            break
        go.pop().close(reason="Sold") if go else None
        organization(at=place("59301"))
        response = follow(client, response)

    assert len(met) == len(set(met))
    assert stay <= set(met)


def test_filters_of_a_list_are_combined(client):
    veterans, spanish = term("community", "veterans"), term("language", "es")
    organization(at=place("59301"), name="Both", terms=[veterans, spanish])
    organization(at=place("59301"), name="Veterans", terms=[veterans])
    warmline(name="Line for veterans", terms=[veterans])
    ours = {
        "taxonomy_term_id": ids.term_id("community", "veterans"),
        "taxonomy_id": ids.term_id("language"),
    }

    both = names(client, "/api/services", **ours)
    one = names(client, "/api/services", taxonomy_term_id=ours["taxonomy_term_id"])
    none = names(client, "/api/services", search="line", **ours)

    assert both == {"Both"}
    assert one == {"Both", "Veterans", "Line for veterans"}
    assert none == set()


def test_kind_of_organization_is_a_taxonomy_term(client):
    organization(name="Center", kind="cil")
    organization(name="Respite", kind="peer_respite")
    warmline(name="Line")

    assert names(
        client, "/api/services", taxonomy_term_id=ids.term_id("kind", "cil")
    ) == {"Center"}
    assert names(client, "/api/services", taxonomy_id=ids.term_id("kind")) == {
        "Center",
        "Respite",
    }


def test_filters_with_unknown_ids_match_nothing(client):
    organization()
    nothing = ids.term_id("nothing", "nothing")

    for name in ("taxonomy_term_id", "taxonomy_id", "organization_id"):
        assert page(client, "/api/services", **{name: nothing})["total_items"] == 0


def test_organization_id_selects_its_services(client):
    ours = organization(name="Ours", state="MT")
    organization(name="Theirs")
    warmline(name="Our line", operator="Ours", service_area=[state("MT")])

    found = names(client, "/api/services", organization_id=ours.uuid)

    assert found == {"Ours", "Our line"}


def test_proximity_is_in_meters_from_the_middle_of_the_zip_code(client):
    start = place("59301")
    for code in ("59301", "59330", "59101", "82801"):
        organization(at=place(code), name=code)
    far = geodesic(
        (start.latitude, start.longitude),
        (place("59330").latitude, place("59330").longitude),
    ).meters

    def near(meters):
        params = {"postcode": "59301", "proximity": meters}
        return names(client, "/api/service_at_locations", **params)

    assert near(0) == {"59301"}
    assert near(far * 0.998) == {"59301"}
    assert near(far * 1.002) == {"59301", "59330"}
    assert near(1_000_000) == {"59301", "59330", "59101", "82801"}


def test_zip_code_without_proximity_selects_what_serves_it(client):
    organization(at=place("82801"), name="Serves Montana", service_area=[state("MT")])
    organization(at=place("59301"), name="Stands there")
    organization(at=place("82801"), name="Everywhere", service_area_scope="nationwide")

    found = names(client, "/api/service_at_locations", postcode="59301-1234")

    assert found == {"Serves Montana", "Everywhere"}


def test_organization_id_selects_its_services_at_locations(client):
    ours = organization(at=place("59301"), name="Ours")
    organization(at=place("59301"), name="Theirs")

    params = {"organization_id": ours.uuid}

    assert names(client, "/api/service_at_locations", **params) == {"Ours"}


@pytest.mark.parametrize("params", [{"postcode": "00000"}, {"proximity": 1}])
def test_proximity_to_an_unknown_zip_code_matches_nothing(client, params):
    organization(at=place("59301"))

    assert page(client, "/api/service_at_locations", **params)["empty"]


def test_modified_after_includes_listings_that_have_closed(client):
    before = timezone.now() - timedelta(days=1)
    old = organization(name="Old")
    Organization.objects.filter(pk=old.pk).update(changed_at=before)
    organization(name="New")
    organization(name="Gone", status="closed", closure_reason="Sold")
    organization(name="Draft", status="draft")
    since = (before + timedelta(hours=1)).isoformat()

    everything = page(client, "/api/services")["contents"]
    changed = page(client, "/api/services", modified_after=since)["contents"]

    assert {one["name"] for one in everything} == {"Old", "New"}
    assert {one["name"]: one["status"] for one in changed} == {
        "New": "active",
        "No longer listed": "defunct",
    }


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-01",
        "0001-01-01T00:00:00+14:00",
        "2026-11-01T00:00:00Z",
        "2026-11-01T00:00:00 02:00",
        "2026-11-01T00:00",
    ],
)
def test_modified_after_accepts_common_date_formats(client, moment):
    organization()

    found = page(client, "/api/organizations", modified_after=moment)

    assert found["total_items"] == 1


def test_modified_after_accepts_extreme_dates(client):
    organization()
    end = "9999-12-31T23:59:59-14:00"

    assert page(client, "/api/organizations", modified_after=end)["empty"]


@pytest.mark.parametrize("path", ["/api/taxonomies", "/api/taxonomy_terms"])
def test_term_list_continues_after_an_id(client, path):
    whole = page(client, path, per_page=100)["contents"]

    rest = page(client, path, per_page=100, after=whole[1]["id"])["contents"]

    assert rest == whole[2:]


@pytest.mark.parametrize("path", LISTS)
def test_minimal_returns_everything_on_one_page(client, path):
    for _ in range(3):
        organization(at=place("59301"))

    whole = page(client, path, per_page=100)
    small = page(client, path, minimal="true")

    assert (small["total_pages"], small["size"]) == (1, 3)
    assert [set(one) for one in small["contents"]] == [{"id", "modified_date"}] * 3
    assert [one["id"] for one in small["contents"]] == [
        one["id"] for one in whole["contents"]
    ]
    assert len(page(client, path, minimal="true", per_page=2)["contents"]) == 2


@pytest.mark.parametrize(
    "path", ["/api/services", "/api/services/{line}", "/api/organizations/{owner}"]
)
def test_line_published_since_the_operators_were_loaded_is_its_own_operator(
    client, path
):
    """Another process published it, and this one has not noticed that yet."""
    line = warmline(status="draft")
    owner = str(ids.derive_id(line.uuid, "organization"))
    commit()
    page(client, "/api/services")
    Warmline.objects.update(status="published")

    response = page(client, path.format(line=line.uuid, owner=owner))

    assert owner in json.dumps(response)


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_line_unpublished_since_the_operators_were_loaded_is_left_out(client, status):
    ours = organization(name="Ours", state="MT")
    line = warmline(operator="Ours", service_area=[state("MT")])
    path = f"/api/organizations/{ours.uuid}"
    commit()
    assert len(page(client, path)["services"]) == 2
    Warmline.objects.update(status=status, closure_reason="Moved")

    assert str(line.uuid) not in json.dumps(page(client, path))


@pytest.mark.parametrize("path", [*LISTS, "/api/taxonomies", "/api/taxonomy_terms"])
def test_ndjson_streams_every_item_regardless_of_page(client, path, settings):
    settings.SITE_URL = "http://testserver"
    for _ in range(3):
        organization(at=place("59301"))

    response = client.get(path, {"format": "ndjson", "per_page": 2})

    assert response["Content-Type"] == "application/x-ndjson"
    assert lines(response) == page(client, path, per_page=100)["contents"]


def test_full_includes_related_objects(client):
    ours = organization(at=place("59301"), name="Ours")

    short = page(client, "/api/services")["contents"][0]
    full = page(client, "/api/services", full="true")["contents"][0]
    alone = client.get(f"/api/services/{full['id']}").json()
    owner = page(client, "/api/organizations", full_service="true")["contents"][0]

    assert short["organization"]["id"] == str(ours.uuid)
    assert "phones" not in short
    assert full == alone
    assert [phone["number"] for phone in full["phones"]] == ["+14065550101"]
    assert [one["phones"] for one in owner["services"]] == [full["phones"]]


def test_terms_can_be_searched_and_narrowed(client):
    found = page(client, "/api/taxonomy_terms", search="american sign")["contents"]
    languages = page(client, "/api/taxonomy_terms", taxonomy_id=ids.term_id("language"))
    below = page(client, "/api/taxonomy_terms", parent_id=ids.term_id("language", "en"))

    assert [(one["code"], one["name_es"]) for one in found] == [
        ("ase", "Lengua de señas americana (ASL)")
    ]
    assert {one["taxonomy"] for one in languages["contents"]} == {"Languages"}
    assert below["empty"]
    one = found[0]
    assert client.get(f"/api/taxonomy_terms/{one['id']}").json() == one
    vocabulary = one["taxonomy_detail"]
    assert client.get(f"/api/taxonomies/{one['taxonomy_id']}").json() == vocabulary
    assert vocabulary in page(client, "/api/taxonomies", search="lang")["contents"]


def fill(count):
    facts = {"service_area": [state("MT")], "terms": [term("language", "en")]}
    for number in range(count):
        made = organization(at=place("59301"), hours="24/7", timezone="UTC", **facts)
        organization(at=place("59301"), parent=made, **facts)
        warmline(operator=f"Operator {number}", **facts)
        warmline(operator=made.name, **facts)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "params", ["", "?full=true", "?minimal=true", "?search=example"]
)
def test_list_makes_as_many_queries_for_many_rows(client, path, params):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{path}{params}").json()["size"] > 0
        return len(queries)

    fill(1)
    few = count_queries()
    fill(2)

    # The first request also queries features of the database.
    assert count_queries() <= few
