"""The search of the lists finds a listing by whatever a caller names."""

from __future__ import annotations

import re

import pytest

from tests.factories import meeting, organization, person, place, warmline

pytestmark = pytest.mark.django_db
LIST = "/admin/orgs/organization/"


@pytest.fixture
def center():
    """One listing among others, with every kind of fact that a caller may name."""
    organization(name="Another Center", phone="+14065550111", at=place("02139"))
    return organization(
        name="Recovery Café of Miles City",
        at=place("59301"),
        street="1200 N. Montana Ave.",
        zip_code="59301",
        phone="+14065550188;ext=12",
        toll_free="+18005550142",
        tty="+14065550177",
        sms_number="38255 (keyword TALK)",
        email="jo.doe@peers.example.org",
        website="https://www.example.org/miles-city/",
        key="cil:mt-0042",
    )


def names_found(client, words, address=LIST):
    page = client.get(address, {"q": words}).content.decode()
    return re.findall(r'class="field-name[^>]*><a[^>]*>([^<]+)<', page)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "words",
    [
        "(406) 555-0188", "406-555-0188", "406.555.0188", "1-406-555-0188",
        "+1 406 555 0188", "4065550188", "555-0188", "406 555 0188 x12",
        "(406) 555-0188 ext. 12", "1-800-555-0142", "406 555 0177", "38255",
        "jo.doe@peers.example.org", "Jo.Doe@", "peers.example.org",
        "https://www.example.org/miles-city/", "example.org/miles-city",
        "1200 N Montana", "montana ave", "59301", "Miles City", "cil:mt-0042",
        "mt-0042", "recovery cafe", "Café Miles", "Recovry Cafe", "Recovery Cafee",
    ],
)  # fmt: skip
def test_search_finds_a_listing_by_what_a_caller_names(ada, center, words):
    assert names_found(ada, words) == [center.name]


@pytest.mark.parametrize(
    "words", ["(406) 555-0188 x13", "406-555-0100", "zebra", "02138", "---"]
)
def test_search_finds_nothing_for_what_no_listing_has(ada, center, words):
    assert names_found(ada, words) == []


def test_search_finds_what_was_just_edited(ada, center):
    center.phone, center.street = "+14065550190", "9 Other Road"
    center.save()

    assert names_found(ada, "555-0190") == [center.name]
    assert names_found(ada, "9 other road") == [center.name]
    assert names_found(ada, "(406) 555-0188") == []


@pytest.mark.parametrize(
    ("role", "may_see"),
    [("Reader", False), ("Volunteer", False), ("State curator", True)],
)
def test_withheld_street_and_zip_are_found_only_by_those_who_may_see_them(
    client, center, role, may_see
):
    center.address_withheld = True
    center.set_point(place("59301").county.point, center.Precision.COUNTY)
    center.save()
    client.force_login(person("member", role, ["MT"]))

    for words in ("1200 N. Montana", "59301"):
        assert names_found(client, words) == [center.name] * may_see


def test_lines_and_meetings_are_found_by_their_numbers_too(ada):
    line = warmline(toll_free="+18005550155")
    group = meeting(phone="+14065550166")

    assert names_found(ada, "800 555 0155", "/admin/warmlines/warmline/") == [line.name]
    assert names_found(ada, "555-0166", "/admin/meetings/meeting/") == [group.name]


def test_search_stays_within_the_states_of_a_state_curator(client, center):
    client.force_login(person("sam", "State curator", ["WY"]))

    for words in ("(406) 555-0188", "Recovry Cafe", "59301"):
        assert names_found(client, words) == []
