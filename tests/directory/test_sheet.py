"""A state on paper: numbers first, both zones named, nothing withheld."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template

from listings.hours import Hours
from tests.factories import organization, place, state, warmline
from tests.reading import listings_on

pytestmark = pytest.mark.django_db

# The Tuesday before a Thanksgiving.
BEFORE_A_HOLIDAY = datetime(2026, 11, 24, 18, tzinfo=UTC)


def sheet(client, code):
    response = client.get(f"/states/{code}/print/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def usual(spec, zone, reader):
    template = Template("{% load hours %}{% usual_hours hours at zone %}")
    facts = {"hours": Hours(spec, zone), "at": BEFORE_A_HOLIDAY, "zone": reader}
    return template.render(Context(facts))


@pytest.mark.parametrize(
    ("spec", "reader", "words"),
    [
        ("24/7", "America/Denver", "Day and night, every day"),
        (
            "Mo-Fr 09:00-17:00; PH off",
            "America/Denver",
            "Monday to Friday 9 am to 5 pm",
        ),
        ("Mo-Fr 09:00-17:00", "America/Chicago", "Monday to Friday 10 am to 6 pm"),
        (
            "Mo,We 08:00-12:00,13:00-16:30",
            "America/Denver",
            "Monday 8 am to noon, 1 pm to 4:30 pm; "
            "Wednesday 8 am to noon, 1 pm to 4:30 pm",
        ),
        ("Sa 23:00-02:00", "America/Chicago", "Sunday midnight to 3 am"),
    ],
)
def test_the_usual_week_is_said_in_the_readers_zone(spec, reader, words):
    assert usual(spec, "America/Denver", reader) == words


def test_a_state_of_two_zones_has_its_hours_in_both(client):
    warmline(
        serves=[state("KY")], hours="Mo-Fr 17:00-21:00", timezone="America/New_York"
    )

    page = sheet(client, "ky")

    assert "Monday to Friday 5 pm to 9 pm (Eastern time)" in page
    assert "Monday to Friday 4 pm to 8 pm (Central time)" in page
    assert "Part of the state keeps Central time" in page


def test_the_number_comes_before_the_name_and_what_was_checked_beside(client):
    town = {"city": "Miles City", "state": "MT"}
    organization(name="Unchecked", **town)
    day = {"checked_on": "2026-05-03", "checked_how": "confirmed"}
    organization(name="Checked", **day, **town)

    page = sheet(client, "mt")

    assert "<strong>(406) 555-0101</strong> Checked" in page
    assert "✓ May 3, 2026" in page
    assert page.count("○</span>") == 1


def test_a_listing_without_a_phone_shows_its_other_way(client):
    organization(state="MT", phone="", website="https://www.example.org/there")

    assert "<strong>example.org</strong>" in sheet(client, "mt")


def test_no_withheld_street_is_printed(client):
    street = {"street": "100 Example Street", "address_withheld": True}
    organization(city="Miles City", state="MT", **street)

    page = sheet(client, "mt")

    assert "Miles City" in page
    assert "Example Street" not in page


def test_it_holds_what_the_states_page_holds(client):
    organization(at=place("59301"))
    organization(at=place("82001"))
    warmline(serves=[state("MT")])
    warmline(serves=[state("WY")])

    on_screen = set(listings_on(client.get("/states/mt/").content.decode()))
    page = sheet(client, "mt")

    assert on_screen
    assert all(f'data-listing="{key}"' in page for key in on_screen)
    assert page.count("data-listing=") == len(on_screen)


def test_an_empty_state_says_so(client):
    assert "We list no place here yet." in sheet(client, "gu")


def test_the_code_leads_to_the_states_page(client):
    page = client.get("/states/mt/print/").context["sheet"]

    assert page.address == "http://testserver/states/mt/"
    assert "<path" in page.qr
    assert "style" not in page.qr


def test_there_is_no_sheet_of_no_state(client):
    assert client.get("/states/zz/print/").status_code == 404
