"""The change form of a listing: hours, areas, duplicates and edit conflicts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection

from curation.audit_trail import build_audit_trail
from curation.historical_values import historical_values
from orgs.models import Organization
from tests.curation.helpers import (
    change_form_data,
    change_path,
    post_change_form,
)
from tests.factories import county, organization, person, place, state, term, warmline

pytestmark = pytest.mark.django_db


def test_second_of_two_saves_shows_the_conflict_and_loses_nothing(ada):
    listing = organization(at=place("59301"), phone="+14065550101", email="")
    first, second = change_form_data(ada, listing), change_form_data(ada, listing)

    assert (
        post_change_form(ada, listing, first | {"phone": "(406) 555-0102"}).status_code
        == 302
    )
    refused = post_change_form(ada, listing, second | {"email": "typed@example.org"})

    page = refused.content.decode()
    assert refused.status_code == 200
    assert "Somebody else saved this" in page
    assert "(406) 555-0101" in page
    assert "+14065550102" in page
    assert 'value="typed@example.org"' in page
    listing.refresh_from_db()
    assert (str(listing.phone), listing.email) == ("(406) 555-0102", "")

    again = refused.context["adminform"].form.data
    assert post_change_form(ada, listing, again).status_code == 302
    listing.refresh_from_db()
    assert (listing.phone.as_e164, listing.email) == (
        "+14065550102",
        "typed@example.org",
    )


def test_fact_that_both_changed_keeps_the_typed_value_and_shows_the_other(ada):
    listing = organization(at=place("59301"), summary="Old words")
    first, second = change_form_data(ada, listing), change_form_data(ada, listing)

    post_change_form(ada, listing, first | {"summary": "Her words"})
    refused = post_change_form(ada, listing, second | {"summary": "My words"})

    page = refused.content.decode()
    assert "Her words" in page
    assert "My words</textarea>" in page
    listing.refresh_from_db()
    assert listing.summary == "Her words"


def test_import_between_opening_and_saving_is_a_conflict(ada):
    listing = organization(at=place("59301"))
    form = change_form_data(ada, listing)
    listing.version += 1
    listing.website = "https://example.org/new"
    listing.save()

    refused = post_change_form(ada, listing, form | {"email": "a@example.org"})

    assert "https://example.org/new" in refused.content.decode()
    assert Organization.objects.get().email == ""


def test_hours_typed_by_day_become_one_string(ada):
    listing = organization(at=place("59301"), timezone="America/Denver")
    form = change_form_data(ada, listing) | {
        "hours": "",
        "hours_was": "",
        "hours_Mo": "9 am-noon, 1-5 pm",
        "hours_Fr": "8 pm-2 am",
        "hours_closed_on_holidays": "on",
    }

    assert post_change_form(ada, listing, form).status_code == 302

    listing.refresh_from_db()
    assert listing.hours == (
        "Mo 09:00-12:00,13:00-17:00, Fr 20:00-02:00; PH off; "
        "Jan 01,Jul 04,Nov 11,Dec 25 off"
    )


def test_untouched_day_fields_leave_the_string_alone(ada):
    rich = "Mo-Fr 09:00-17:00; Su[1] 10:00-12:00"
    listing = organization(at=place("59301"), timezone="America/Denver", hours=rich)

    page = ada.get(change_path(listing)).content.decode()
    post_change_form(ada, listing, change_form_data(ada, listing) | {"summary": "New"})

    listing.refresh_from_db()
    assert "they stay as one line" in page
    assert (listing.hours, listing.summary) == (rich, "New")


def test_invalid_hours_name_the_day_and_keep_what_was_typed(ada):
    listing = organization(at=place("59301"), timezone="America/Denver")
    form = change_form_data(ada, listing) | {
        "hours": "",
        "hours_was": "",
        "hours_Tu": "morning",
    }

    page = post_change_form(ada, listing, form).content.decode()

    assert "Tuesday: “morning” needs a start and an end" in page
    assert 'value="morning"' in page


def test_preview_shows_the_week_and_saves_nothing(ada):
    listing = organization(at=place("59301"), timezone="America/Denver")
    form = change_form_data(ada, listing) | {"hours": "Mo 20:00-02:00", "_preview": "1"}

    page = post_change_form(ada, listing, form).content.decode()

    assert "Nothing is saved yet" in page
    listing.refresh_from_db()
    assert listing.hours == ""


def test_hours_preview_returns_the_week_in_words(ada):
    query = {"hours": "Fr 20:00-02:00", "zone": "America/Denver"}

    words = ada.get("/admin/orgs/organization/hours/", query).content.decode()

    assert "8 pm" in words
    assert "2 am" in words
    bad = ada.get("/admin/orgs/organization/hours/", {"hours": "x"}).content.decode()
    assert "We can&#x27;t read these hours" in bad


def test_service_area_is_typed_as_lines(ada):
    listing = organization(at=place("59301"))
    form = change_form_data(ada, listing) | {
        "service_area_scope": "places",
        "service_area": "Montana: Custer, McCone\nWyoming",
    }

    assert post_change_form(ada, listing, form).status_code == 302

    assert set(listing.service_area.all()) == {
        county("Custer County", "MT"),
        county("McCone County", "MT"),
        state("WY"),
    }


def test_unknown_place_in_the_service_area_has_an_error_at_the_field(ada):
    listing = organization(at=place("59301"))
    form = change_form_data(ada, listing) | {"service_area": "Montana: Nowhere"}

    page = post_change_form(ada, listing, form).content.decode()

    assert "“Nowhere” is not a county of Montana." in page
    assert "Montana: Nowhere</textarea>" in page


def test_adding_a_similar_listing_shows_the_existing_one_first(ada):
    organization(at=place("59301"), name="Miles City Drop-in", slug="there")
    form = {
        "name": "Drop-in of Miles City",
        "kind": "peer_run",
        "phone": "406 555 0109",
        "city": "Miles City",
        "state": "MT",
        "service_area_scope": "unknown",
        "status": "published",
    }
    for name in [
        "in_person",
        "online",
        "by_phone",
        "referral_needed",
        "wheelchair_access",
    ]:
        form[name] = "unknown"

    page = ada.post("/admin/orgs/organization/add/", form)
    assert "This may be listed already" in page.content.decode()
    assert Organization.objects.count() == 1

    saved = ada.post("/admin/orgs/organization/add/", form | {"looked": "on"})
    assert saved.status_code == 302, saved.context["errors"]
    assert Organization.objects.count() == 2


def test_change_form_has_a_map_of_the_point(ada):
    listing = organization(at=place("59301"))

    page = ada.get(change_path(listing)).content.decode()

    assert 'class="marker"' in page
    assert "Where Miles City is in Montana" in page


def test_audit_trail_has_one_entry_for_each_save_with_its_facts(ada):
    listing = organization(at=place("59301"), terms=[term("language", "en")])
    form = change_form_data(ada, listing) | {
        "phone": "(406) 555-0102",
        "service_area_scope": "places",
    }

    post_change_form(ada, listing, form | {"service_area": "Montana", "terms": []})

    newest = build_audit_trail(listing, withheld=True)[0]
    assert {change.label for change in newest.changes} == {
        "Phone",
        "Terms",
        "Where it serves",
        "States and counties served",
    }
    assert newest.user.username == "ada"


def test_facts_can_be_restored_from_the_history(ada):
    listing = organization(
        at=place("59301"), summary="First words", service_area=[state("MT")]
    )
    worse = {"summary": "Worse", "service_area_scope": "unknown", "service_area": ""}
    post_change_form(ada, listing, change_form_data(ada, listing) | worse)

    entries = build_audit_trail(listing, withheld=True)
    row = entries[1].history_id
    ada.post(f"/admin/orgs/organization/{listing.pk}/history/", {"row": row})

    listing.refresh_from_db()
    assert listing.summary == "First words"
    assert list(listing.service_area.all()) == [state("MT")]
    assert historical_values(listing.history.first(), ["summary"]) == {
        "summary": "First words"
    }


def test_withheld_street_is_hidden_without_the_permission(client):
    listing = organization(
        street="12 Secret Street",
        city="Miles City",
        state="MT",
        zip_code="59301",
        address_withheld=True,
    )
    listing.street = "13 Secret Street"
    listing.save()
    pages = (
        f"/admin/orgs/organization/{listing.pk}/change/",
        f"/admin/orgs/organization/{listing.pk}/history/",
        "/admin/orgs/organization/?q=Secret",
    )

    for role, sees in (("Curator", True), ("Reader", False), ("Volunteer", False)):
        client.force_login(person(role.lower(), role))
        shown = "".join(client.get(path).content.decode() for path in pages)
        assert ("Secret Street" in shown) is sees, role


def test_warmline_has_the_same_form(ada):
    line = warmline()

    assert (
        post_change_form(
            ada, line, change_form_data(ada, line) | {"operator": "Ours"}
        ).status_code
        == 302
    )

    line.refresh_from_db()
    assert (line.operator, line.version) == ("Ours", 2)


def test_open_all_day_together_with_hours_of_a_day_is_an_error(ada):
    listing = organization(at=place("59301"), timezone="America/Denver")
    form = change_form_data(ada, listing) | {
        "hours": "",
        "hours_was": "",
        "hours_Mo": "9 am-5 pm",
        "hours_is_always_open": "on",
    }

    page = post_change_form(ada, listing, form).content.decode()

    assert "“Open day and night” is checked, and a day has hours too" in page
    assert 'value="9 am-5 pm"' in page
    listing.refresh_from_db()
    assert listing.hours == ""


def test_stored_unusual_zone_stays_selectable_and_mountain_is_refused(ada):
    listing = organization(
        at=place("59301"), hours="Mo 09:00-17:00", timezone="Europe/Paris"
    )

    saved = post_change_form(
        ada, listing, change_form_data(ada, listing) | {"summary": "New"}
    )
    refused = post_change_form(
        ada, listing, change_form_data(ada, listing) | {"timezone": "Mountain"}
    )

    assert saved.status_code == 302
    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors["timezone"]
    listing.refresh_from_db()
    assert (listing.summary, listing.timezone) == ("New", "Europe/Paris")


def test_hours_preview_shows_an_ordinary_week(ada, monkeypatch):
    thanksgiving = datetime(2026, 11, 25, 18, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: thanksgiving)
    query = {
        "hours": "Mo-Fr 09:00-17:00; PH off; Jan 01,Jul 04,Nov 11,Dec 25 off",
        "zone": "America/Denver",
    }

    words = ada.get("/admin/orgs/organization/hours/", query).content.decode()

    [thursday] = re.findall(r"Thursday.*?</tr>", words, re.DOTALL)
    assert "9 am" in thursday
    assert "Closed" not in thursday


def test_form_refuses_to_erase_unreadable_values(ada):
    listing = organization(at=place("59301"))
    # Python has no dates in such years, and no year has such a month.
    value = "20000-01-01" if connection.vendor == "postgresql" else "2026-13-45"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_organization SET check_due_on = %s WHERE id = %s",
            [value, listing.pk],
        )

    refused = post_change_form(
        ada, listing, change_form_data(ada, listing) | {"summary": "New words"}
    )

    page = refused.content.decode()
    assert refused.status_code == 200
    assert "cannot be read as: next check due. Saving would erase it." in page
    assert "New words" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(check_due_on AS TEXT) FROM orgs_organization")
        assert cursor.fetchone()[0] == value


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("9-5 weekdays", "Mo-Fr 09:00-17:00"),
        ("M-F 9–5, Sat 10 am-2 pm", "Mo-Fr 09:00-17:00; Sa 10:00-14:00"),
        ("24 hours", "24/7"),
    ],
)
def test_line_of_hours_is_read_as_people_say_it(ada, typed, stored):
    listing = organization(at=place("59301"), hours="Sa 10:00-12:00", timezone="UTC")
    data = change_form_data(ada, listing)
    data |= {"hours": typed, "hours_was": "Sa 10:00-12:00", "hours_Sa": "10:00-12:00"}

    preview = ada.get("/admin/orgs/organization/hours/", data).content.decode()
    post_change_form(ada, listing, data)

    listing.refresh_from_db()
    assert listing.hours == stored
    assert "9 am to 5 pm" in preview or "All day and night" in preview


def test_line_and_days_that_differ_are_not_saved(ada):
    listing = organization(hours="Sa 10:00-12:00", timezone="America/Denver")
    data = change_form_data(ada, listing)
    data |= {"hours": "M-F 9-5", "hours_was": "Sa 10:00-12:00", "hours_Su": "9-5"}

    page = post_change_form(ada, listing, data).content.decode()

    listing.refresh_from_db()
    assert "You changed the line and the days, and they differ." in page
    assert 'value="M-F 9-5"' in page
    assert listing.hours == "Sa 10:00-12:00"
