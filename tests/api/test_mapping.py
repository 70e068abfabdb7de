"""The mapping of a listing to HSDS, fact by fact."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from api import hsds, selection
from api.hsds import MappingContext
from api.operators import Operators
from tests.api.shapes import faults, nulls
from tests.factories import county, meeting, organization, place, state, term, warmline

pytestmark = pytest.mark.django_db

WINTER = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 18, 0, tzinfo=UTC)


def serialize(listing, at=WINTER):
    """Return the full service of a listing, and check it against the standard."""
    context = MappingContext(
        at, "https://directory.example.org", Operators.current(), {}
    )
    [fresh] = selection.load_listings([(listing.uuid, listing.catalog == "warmline")])
    service = hsds.serialize_service_in_full(fresh, context)
    assert faults("service", service) + nulls(service) == []
    return service


def rules(listing, at=WINTER):
    keys = ("byday", "opens_at", "closes_at")
    return [
        tuple(one.get(k) for k in keys) for one in serialize(listing, at)["schedules"]
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Fr 09:00-17:00", [("MO,TU,WE,TH,FR", "09:00-07:00", "17:00-07:00")]),
        ("Sa 22:00-06:00", [("SA", "22:00-07:00", "06:00-07:00")]),
        (
            "Mo,We 09:00-12:00,13:00-15:00",
            [
                ("MO,WE", "09:00-07:00", "12:00-07:00"),
                ("MO,WE", "13:00-07:00", "15:00-07:00"),
            ],
        ),
        ("24/7", [("MO,TU,WE,TH,FR,SA,SU", "00:00-07:00", "23:59-07:00")]),
        ("Fr 18:00-24:00", [("FR", "18:00-07:00", "00:00-07:00")]),
        ('unknown "by appointment"', [(None, None, None)]),
    ],
)
def test_schedules_are_weekly_rules_with_an_offset(hours, expected):
    assert rules(warmline(hours=hours)) == expected


def test_schedule_has_the_current_offset_and_the_time_zone():
    line = warmline(hours="Mo 09:00-17:00", hours_note="Mondays")

    [winter], [summer] = (
        serialize(line)["schedules"],
        serialize(line, SUMMER)["schedules"],
    )

    assert winter == {
        "id": winter["id"],
        "service_id": str(line.uuid),
        "opening_hours": "Mo 09:00-17:00",
        "iana_timezone": "America/Denver",
        "timezone": -7,
        "description": "Mondays",
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": "MO",
        "opens_at": "09:00-07:00",
        "closes_at": "17:00-07:00",
    }
    assert (summer["opens_at"], summer["timezone"]) == ("09:00-06:00", -6)
    assert summer["id"] == winter["id"]


def test_hours_note_without_hours_is_the_description_of_the_schedule():
    line = warmline(hours="", hours_note="Most evenings")

    assert [one.get("description") for one in serialize(line)["schedules"]] == [
        "Most evenings"
    ]
    assert "schedules" not in serialize(warmline(hours=""))


def test_rule_that_is_not_weekly_has_words_and_no_weekly_rule():
    [schedule] = serialize(warmline(hours="Mo[1] 10:00-12:00"))["schedules"]

    assert schedule["opening_hours"] == "Mo[1] 10:00-12:00"
    assert "First Monday of the month" in schedule["description"]
    assert not {"freq", "byday", "opens_at", "closes_at"} & set(schedule)


def test_meetings_of_an_organization_are_schedules_of_its_service():
    host = organization(
        at=place("59301"), timezone="America/Denver", hours="Mo 09:00-17:00"
    )
    facts = {"organization": host, "joining": "open", "by_phone": True}
    row = meeting(
        name="Circle",
        key="org:x#1",
        rules="FREQ=MONTHLY;BYDAY=2TH,4TH",
        duration_minutes=90,
        **facts,
    )
    meeting(rules="FREQ=DAILY", start_time="23:30", duration_minutes=60, **facts)
    until = "DTSTART:20261203\nFREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20271231"
    meeting(rules=until, **facts)
    meeting(rules="FREQ=WEEKLY;BYDAY=FR", status="draft", **facts)

    _hours, monthly, daily, ending = serialize(host)["schedules"]

    assert monthly == {
        "id": monthly["id"],
        "service_id": str(hsds.service_id(host)),
        "description": "Circle: 2nd and 4th Thursday of the month",
        "schedule_link": f"https://directory.example.org/meetings/{row.slug}/",
        "attending_type": "online, phone",
        "notes": "No sign-up needed",
        "meeting_key": "org:x#1",
        "iana_timezone": "America/Los_Angeles",
        "timezone": -8,
        "opens_at": "18:30-08:00",
        "closes_at": "20:00-08:00",
        "freq": "MONTHLY",
        "interval": 1,
        "wkst": "MO",
        "byday": "2TH,4TH",
    }
    assert (daily["freq"], daily["byday"]) == ("WEEKLY", "MO,TU,WE,TH,FR,SA,SU")
    assert (daily["opens_at"], daily["closes_at"]) == ("23:30-08:00", "00:30-08:00")
    assert (ending["dtstart"], ending["until"]) == ("2026-12-03", "2027-12-31")
    assert (ending["freq"], ending["interval"]) == ("WEEKLY", 2)


def test_warmline_says_what_callers_want_to_know():
    line = warmline(
        hours="",
        summary="Talk with a peer.",
        who_may_call="group",
        open_to="veterans",
        answered_by_peers=True,
        may_send_emergency=False,
        call_limits="20 minutes",
        sms_number="85511 (keyword SUPPORT)",
        chat_url="https://example.org/chat",
        terms=[term("language", "es"), term("community", "veterans")],
    )

    service = serialize(line)

    expected = {
        "description": "Talk with a peer.",
        "eligibility_description": "veterans",
        "who_may_call": "group",
        "answered_by_peers": True,
        "may_send_emergency": False,
        "call_limits": "20 minutes",
        "chat_url": "https://example.org/chat",
        "page_url": f"https://directory.example.org/warmlines/{line.slug}/",
        "by_phone": True,
        "service_area_scope": "nationwide",
    }
    assert service | expected == service
    assert [(p["number"], p["type"]) for p in service["phones"]] == [
        ("+14065550102", "voice"),
        ("85511 (keyword SUPPORT)", "text"),
    ]
    assert [(one["name"], one["code"]) for one in service["languages"]] == [
        ("Spanish", "es")
    ]
    assert {
        (a["link_type"], a["taxonomy_term"]["code"]) for a in service["attributes"]
    } == {
        ("language", "es"),
        ("community", "veterans"),
    }
    assert [area["name"] for area in service["service_areas"]] == ["United States"]
    assert "in_person" not in service


@pytest.mark.parametrize("run_by", ["peers", "larger_organization", "clubhouse"])
def test_organization_says_who_runs_it(run_by):
    assert serialize(organization(run_by=run_by))["organization"]["run_by"] == run_by


def test_unknown_run_by_is_left_out():
    assert "run_by" not in serialize(organization())["organization"]


def test_every_kind_of_number_becomes_a_phone():
    made = organization(
        phone="+14065550101",
        toll_free="+18005550100",
        tty="711",
        videophone="+14065550103",
    )

    assert [
        (phone["number"], phone["type"]) for phone in serialize(made)["phones"]
    ] == [
        ("+14065550101", "voice"),
        ("+18005550100", "voice"),
        ("711", "textphone"),
        ("+14065550103", "video"),
    ]


def test_service_areas_have_names_and_codes():
    custer = county("Custer County", "MT")
    made = organization(
        service_area=[state("WY"), custer], service_area_note="and near"
    )

    areas = serialize(made)["service_areas"]

    assert [
        (a["name"], a["place_kind"], a["code"], a["description"]) for a in areas
    ] == [
        ("Custer County, Montana", "county", custer.code, "and near"),
        ("Wyoming", "state", "WY", "and near"),
    ]
    words = serialize(organization(service_area_note="The valley"))["service_areas"]
    assert [one["name"] for one in words] == ["The valley"]


def test_location_has_address_point_and_accessibility():
    made = organization(
        at=place("59301"),
        street="1 Main Street",
        zip_code="59301",
        wheelchair_access=False,
    )

    [at] = serialize(made)["service_at_locations"]
    location = at["location"]

    assert faults("location", location) == []
    [address] = location["addresses"]
    assert (
        address
        | {
            "address_1": "1 Main Street",
            "city": "Miles City",
            "state_province": "MT",
            "postal_code": "59301",
            "country": "US",
            "address_type": "physical",
        }
        == address
    )
    assert location["coordinates_precision"] == "zip"
    assert location["latitude"] == place("59301").latitude
    assert [one["description"] for one in location["accessibility"]] == [
        "No wheelchair access"
    ]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [({"street": "PO Box 9"}, "postal"), ({"street": "9 Box Road"}, "physical")],
)
def test_post_box_is_a_postal_address(facts, kind):
    made = organization(at=place("59301"), zip_code="59301", **facts)

    [at] = serialize(made)["service_at_locations"]

    assert at["location"]["addresses"][0]["address_type"] == kind


def test_a_withheld_address_without_a_county_has_no_coordinates():
    house = organization(at=place("59301"))
    house.address_withheld = True
    house.clean()
    house.county = None
    house.save()

    [link] = serialize(house)["service_at_locations"]

    assert link["location"]["city"] == "Miles City"
    assert not {"latitude", "longitude"} & set(link["location"])


def test_incomplete_address_is_left_out():
    made = organization(at=place("59301"), street="1 Main Street", zip_code="")

    [at] = serialize(made)["service_at_locations"]

    assert "addresses" not in at["location"]
    assert at["location"]["description"] == "1 Main Street, Miles City, MT"


def test_online_listing_has_a_virtual_location():
    made = organization(online=True, website="https://example.org/meet")

    [at] = serialize(made)["service_at_locations"]

    location = at["location"]
    assert (location["location_type"], location["url"]) == (
        "virtual",
        "https://example.org/meet",
    )


def test_provenance_has_the_source_and_the_last_check():
    unchecked = organization(
        source_name="example.org",
        source_url="https://example.org/list",
        source_seen="2025-06",
        source_license="CC BY-NC 4.0 (compilation)",
    )
    checked = organization(
        checked_on=date(2026, 5, 3),
        checked_how="confirmed",
        checked_facts=["phone"],
    )

    assert serialize(unchecked)["provenance"] == {
        "source_name": "example.org",
        "source_url": "https://example.org/list",
        "source_seen": "2025-06",
        "source_license": "CC BY-NC 4.0 (compilation)",
        "checked": False,
    }
    assert "assured_date" not in serialize(unchecked)
    assert serialize(checked)["assured_date"] == "2026-05-03"
    assert serialize(checked)["provenance"] == {
        "checked": True,
        "checked_on": "2026-05-03",
        "checked_how": "confirmed",
        "checked_facts": ["phone"],
    }


def test_alert_has_the_closure_reason_and_the_public_warning():
    made = organization(
        status="temporarily_closed",
        closure_reason="Flood.",
        public_warning="Call first.",
    )

    service = serialize(made)

    assert service["status"] == "temporarily closed"
    assert service["alert"] == "Closed for now. Flood. Call first."


def test_known_referral_and_cost_are_included():
    needed = organization(referral_needed=True, cost="Free")

    assert serialize(needed)["application_process"] == "A referral is needed."
    assert serialize(needed)["fees_description"] == "Free"
    known = serialize(organization(referral_needed=False))
    assert known["application_process"] == "No referral is needed."
    assert "application_process" not in serialize(organization())


def test_branch_names_its_parent_unless_it_is_a_draft():
    parent = organization(name="Parent")
    branch = organization(parent=parent)
    hidden = organization(parent=organization(status="draft"))

    assert serialize(branch)["organization"]["parent_organization_id"] == str(
        parent.uuid
    )
    assert "parent_organization_id" not in serialize(hidden)["organization"]
