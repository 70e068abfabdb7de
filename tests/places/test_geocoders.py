"""Addresses to points, with a real local server that speaks Nominatim's protocol."""

from __future__ import annotations

import pytest
from geopy.geocoders.base import Geocoder

from places.geocoders import GazetteerGeocoder, locate_address
from places.nearest import LocatedModel

pytestmark = pytest.mark.django_db

ADDRESS = {
    "street": "1 Main Street",
    "city": "Miles City",
    "state": "MT",
    "zip_code": "59301",
}


def test_the_gazetteer_is_a_geopy_geocoder():
    found = GazetteerGeocoder().geocode("Miles City, MT")

    assert isinstance(GazetteerGeocoder(), Geocoder)
    assert found.address == "Miles City, Montana"
    assert (round(found.latitude, 1), round(found.longitude, 1)) == (46.4, -105.8)


@pytest.mark.parametrize("words", ["Springfield", "zzzz", ""])
def test_the_gazetteer_guesses_nothing(words):
    assert GazetteerGeocoder().geocode(words) is None


def test_the_gazetteer_finds_the_zip_code_of_a_point():
    assert GazetteerGeocoder().reverse("46.41, -105.84").raw["code"] == "59301"
    assert GazetteerGeocoder().reverse((51.5, -0.1)) is None


def test_without_a_service_the_zip_code_is_the_point():
    found = locate_address(**ADDRESS)

    assert (found.precision, found.is_approximate) == (LocatedModel.Precision.ZIP, True)
    assert found.place.code == "59301"


def test_without_a_zip_code_the_town_is_the_point():
    found = locate_address(**ADDRESS | {"zip_code": ""})

    assert found.precision == LocatedModel.Precision.CITY


@pytest.mark.parametrize("city", ["", "Nowhere at all"])
def test_a_state_alone_is_no_point(city):
    assert locate_address(street="", city=city, state="MT", zip_code="") is None


def test_a_service_gives_the_street(nominatim):
    found = locate_address(**ADDRESS)

    assert (found.precision, found.is_approximate) == ("address", False)
    assert (found.point.latitude, found.point.longitude) == (46.4083, -105.8406)
    assert nominatim.asked == ["1 Main Street, Miles City, MT 59301"]


def test_no_street_is_not_asked_for(nominatim):
    locate_address(**ADDRESS | {"street": ""})

    assert nominatim.asked == []


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
def test_a_service_that_fails_leaves_an_approximate_point(nominatim, fault, failed):
    for name, value in fault.items():
        setattr(nominatim, name, value)

    found = locate_address(**ADDRESS)

    assert (found.precision, found.street_failed) == ("zip", failed)
    assert len(nominatim.asked) == 1


def test_a_service_that_is_down_leaves_an_approximate_point(nominatim):
    nominatim.http.shutdown()
    nominatim.http.server_close()

    found = locate_address(**ADDRESS)

    assert (found.precision, found.street_failed) == ("zip", True)


def test_an_address_in_a_city_that_shares_its_name_with_a_county_is_in_the_city():
    found = locate_address(street="", city="Baltimore", state="MD", zip_code="")

    assert found.place.label_with_county == "Baltimore, Baltimore city, Maryland"
