"""The sheet of a week's meetings, to print and to save on a phone."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine

from meetings import search
from tests.factories import meeting, organization, place, term

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # Monday, 5 pm in Montana.


def starts_on(client, path):
    """Return (key, start) of each meeting on a page."""
    with time_machine.travel(AT, tick=False):
        response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    return re.findall(r'data-meeting="([^"]+)" data-start="([^"]+)"', page), page


def test_sheet_has_the_starts_of_the_search_in_the_zone_of_the_place(client):
    lgbtq = term("community", "lgbtq")
    meeting(key="a#1", terms=[lgbtq], rules="FREQ=WEEKLY;BYDAY=TU,SA")
    meeting(key="a#2")
    query = "near=59301&community=lgbtq"

    listed, _page = starts_on(client, f"/meetings/?{query}")
    printed, page = starts_on(client, f"/meetings/print/?{query}")

    assert printed == listed
    assert printed == [
        ("a#1", "2026-12-01T19:30:00-07:00"),
        ("a#1", "2026-12-05T19:30:00-07:00"),
    ]
    assert "Times are in Mountain time." in page
    assert "LGBTQ+ people" in page
    assert "example.org/group" in page
    assert "Thursday" not in html.unescape(page)


def test_sheet_of_a_state_has_its_groups_in_person_and_those_from_home(client):
    meeting(key="in-mt", at=place("59301"), in_person=True, online=None)
    meeting(key="in-wy", at=place("82801"), in_person=True, online=None)
    meeting(key="online")

    found, page = starts_on(client, "/states/mt/meetings/print/")

    assert {key for key, _start in found} == {"in-mt", "online"}
    assert "Groups this week for Montana" in page
    assert client.get("/states/zz/meetings/print/").status_code == 404


def test_sheet_has_one_row_per_host_and_hour_and_counts_the_others(client):
    host = organization(name="Example Fellowship")
    for number in range(4):
        meeting(key=f"host#{number}", organization=host)

    found, page = starts_on(client, "/meetings/print/")

    assert len(found) == 1
    assert "3 more from Example Fellowship in this hour" in page


def test_sheet_says_how_many_meetings_did_not_fit(client, monkeypatch):
    monkeypatch.setattr(search, "MAX_SHEET_STARTS", 2)
    for number in range(5):
        meeting(key=f"a#{number}")

    found, page = starts_on(client, "/meetings/print/")

    assert len(found) == 2
    assert "3 more meetings did not fit." in page


def test_sheet_shows_a_number_to_dial_and_nothing_withheld(client):
    facts = {"in_person": True, "address_withheld": True, "venue": "Secret House"}
    facts |= {"street": "44 Hidden Lane", "city": "Miles City", "state": "MT"}
    meeting(online=None, **facts)
    meeting(by_phone=True, phone="+14065550133", join_code="1234")

    _found, page = starts_on(client, "/states/mt/meetings/print/")

    assert "Miles City" in page
    assert "(406) 555-0133 (1234)" in page
    assert "Hidden" not in page
    assert "Secret" not in page


def test_sheet_explains_an_invalid_parameter_and_sets_no_cookie(client):
    meeting()
    with time_machine.travel(AT):
        response = client.get("/meetings/print/?zone=Mars/Base")

    page = response.content.decode()
    assert "We do not know the time zone “Mars/Base”" in page
    assert "data-meeting" in page
    assert not response.cookies


def test_spanish_sheet_is_in_spanish(client):
    meeting()

    _found, page = starts_on(client, "/es/meetings/print/")

    assert "Grupos de esta semana" in page
    assert "Las horas son de la hora " in page
