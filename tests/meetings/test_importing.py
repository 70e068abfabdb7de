"""Import of meetings.csv."""

from __future__ import annotations

from datetime import date

import pytest

from listings.exchange.workflow import import_text
from listings.removals import RemovalRequest
from meetings.importing import COLUMNS, read_joining
from meetings.models import Meeting
from tests.factories import organization, person

pytestmark = pytest.mark.django_db
ROW = {
    "key": "org:example#1",
    "listing_key": "org:example",
    "name": "Example Evening Group",
    "rrule": "FREQ=WEEKLY;BYDAY=TH",
    "start_time": "18:30",
    "timezone": "America/Denver",
    "online": "yes",
    "join_url": "https://example.org/group",
    "how_to_join": "Open link on the meeting page",
    "conditions": "mental_health",
    "languages": "en",
    "source_name": "example.org",
    "source_seen": "2026-11-01",
}


def text(*rows):
    names = COLUMNS.split()
    lines = [",".join(names)]
    lines += [",".join(f'"{row.get(name, "")}"' for name in names) for row in rows]
    return "\n".join(lines) + "\n"


def import_row(**facts):
    return import_text("meetings", text(ROW | facts))


@pytest.fixture
def host():
    return organization(key="org:example", name="Example Host")


@pytest.mark.parametrize(
    ("words", "note", "expected"),
    [
        ("Open link on the meeting page", "", "open"),
        ("Come; no registration", "", "open"),
        ("See the calendar, then come", "", "open"),
        ("Come; look at the chapter calendar first", "", "open"),
        ("Register on the group page", "", "register"),
        ("Open the calendar and register there", "", "register"),
        ("Register with the host, First Call, by phone: 816-361-5900", "", "register"),
        ("See the chapter page; some ask to register", "", "page"),
        ("See the page for the Zoom link", "", "page"),
        ("Join as a member first, on the page", "", "members"),
        ("Dial in; number and code are on the website", "", "call"),
        ("Write to the chapter for the Zoom link", "", "write"),
        ("Open link on the meeting page", "Closed: only for veterans.", "closed"),
        ("Open link on the meeting page", "Closed captions.", "open"),
        ("Open link on the meeting page", "Write to the group for the link.", "write"),
        ("", "", ""),
    ],
)
def test_import_reads_how_to_join_from_text(words, note, expected):
    assert read_joining(words, note) == expected


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"listing_key": "org:nobody"}, "no organization has the key “org:nobody”"),
        ({"timezone": "Mars/Base"}, "“Mars/Base” is not a time zone"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=QQ"}, "We cannot read “BYDAY=QQ”"),
        ({"rrule": ""}, "no rule"),
        ({"start_time": "7 pm"}, "“7 pm” is not a time"),
        ({"duration_minutes": "an hour"}, "“an hour” is not a number of minutes"),
        ({"online": ""}, "does not say if it is in person, online or by phone"),
        ({"name": ""}, "the row has no name"),
        ({"join_phone": "12"}, "phone:"),
    ],
)
def test_import_refuses_an_unusable_row_with_a_reason(host, facts, reason):
    report = import_row(**facts)
    [(number, words)] = report.refused
    assert number == 2
    assert reason in words
    assert not Meeting.objects.exists()


def test_import_preview_writes_nothing(host):
    report = import_text("meetings", text(ROW), dry_run=True)
    assert report.added == 1
    assert not Meeting.objects.exists()


def test_second_import_changes_only_what_is_different(host):
    import_row()
    assert import_row().unchanged == 1
    report = import_row(start_time="19:00")
    assert report.changes == [(2, "org:example#1: start_time")]


def test_import_does_not_change_a_checked_schedule(host):
    import_row()
    created = Meeting.objects.get()
    created.checked_on, created.checked_how = date(2026, 11, 20), "called"
    created.checked_by, created.checked_facts = person(), ["hours"]
    created.save()
    report = import_row(start_time="19:00", rrule="FREQ=DAILY")
    assert {words.split(": ")[1].split(",")[0] for _row, words in report.protected} == {
        "start_time",
        "rules",
    }
    assert Meeting.objects.get().start_time == "18:30"


def test_import_refuses_meetings_of_a_removed_organization(host):
    host.close(reason="They asked.")
    RemovalRequest.objects.create(key=host.key, name=host.name)
    [(_row, words)] = import_row().refused
    assert "asked not to be listed" in words


def test_note_stays_internal_and_its_sentences_for_visitors_are_shown(host):
    import_row(
        note="At Example Church. For beginners too. Zone inferred from the state. "
        "For parents of teenagers; confirm who leads it."
    )
    created = Meeting.objects.get()
    assert created.venue == "Example Church"
    assert created.newcomers is True
    assert created.zone_inferred is True
    assert created.open_to == "For beginners too. For parents of teenagers."
    assert "internal_note" not in created.public_fields()
