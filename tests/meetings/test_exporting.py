"""Export of meetings: our own CSV file, and the Meeting Guide JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from listings.exchange.workflow import import_text
from meetings.exporting import csv_chunks, meeting_guide_chunks
from meetings.models import Meeting
from tests.factories import meeting, organization, place, term

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, tzinfo=UTC)
SITE = "https://directory.example.org"


def written(chunks):
    return b"".join(chunks(AT, SITE)).decode()


def guide():
    return json.loads(written(meeting_guide_chunks))


def test_reimport_of_our_file_restores_every_fact():
    host = organization(key="org:example")
    created = meeting(
        organization=host,
        rules="FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
        first_on="2026-12-03",
        skipped_dates="2026-12-31",
        duration_minutes=90,
        in_person=True,
        at=place("59215"),
        zip_code="59215",
        venue="Example Hall",
        open_to="For parents.",
        newcomers=True,
        joining="register",
        how_to_join="Register on the page",
        internal_note="internal",
        terms=[term("community", "parents"), term("language", "es")],
    )
    text = written(csv_chunks)
    assert "internal" not in text
    before = {name: getattr(created, name) for name in Meeting.facts if name != "terms"}
    created.delete()
    report = import_text("meetings", text)
    assert (report.added, report.refused) == (1, [])
    again = Meeting.objects.get()
    after = {name: getattr(again, name) for name in before}
    many = ("service_area", "operator")
    assert {n: v for n, v in after.items() if n not in many} == {
        n: v for n, v in before.items() if n not in many
    }
    assert {t.slug for t in again.terms.all()} == {"parents", "es"}


def test_withheld_address_is_in_no_file():
    created = meeting(in_person=True, at=place("59215"), venue="Hidden Hall")
    created.street, created.address_withheld = "12 Hidden Street", True
    created.clean()
    created.save()
    [entry] = guide()
    assert "Hidden" not in written(csv_chunks) + json.dumps(entry)
    assert "latitude" not in entry


def test_meeting_guide_has_an_entry_for_each_weekday():
    meeting(
        name="Example Group",
        slug="example-group",
        rules="FREQ=WEEKLY;BYDAY=SU,TU",
        duration_minutes=60,
        joining="open",
    )
    first, second = guide()
    assert (first["day"], second["day"]) == (0, 2)
    assert (first["slug"], second["slug"]) == ("example-group", "example-group-2")
    assert {name: first[name] for name in ("time", "end_time", "timezone")} == {
        "time": "18:30",
        "end_time": "19:30",
        "timezone": "America/Los_Angeles",
    }
    assert first["attendance_option"] == "online"
    assert first["types"] == ["O"]
    assert first["url"] == f"{SITE}/meetings/example-group/"


def test_meeting_guide_describes_a_rule_that_is_not_weekly():
    meeting(rules="FREQ=MONTHLY;BYDAY=2TH,4TH")
    [entry] = guide()
    assert "day" not in entry
    assert entry["notes"] == "2nd and 4th Thursday of the month"


def test_meeting_of_a_hidden_organization_is_in_no_file(client):
    host = organization(status="draft")
    meeting(organization=host)
    assert guide() == []
    assert len(written(csv_chunks).splitlines()) == 1
