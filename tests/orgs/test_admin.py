"""The admin of organizations, places and areas."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from orgs.models import Organization
from places.models import Area
from tests.factories import organization, place, warmline

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Example Center",
    "slug": "",
    "kind": "cil",
    "phone": "(406) 555-0101",
    "street": "1 Main Street",
    "city": "Miles City",
    "state": "MT",
    "zip_code": "59301",
    "service_area_scope": "unknown",
    "status": "published",
    "in_person": "unknown",
    "online": "unknown",
    "by_phone": "unknown",
    "referral_needed": "unknown",
    "wheelchair_access": "unknown",
}


@pytest.fixture
def ada(client):
    """A client with a signed-in curator."""
    user = get_user_model().objects.create_superuser(
        "ada", password="a long pass phrase"
    )
    client.force_login(user)
    return client


def test_saving_an_address_geocodes_it_and_reports_the_precision(ada):
    response = ada.post("/admin/orgs/organization/add/", FORM, follow=True)

    listing = Organization.objects.get()
    assert (listing.precision, listing.county.name) == ("zip", "Custer County")
    assert listing.timezone == "America/Denver"
    assert b"The point is approximate: The ZIP code" in response.content


def test_saving_works_while_the_street_geocoder_is_down(ada, settings):
    settings.GEOCODER = "nominatim"
    settings.GEOCODER_DOMAIN = "127.0.0.1:9"
    settings.GEOCODER_SCHEME = "http"

    response = ada.post("/admin/orgs/organization/add/", FORM, follow=True)

    assert Organization.objects.get().precision == "zip"
    assert b"could not be looked up just now" in response.content


def test_saving_an_unknown_address_leaves_no_point(ada):
    nowhere = {"city": "Nowhere at all", "zip_code": ""}

    response = ada.post(
        "/admin/orgs/organization/add/", FORM | nowhere, follow=True
    ).content.decode()

    listing = Organization.objects.get()
    assert "could not find this address" in response
    assert (listing.point, listing.county) == (None, None)


def test_saving_uses_the_point_of_a_street_that_is_found(ada, nominatim):
    response = ada.post("/admin/orgs/organization/add/", FORM, follow=True)

    assert b"The point is that of the street address." in response.content
    assert Organization.objects.get().precision == "address"


def test_saving_geocodes_a_street_once_and_outside_the_transaction(ada, nominatim):
    """Open transactions are visible as savepoints within that of the test."""
    depths, requested = [], nominatim.requested

    class Requested(list):
        def append(self, address):
            depths.append(len(connection.savepoint_ids))
            super().append(address)

    nominatim.requested = Requested(requested)
    before = len(connection.savepoint_ids)

    response = ada.post("/admin/orgs/organization/add/", FORM, follow=True)

    assert nominatim.requested == ["1 Main Street, Miles City, MT 59301"]
    assert depths == [before]
    assert response.content.count(b"The point is that of the street address.") == 1
    assert Organization.objects.get().precision == "address"


def test_saving_locates_a_withheld_address_at_the_county_center(ada):
    ada.post("/admin/orgs/organization/add/", FORM | {"address_withheld": "on"})

    listing = Organization.objects.get()
    assert (listing.precision, listing.point) == ("county", listing.county.point)


def test_withholding_an_address_later_moves_it_to_the_county_center(ada):
    ada.post("/admin/orgs/organization/add/", FORM)
    listing = Organization.objects.get()

    ada.post(
        f"/admin/orgs/organization/{listing.pk}/change/",
        FORM | {"slug": listing.slug, "opened_version": 1, "address_withheld": "on"},
    )

    listing.refresh_from_db()
    assert (listing.address_withheld, listing.precision) == (True, "county")


def test_saving_does_not_record_a_check(ada):
    ada.post("/admin/orgs/organization/add/", FORM)

    listing = Organization.objects.get()
    assert (listing.checked_on, listing.checked_how, listing.checked_by) == (
        None,
        "",
        None,
    )


def test_invalid_input_stays_in_the_form_with_a_message_at_the_field(ada):
    response = ada.post(
        "/admin/orgs/organization/add/", FORM | {"phone": "+1406", "name": "Kept Name"}
    )

    assert b'value="Kept Name"' in response.content
    assert b"Enter a valid phone number" in response.content
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/orgs/organization/",
        "/admin/orgs/organization/?q=example&checked=no",
        "/admin/warmlines/warmline/",
        "/admin/listings/term/",
        "/admin/listings/removalrequest/",
        "/admin/places/place/?q=miles",
        "/admin/places/area/?q=navajo",
    ],
)
def test_staff_pages_open_and_forbid_caching(ada, path):
    organization(at=place("59301"))
    warmline()

    response = ada.get(path)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("make", [organization, warmline])
def test_change_form_opens(ada, make):
    listing = make()
    model = listing._meta

    path = f"/admin/{model.app_label}/{model.model_name}/{listing.pk}/change/"

    assert listing.name.encode() in ada.get(path).content


def test_admin_asks_anonymous_visitors_to_sign_in(client):
    response = client.get("/admin/orgs/organization/")

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_admin_shows_places_read_only(ada):
    city = place("59301")

    assert ada.post(f"/admin/places/place/{city.pk}/delete/").status_code == 403
    assert ada.get("/admin/places/place/add/").status_code == 403


def test_admin_lists_areas_read_only(ada):
    area = Area.objects.get(name="Navajo Nation")
    path = f"/admin/places/area/{area.pk}"

    assert "Navajo County" in ada.get(f"{path}/change/").content.decode()
    assert ada.post(f"{path}/delete/").status_code == 403
    assert ada.get("/admin/places/area/add/").status_code == 403
