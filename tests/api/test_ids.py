"""Ids are permanent: they lead to the item, to a redirect, or to a closed item."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from api import ids
from curation.workflow import merge, remove_on_request
from tests.factories import organization, place, state, warmline

pytestmark = pytest.mark.django_db

KINDS = ["services", "organizations", "service_at_locations"]


def address(listing, kind):
    resource = kind.removesuffix("s")
    return f"/api/{kind}/{ids.derive_id(listing.uuid, resource)}"


def of_organization(listing):
    return {
        "organizations": f"/api/organizations/{listing.uuid}",
        "services": address(listing, "services"),
        "service_at_locations": address(listing, "service_at_locations"),
    }


def of_line(line):
    return {
        "services": f"/api/services/{line.uuid}",
        "organizations": address(line, "organizations"),
    }


def test_deriving_an_id_twice_returns_it_and_keeps_the_order():
    uuids = sorted(uuid4() for _ in range(1_000))

    turned = [ids.derive_id(uuid, "service") for uuid in uuids]

    assert [ids.derive_id(uuid, "service") for uuid in turned] == uuids
    assert turned == sorted(turned)
    assert {(uuid.version, uuid.variant) for uuid in turned} == {
        (8, "specified in RFC 4122")
    }
    assert not {*uuids} & {*turned}


def test_derived_ids_differ_and_are_stable():
    uuid = UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")

    assert {
        resource: str(ids.derive_id(uuid, resource)) for resource in ids.RESOURCE_DIGITS
    } == {
        "service": "6ba7b810-9dad-81d1-80b4-00c04fd430c9",
        "service_at_location": "6ba7b810-9dad-81d1-80b4-00c04fd430ca",
        "location": "6ba7b810-9dad-81d1-80b4-00c04fd430cb",
        "organization": "6ba7b810-9dad-81d1-80b4-00c04fd430cc",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_item_is_found_by_its_id(client, kind):
    ours = organization(at=place("59301"), name="Ours")

    answer = client.get(of_organization(ours)[kind]).json()

    assert of_organization(ours)[kind].endswith(answer["id"])
    assert "Ours" in (answer.get("name"), answer.get("location", {}).get("name"))


@pytest.mark.parametrize("kind", [*KINDS, "taxonomies", "taxonomy_terms"])
@pytest.mark.parametrize(
    ("id_", "status"), [(uuid4(), 404), ("no-uuid", 404), ("1", 404), ("%00", 400)]
)
def test_unknown_id_gets_404(client, kind, id_, status):
    response = client.get(f"/api/{kind}/{id_}")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", KINDS)
def test_draft_gets_404(client, kind):
    draft = organization(at=place("59301"), status="draft")

    assert client.get(of_organization(draft)[kind]).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_closed_listing_only_says_that_it_is_no_longer_listed(client, kind):
    gone = organization(at=place("59301"), name="Gone", summary="Once here")
    gone.close(reason="The house was sold")

    answer = client.get(of_organization(gone)[kind]).json()

    assert answer.pop("last_modified")
    answer.pop("description", None)
    assert answer == {
        "id": of_organization(gone)[kind].rsplit("/", 1)[1],
        "name": "No longer listed",
        "status": "defunct",
    }


def test_removed_listing_only_says_that_it_is_no_longer_listed(client):
    line = warmline(name="Private line")
    remove_on_request(line, "They asked.")

    for path in of_line(line).values():
        response = client.get(path)
        assert response.json()["status"] == "defunct"
        assert b"Private" not in response.content
        assert b"asked" not in response.content


@pytest.mark.parametrize("kind", KINDS)
def test_merged_organization_redirects_to_the_remaining_one(client, kind):
    target, dropped = (organization(at=place("59301")) for _ in range(2))
    merge(target, dropped, [])

    response = client.get(of_organization(dropped)[kind])

    assert response.status_code == 301
    assert response["Location"] == of_organization(target)[kind]
    # The redirect continues when the remaining listing is merged too.
    last = organization(at=place("59301"))
    merge(last, target, [])
    response = client.get(of_organization(dropped)[kind])
    assert response["Location"] == of_organization(last)[kind]


def test_merged_warmline_redirects_to_the_remaining_one(client):
    target, dropped = warmline(), warmline()
    merge(target, dropped, [])

    for kind, path in of_line(dropped).items():
        assert client.get(path)["Location"] == of_line(target)[kind]


def test_new_listing_with_an_old_slug_is_not_the_merge_target(client):
    target, dropped = (organization(name=name) for name in ("Kept", "Dropped"))
    merge(target, dropped, [])
    new = organization(name="Dropped")
    new.slug = "renamed"
    new.save()

    response = client.get(of_organization(dropped)["organizations"])

    assert response["Location"] == of_organization(target)["organizations"]


def test_listing_without_a_location_has_no_service_at_location(client):
    nowhere = organization(online=None)
    line = warmline()

    for listing in (nowhere, line):
        path = address(listing, "service_at_locations")
        assert client.get(path).status_code == 404
    service = client.get(of_organization(nowhere)["services"]).json()
    assert "service_at_locations" not in service


# Operators of lines -------------------------------------------------------------


def owner_of(client, line):
    return client.get(f"/api/services/{line.uuid}").json()["organization"]


def test_line_without_operator_is_its_own_organization(client):
    line = warmline(name="Example Line", email="line@example.org")

    owner = owner_of(client, line)

    assert (owner["name"], owner["email"]) == ("Example Line", "line@example.org")
    answer = client.get(f"/api/organizations/{owner['id']}").json()
    assert [one["id"] for one in answer["services"]] == [str(line.uuid)]


def test_lines_with_one_operator_name_in_one_state_share_an_organization(client):
    montana, wyoming = [state("MT")], [state("WY")]
    first, second = (warmline(operator="Peers", service_area=montana) for _ in range(2))
    elsewhere = warmline(operator="Peers", service_area=wyoming)

    owners = [owner_of(client, line) for line in (first, second, elsewhere)]

    assert owners[0] == owners[1] | {"description": owners[0]["description"]}
    assert {owner["name"] for owner in owners} == {"Peers"}
    assert owners[0]["id"] != owners[2]["id"]
    listed = client.get("/api/organizations").json()
    assert listed["total_items"] == 2
    # The operator id of each line leads to the shared organization.
    response = client.get(of_line(second)["organizations"])
    assert response["Location"] == f"/api/organizations/{owners[0]['id']}"


def test_operator_stays_when_the_line_of_its_id_closes(client):
    first, second = (
        warmline(operator="Peers", service_area=[state("MT")]) for _ in range(2)
    )
    before = owner_of(client, first)["id"]
    first.close(reason="Number out of service")

    after = owner_of(client, second)["id"]

    response = client.get(f"/api/organizations/{before}")
    assert response["Location"] == f"/api/organizations/{after}"
    assert client.get(f"/api/organizations/{after}").json()["name"] == "Peers"


def test_operator_listed_in_that_state_is_that_listing(client):
    montana = [state("MT")]
    listed = organization(name="Peers", state="MT")
    line = warmline(operator="Peers", service_area=montana)
    other = warmline(operator="Twice", service_area=montana)
    for _ in range(2):
        organization(name="Twice", state="MT")

    answer = client.get(f"/api/organizations/{listed.uuid}?full_service=true").json()

    assert owner_of(client, line)["id"] == str(listed.uuid)
    assert str(line.uuid) in {one["id"] for one in answer["services"]}
    assert [p["number"] for s in answer["services"] for p in s["phones"]] == [
        "+14065550101",
        "+14065550102",
    ]
    # With two organizations of that name, the operator is ambiguous.
    assert owner_of(client, other)["id"] == str(
        ids.derive_id(other.uuid, "organization")
    )


def test_draft_line_adds_no_organization(client):
    warmline(operator="Secret operator", status="draft")
    closed = warmline(operator="Closed operator")
    closed.close(reason="Sold")

    assert client.get("/api/organizations").json()["empty"]
    assert client.get(of_line(closed)["organizations"]).json()["status"] == "defunct"
