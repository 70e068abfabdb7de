"""Ids hold for ever: as the thing, by a redirect, or as gone."""

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


def test_turning_twice_leads_back_and_keeps_the_order():
    uuids = sorted(uuid4() for _ in range(1_000))

    turned = [ids.derive_id(uuid, "service") for uuid in uuids]

    assert [ids.derive_id(uuid, "service") for uuid in turned] == uuids
    assert turned == sorted(turned)
    assert {(uuid.version, uuid.variant) for uuid in turned} == {
        (8, "specified in RFC 4122")
    }
    assert not {*uuids} & {*turned}


def test_ids_of_one_listing_differ_and_never_change():
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
def test_one_thing_is_answered_by_its_id(client, kind):
    ours = organization(at=place("59301"), name="Ours")

    answer = client.get(of_organization(ours)[kind]).json()

    assert of_organization(ours)[kind].endswith(answer["id"])
    assert "Ours" in (answer.get("name"), answer.get("location", {}).get("name"))


@pytest.mark.parametrize("kind", [*KINDS, "taxonomies", "taxonomy_terms"])
@pytest.mark.parametrize(
    ("id_", "status"), [(uuid4(), 404), ("no-uuid", 404), ("1", 404), ("%00", 400)]
)
def test_an_id_of_nothing_is_not_found(client, kind, id_, status):
    response = client.get(f"/api/{kind}/{id_}")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_not_found(client, kind):
    draft = organization(at=place("59301"), status="draft")

    assert client.get(of_organization(draft)[kind]).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_closed_answers_that_it_is_gone_and_no_more(client, kind):
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


def test_who_asked_not_to_be_listed_is_gone_the_same_way(client):
    line = warmline(name="Private line")
    remove_on_request(line, "They asked.")

    for path in of_line(line).values():
        response = client.get(path)
        assert response.json()["status"] == "defunct"
        assert b"Private" not in response.content
        assert b"asked" not in response.content


@pytest.mark.parametrize("kind", KINDS)
def test_a_merged_listing_leads_to_the_one_that_was_kept(client, kind):
    kept, dropped = (organization(at=place("59301")) for _ in range(2))
    merge(kept, dropped, [])

    response = client.get(of_organization(dropped)[kind])

    assert response.status_code == 301
    assert response["Location"] == of_organization(kept)[kind]
    # And on, when the kept one is merged in its turn.
    last = organization(at=place("59301"))
    merge(last, kept, [])
    response = client.get(of_organization(dropped)[kind])
    assert response["Location"] == of_organization(last)[kind]


def test_a_merged_line_leads_on_too(client):
    kept, dropped = warmline(), warmline()
    merge(kept, dropped, [])

    for kind, path in of_line(dropped).items():
        assert client.get(path)["Location"] == of_line(kept)[kind]


def test_a_new_listing_at_the_old_address_is_not_taken_for_the_kept_one(client):
    kept, dropped = (organization(name=name) for name in ("Kept", "Dropped"))
    merge(kept, dropped, [])
    new = organization(name="Dropped")
    new.slug = "renamed"
    new.save()

    response = client.get(of_organization(dropped)["organizations"])

    assert response["Location"] == of_organization(kept)["organizations"]


def test_a_listing_that_stands_nowhere_has_no_place(client):
    nowhere = organization(online=None)
    line = warmline()

    for listing in (nowhere, line):
        path = address(listing, "service_at_locations")
        assert client.get(path).status_code == 404
    service = client.get(of_organization(nowhere)["services"]).json()
    assert "service_at_locations" not in service


# Who runs a line ----------------------------------------------------------------


def owner_of(client, line):
    return client.get(f"/api/services/{line.uuid}").json()["organization"]


def test_a_line_without_a_known_operator_is_its_own_organization(client):
    line = warmline(name="Example Line", email="line@example.org")

    owner = owner_of(client, line)

    assert (owner["name"], owner["email"]) == ("Example Line", "line@example.org")
    answer = client.get(f"/api/organizations/{owner['id']}").json()
    assert [one["id"] for one in answer["services"]] == [str(line.uuid)]


def test_lines_of_one_name_in_one_state_have_one_operator(client):
    montana, wyoming = [state("MT")], [state("WY")]
    first, second = (warmline(operator="Peers", service_area=montana) for _ in range(2))
    elsewhere = warmline(operator="Peers", service_area=wyoming)

    owners = [owner_of(client, line) for line in (first, second, elsewhere)]

    assert owners[0] == owners[1] | {"description": owners[0]["description"]}
    assert {owner["name"] for owner in owners} == {"Peers"}
    assert owners[0]["id"] != owners[2]["id"]
    listed = client.get("/api/organizations").json()
    assert listed["total_items"] == 2
    # Each line's own id for its operator leads to the one they share.
    response = client.get(of_line(second)["organizations"])
    assert response["Location"] == f"/api/organizations/{owners[0]['id']}"


def test_an_operator_outlives_the_line_that_its_id_is_from(client):
    first, second = (
        warmline(operator="Peers", service_area=[state("MT")]) for _ in range(2)
    )
    before = owner_of(client, first)["id"]
    first.close(reason="Number out of service")

    after = owner_of(client, second)["id"]

    response = client.get(f"/api/organizations/{before}")
    assert response["Location"] == f"/api/organizations/{after}"
    assert client.get(f"/api/organizations/{after}").json()["name"] == "Peers"


def test_an_operator_that_is_listed_in_that_state_is_the_listing(client):
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
    # Two of that name: which of them runs the line cannot be said.
    assert owner_of(client, other)["id"] == str(
        ids.derive_id(other.uuid, "organization")
    )


def test_a_draft_line_makes_no_organization(client):
    warmline(operator="Secret operator", status="draft")
    closed = warmline(operator="Closed operator")
    closed.close(reason="Sold")

    assert client.get("/api/organizations").json()["empty"]
    assert client.get(of_line(closed)["organizations"]).json()["status"] == "defunct"
