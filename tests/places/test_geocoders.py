"""Geocoding of addresses, with a real local server for the Nominatim protocol."""

from __future__ import annotations

import pytest
from geopy.geocoders.base import Geocoder

from places.geocoders import GazetteerGeocoder, locate_address
from places.nearest import LocatedModel

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ADDRESS = {
    "street": "1 Main Street",
    "city": "Miles City",
    "state": "MT",
    "zip_code": "59301",
}


def test_gazetteer_is_a_geopy_geocoder():
    found = GazetteerGeocoder().geocode("Miles City, MT")

    assert isinstance(GazetteerGeocoder(), Geocoder)
    assert found.address == "Miles City, Montana"
    assert (round(found.latitude, 1), round(found.longitude, 1)) == (46.4, -105.8)


@pytest.mark.parametrize("words", ["Springfield", "zzzz", ""])
def test_gazetteer_returns_nothing_for_ambiguous_text(words):
    assert GazetteerGeocoder().geocode(words) is None


def test_gazetteer_finds_the_zip_code_of_a_point():
    assert GazetteerGeocoder().reverse("46.41, -105.84").raw["code"] == "59301"
    assert GazetteerGeocoder().reverse((51.5, -0.1)) is None


def test_address_without_a_service_is_located_by_zip_code():
    found = locate_address(**ADDRESS)

    assert (found.precision, found.is_approximate) == (LocatedModel.Precision.ZIP, True)
    assert found.place.code == "59301"


def test_address_without_a_zip_code_is_located_by_city():
    found = locate_address(**ADDRESS | {"zip_code": ""})

    assert found.precision == LocatedModel.Precision.CITY


@pytest.mark.parametrize("city", ["", "Nowhere at all"])
def test_address_with_only_a_state_is_not_located(city):
    assert locate_address(street="", city=city, state="MT", zip_code="") is None


def test_street_service_locates_the_street(nominatim):
    found = locate_address(**ADDRESS)

    assert (found.precision, found.is_approximate) == ("address", False)
    assert (found.point.latitude, found.point.longitude) == (46.4083, -105.8406)
    assert nominatim.requested == ["1 Main Street, Miles City, MT 59301"]


def test_address_without_a_street_sends_no_request(nominatim):
    locate_address(**ADDRESS | {"street": ""})

    assert nominatim.requested == []


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ({"status": 500}, True),
        ({"status": 429}, True),
        ({"delay": 1.5}, True),
        ({"answer": "nonsense"}, True),
        ({"answer": []}, False),
        ({"answer": [{"lat": "51.5", "lon": "-0.1", "display_name": "Far"}]}, False),
    ],
)
def test_failing_street_service_leaves_an_approximate_point(nominatim, fault, failed):
    for name, value in fault.items():
        setattr(nominatim, name, value)

    found = locate_address(**ADDRESS)

    assert (found.precision, found.street_failed) == ("zip", failed)
    assert len(nominatim.requested) == 1


def test_unreachable_street_service_leaves_an_approximate_point(nominatim):
    nominatim.http.shutdown()
    nominatim.http.server_close()

    found = locate_address(**ADDRESS)

    assert (found.precision, found.street_failed) == ("zip", True)


def test_address_prefers_a_city_to_a_county_of_the_same_name():
    found = locate_address(street="", city="Baltimore", state="MD", zip_code="")

    assert found.place.label_with_county == "Baltimore, Baltimore city, Maryland"
