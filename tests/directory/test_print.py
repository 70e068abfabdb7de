"""The printable sheet of a state: numbers, hours and text, and nothing withheld."""

from __future__ import annotations

import html
import re

import pytest
import segno

from orgs.models import Organization
from tests.factories import county, organization, place, state, term, warmline
from tests.reading import listings_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(client):
    def read(code="mt"):
        response = client.get(f"/states/{code}/print/")
        assert response.status_code == 200
        return response.content.decode()

    return read


def words(page):
    """Return the text of the page as one line."""
    body = page[page.index("<body") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def order(page, *names):
    return [page.index(f">{name}<") for name in names]


def test_lines_for_anyone_come_first_then_groups_then_places(sheet):
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    organization(at=place("59301"), kind="cil", name="A Center")
    organization(at=place("59301"), kind="drop_in_center", name="A Living Room")
    warmline(name="A Veterans Line", **veterans)
    warmline(name="An Open Line", who_may_call="anyone")
    warmline(name="Our Line", service_area=[state("MT")])

    places = order(
        sheet(),
        "Our Line",
        "An Open Line",
        "A Veterans Line",
        "A Living Room",
        "A Center",
    )

    assert places == sorted(places)


def test_lines_of_day_and_night_come_before_those_with_hours(sheet):
    warmline(name="Alpha", hours="Mo-Fr 09:00-17:00", service_area=[state("MT")])
    warmline(name="Beta", hours="24/7", service_area=[state("MT")])

    places = order(sheet(), "Beta", "Alpha")

    assert places == sorted(places)


def test_hours_are_in_the_states_zone(sheet):
    facts = {"hours": "Mo-Fr 17:00-21:00", "timezone": "America/New_York"}
    warmline(who_may_call="anyone", **facts)

    page = words(sheet())

    assert "Hours are in Mountain time." in page
    assert "Mon–Fri 3 pm to 7 pm" in page


def test_a_split_state_has_both_its_times_on_every_line(sheet):
    warmline(
        hours="Mo-Sa 17:00-21:00",
        timezone="America/New_York",
        service_area=[state("KY")],
    )

    page = words(sheet("ky"))

    assert "Kentucky keeps Eastern time, and in a part Central time" in page
    assert "Mon–Sat 5 pm to 9 pm Eastern time, 4 pm to 8 pm Central time" in page


@pytest.mark.parametrize(("code", "drifts"), [("az", True), ("ut", False)])
def test_sheet_says_if_clocks_change_on_different_dates(sheet, code, drifts):
    warmline(hours="Mo-Fr 17:00-21:00", who_may_call="anyone")

    assert ("some move by an hour" in words(sheet(code))) is drifts


def test_each_line_says_whether_it_was_checked(sheet):
    warmline(name="Alpha", who_may_call="anyone")
    warmline(
        name="Beta",
        who_may_call="anyone",
        checked_on="2026-05-03",
        checked_how="confirmed",
    )

    page = words(sheet())

    assert re.search(r"Alpha Day and night\s*○ Not yet checked", page)
    assert re.search(r"Beta Day and night\s*● Checked on May 3, 2026", page)
    assert "○ not yet checked: nobody has called to make sure." in page


def test_numbers_come_first_and_other_ways_where_there_is_none(sheet):
    organization(
        at=place("59301"), name="Alpha", tty="+14065550199", toll_free="+18005550123"
    )
    organization(
        at=place("59301"), name="Beta", phone="", website="https://www.example.org/beta"
    )
    warmline(
        name="Gamma", sms_number="839863 (keyword TEEN)", service_area=[state("MT")]
    )
    warmline(name="Delta", sms_number="+14065550102", service_area=[state("MT")])

    page = words(sheet())

    assert "(406) 555-0101 (800) 555-0123 Alpha" in page
    assert "TTY (406) 555-0199" in page
    assert "Beta Miles City · example.org" in page
    assert "Text TEEN to 839863 Gamma" in page
    assert "(406) 555-0102 Delta Call or text · Day and night" in page


def test_what_may_have_closed_says_so(sheet):
    warmline(
        name="Alpha", service_area=[state("MT")], public_warning="This may have closed."
    )
    facts = {"status": "temporarily_closed", "closure_reason": "A burst pipe"}
    organization(at=place("59301"), name="Beta", **facts)

    page = words(sheet())

    assert "This may have closed." in page
    assert re.search(r"Beta Miles City · Closed for now\.", page)


def test_a_street_is_printed_and_a_withheld_one_never(sheet):
    organization(at=place("59301"), street="1 Main Street")
    house = organization(
        at=place("59301"), name="House", street="13 Hidden Lane", zip_code="59301"
    )
    house.set_point(county("Custer County", "MT").point, Organization.Precision.COUNTY)
    house.address_withheld = True
    house.save()

    page = words(sheet())

    assert "1 Main Street" in page
    assert "House Miles City" in page
    assert "Hidden Lane" not in page


def test_drafts_and_closed_listings_are_not_printed(sheet):
    organization(at=place("59301"), name="Alpha", status="draft")
    gone = {"status": "closed", "closure_reason": "The house was sold"}
    warmline(name="Beta", service_area=[state("MT")], **gone)

    page = sheet()

    assert "data-listing" not in page


def test_what_serves_from_another_state_is_there(sheet):
    organization(
        at=place("82801"), name="Far", service_area=[county("Custer County", "MT")]
    )

    assert "From other states, serving Montana (406) 555-0101 Far" in words(sheet())


def test_sheet_has_the_listings_of_the_state_page(client, sheet):
    organization(at=place("59301"))
    organization(at=place("82001"))
    warmline(service_area=[state("MT")])
    warmline(service_area=[state("WY")])

    on_screen = set(listings_on(client.get("/states/mt/").content.decode()))
    page = sheet()

    assert len(on_screen) == 2
    assert set(listings_on(page)) == on_screen


def test_sheet_prints_hours_that_are_only_a_note(sheet):
    warmline(
        hours="", hours_note="Evenings, as volunteers can", service_area=[state("MT")]
    )

    assert "Evenings, as volunteers can" in words(sheet())


def test_an_empty_state_says_so(sheet):
    assert "We list no place here yet." in words(sheet("gu"))


def test_sheet_of_an_unknown_state_gets_404(client):
    assert client.get("/states/zz/print/").status_code == 404


def test_sheet_has_its_date_and_its_address_as_code_and_text(sheet, time_machine):
    # In Guam, it is already the next day.
    time_machine.move_to("2026-11-24 20:00 +0000", tick=False)

    page = sheet("gu")

    assert "Printed on November 25, 2026. Newest: testserver/states/gu" in words(page)
    code = segno.make("http://testserver/states/gu/", error="m", micro=False)
    assert code.svg_inline(border=2, light="#fff", omitsize=True) in page
    assert "style=" not in page


def test_every_state_has_a_link_to_its_sheet(client):
    page = client.get("/states/mt/").content.decode()

    assert 'href="/states/mt/print/"' in page


def test_sheet_makes_as_many_queries_for_many_lines(client, django_assert_num_queries):
    for _ in range(12):
        warmline(who_may_call="anyone")
        organization(at=place("59301"), service_area=[state("MT")])

    with django_assert_num_queries(10):
        client.get("/states/mt/print/")
