"""Withheld and internal facts are in no response; each test has something to leak."""

from __future__ import annotations

import io
import zipfile

import pytest

from api import ids
from api.views import METERS_PER_MILE
from orgs.models import Organization
from places.geo import miles_between
from tests.factories import county, organization, person, place, state, term, warmline

pytestmark = pytest.mark.django_db

LISTS = [
    "/api/services",
    "/api/organizations",
    "/api/service_at_locations",
]
ASKED = [
    "",
    "?full=true",
    "?full_service=true",
    "?minimal=true",
    "?format=ndjson&full=true",
    "?modified_after=2000-01-01",
    "?modified_after=2000-01-01&full=true",
]
ADDRESSES = [
    *(f"{path}{asked}" for path in LISTS for asked in ASKED),
    "/api/taxonomies",
    "/api/taxonomy_terms",
    "/feeds/changes.atom",
    "/feeds/states/mt.atom",
    "/es/feeds/changes.atom",
    "/data/hsds.zip",
]
PAGES = [
    "/find/?near=59301",
    "/find/map/?near=59301",
    "/embed/?near=59301",
    "/embed/?state=MT",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/orgs/?kind=peer_respite",
    "/orgs/quiet-house/",
    "/orgs/quiet-house/contact.vcf",
    "/orgs/quiet-house/report/",
    "/es/orgs/quiet-house/",
    "/data/organizations.csv",
    "/data/listings.geojson",
]
# Words of the withheld address, and internal words of curators.
WORDS = [
    "Hidden Lane",
    "59337",
    "Known to the desk",
    "secret-key",
    "ada-keeps",
    "Lovelace",
]


def secrets():
    spot = place("59337")
    return [*WORDS, str(spot.latitude), str(spot.longitude)]


def text(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    body = response.getvalue()
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return body.decode()


@pytest.fixture
def ada():
    return person("ada-keeps", last_name="Lovelace")


@pytest.fixture
def house(ada):
    """A respite whose address was public, and is now withheld."""
    made = organization(
        at=place("59337"),
        name="Quiet House",
        slug="quiet-house",
        kind="peer_respite",
        street="13 Hidden Lane",
        zip_code="59337",
        internal_note="Known to the desk",
        key="secret-key",
        host="Example Host",
        service_area=[state("MT")],
        terms=[term("service", "respite")],
        checked_on="2026-05-03",
        checked_how="called",
        checked_by=ada,
        assigned_to=ada,
        claimed_by=ada,
    )
    made.address_withheld = True
    made.clean()
    made.version += 1
    made.save()
    return made


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("path", ADDRESSES)
def test_withheld_street_and_internal_notes_are_in_no_response(client, path):
    page = text(client, path)

    for secret in secrets():
        assert secret not in page, secret


def test_listing_with_withheld_street_is_in_the_lists(client, house):
    """Prove that the test above had something to find."""
    found = [path for path in ADDRESSES if "Quiet House" in text(client, path)]

    # Terms and lists of ids have no names.
    assert set(ADDRESSES) - set(found) == {
        *(f"{path}?minimal=true" for path in LISTS),
        "/api/taxonomies",
        "/api/taxonomy_terms",
    }


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("path", PAGES)
def test_page_and_file_show_the_listing_without_its_withheld_street(client, path):
    page = text(client, path)
    # Files have the import key of each row, so that they can be imported again.
    found = {"secret-key"} if path.startswith("/data/") else set()

    assert "Quiet House" in page
    for secret in set(secrets()) - found:
        assert secret not in page, secret


def test_single_items_do_not_reveal_a_withheld_street(client, house):
    addresses = [
        f"/api/organizations/{house.uuid}?full_service=true",
        f"/api/services/{ids.derive_id(house.uuid, 'service')}",
        f"/api/service_at_locations/{ids.derive_id(house.uuid, 'service_at_location')}",
    ]

    for path in addresses:
        page = text(client, path)
        assert "Quiet House" in page
        for secret in secrets():
            assert secret not in page, secret


def test_withheld_address_is_the_middle_of_its_county(client, house):
    answer = client.get(f"/api/organizations/{house.uuid}").json()

    [location] = answer["locations"]
    garfield = county("Garfield County", "MT")
    assert "addresses" not in location
    assert location["address_withheld"] is True
    assert location["description"] == "Jordan, MT"
    assert (location["latitude"], location["longitude"]) == (
        garfield.latitude,
        garfield.longitude,
    )
    assert location["coordinates_precision"] == "county"


def test_wrongly_stored_point_of_a_withheld_address_is_not_exposed(client, house):
    """The database accepts any point with the precision “county”."""
    exact = place("59337").point
    house.set_point(exact, Organization.Precision.COUNTY)
    house.save()

    page = text(client, f"/api/organizations/{house.uuid}")

    assert str(exact.latitude) not in page
    assert str(exact.longitude) not in page


@pytest.mark.parametrize("code", ["59337", "59301", "59330", "59101"])
def test_searches_by_distance_do_not_locate_a_withheld_address(client, house, code):
    """Ever smaller circles only find the middle of the county."""
    near, far = 0.0, 1_000_000.0
    while far - near > 1:
        middle = (near + far) / 2
        asked = {"postcode": code, "proximity": middle}
        found = client.get("/api/service_at_locations", asked).json()["total_items"]
        near, far = (near, middle) if found else (middle, far)

    start, center = place(code), county("Garfield County", "MT")
    meters = miles_between(start.point, center.point) * METERS_PER_MILE
    assert near == pytest.approx(meters, abs=2)


@pytest.mark.parametrize("words", ["hidden", "lane", "59337", "desk", "secret"])
def test_withheld_words_do_not_find_the_listing(client, house, words):
    for path in LISTS:
        assert not client.get(path, {"search": "quiet"}).json()["empty"]
        assert client.get(path, {"search": words}).json()["empty"]


def test_draft_is_in_no_response(client):
    facts = {"name": "Unheard Of", "summary": "Unheard", "service_area": [state("MT")]}
    draft = organization(at=place("59301"), status="draft", **facts)
    warmline(status="draft", operator="Unheard Operator", **facts)
    draft.summary = "Unheard again"
    draft.save()

    for path in ADDRESSES:
        page = text(client, path)
        assert "Unheard" not in page, path
        assert str(draft.uuid) not in page, path


def test_closed_listing_is_only_in_the_list_of_changes(client):
    gone = organization(
        at=place("59301"), name="Gone", summary="Was here", service_area=[state("MT")]
    )
    gone.close(reason="Sold to somebody")

    for path in ADDRESSES:
        page = text(client, path)
        assert "Was here" not in page, path
        assert "somebody" not in page, path
        assert "+14065550101" not in page, path
        if "atom" not in path:
            assert "Gone" not in page, path
            assert ("defunct" in page) == ("modified_after" in path), path
