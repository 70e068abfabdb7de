"""Import of meetings from Meeting Guide JSON and from iCalendar files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command

from curation.models import ImportRun
from curation.undo import undo_import
from meetings.exporting import meeting_guide_chunks
from meetings.ics import calendar_file
from meetings.models import Meeting
from meetings.schedule import next_starts
from tests.factories import meeting, organization, place, term

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
# The fields of the example in the specification, with values of our own.
ENTRY = {
    "name": "Example Evening Circle",
    "slug": "example-evening-circle-3",
    "day": 4,
    "time": "18:30",
    "end_time": "20:00",
    "timezone": "America/Denver",
    "location": "Example Community Hall",
    "group": "Example Group",
    "notes": "Ring the bell. It is on the 2nd floor.",
    "updated": "2026-11-20 14:32:23",
    "url": "https://example.org/meetings/evening",
    "types": ["O", "T", "LGBTQ", "D"],
    "address": "1 Example Street",
    "city": "Miles City",
    "state": "MT",
    "postal_code": "59301",
    "country": "US",
    "approximate": "no",
    "entity": "Example District",
    "entity_email": "info@example.org",
    "entity_phone": "+1-406-555-0100",
    "contact_1_name": "Somebody",
    "feedback_emails": ["updates@example.org"],
}
ONLINE = {
    "name": "Example Online Circle",
    "slug": "online",
    "day": [1, 3],
    "time": "07:00",
    "timezone": "America/New_York",
    "url": "https://example.org/meetings/online",
    "conference_url": "https://zoom.us/j/123456789?pwd=secret",
    "conference_phone": "+1 406 555 0101,,123456789#,,*4321#",
    "attendance_option": "online",
}


@pytest.fixture(autouse=True)
def host():
    return organization(key="org:example", name="Example Host")


def import_feed(tmp_path, content, format_name="meeting-guide", **options):
    file = tmp_path / "feed"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    out = StringIO()
    options = {
        "listing_key": "org:example",
        "source_url": "https://example.org/feed",
        "conditions": "mental_health",
    } | options
    call_command(
        "import_meetings", file, format=format_name, quiet=True, stdout=out, **options
    )
    return out.getvalue()


def test_meeting_guide_entry_in_a_room_becomes_a_meeting(tmp_path):
    import_feed(tmp_path, [ENTRY])

    row = Meeting.objects.get()
    assert row.key == "org:example#example-evening-circle-3"
    assert (row.rules, row.start_time) == ("FREQ=WEEKLY;BYDAY=TH", "18:30")
    assert (row.timezone, row.duration_minutes) == ("America/Denver", 90)
    assert (row.in_person, row.online, row.joining) == (True, None, "open")
    assert (row.venue, row.street) == ("Example Community Hall", "1 Example Street")
    assert (row.city, row.state, row.zip_code) == ("Miles City", "MT", "59301")
    assert row.point is not None
    assert row.summary == "Ring the bell. It is on the 2nd floor."
    assert row.internal_note == "Other types of the feed: D."
    assert {t.slug for t in row.terms.all()} == {
        *("lgbtq", "transgender", "mental_health", "en")
    }
    assert row.checked_on is None
    assert row.source_url == "https://example.org/feed"


def test_meeting_guide_entry_online_keeps_its_page_and_no_video_link(tmp_path):
    import_feed(tmp_path, [ONLINE])

    row = Meeting.objects.get()
    assert row.rules == "FREQ=WEEKLY;BYDAY=MO,WE"
    assert (row.in_person, row.online, row.by_phone) == (None, True, True)
    assert row.website == "https://example.org/meetings/online"
    assert (row.phone.as_e164, row.join_code) == ("+14065550101", "123456789")
    facts = json.dumps(row.public_fields(), default=str) + row.internal_note
    assert not any(word in facts for word in ("zoom.us", "secret", "4321"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": None}, "by appointment"),
        ({"day": 7}, "“7” is not a day from 0 to 6"),
        ({"time": "7 pm", "end_time": ""}, "“7 pm” is not a time"),
        ({"end_time": "late"}, "not both times"),
        ({"timezone": ""}, "names no time zone"),
        ({"timezone": "Mars/Base"}, "“Mars/Base” is not a time zone"),
        ({"slug": ""}, "needs a name and a slug"),
        ({"attendance_option": "inactive"}, "inactive"),
        ({"address": "", "formatted_address": "Miles City, MT"}, "no way to take part"),
        ({"types": ["TC"]}, "no way to take part"),
        ({"types": "O,T"}, "not a list of codes"),
        ({"country": "CA"}, "outside the United States"),
        ({"url": "", "conference_url": "https://zoom.us/j/1"}, "has no page"),
        ({"conference_phone": "ask us"}, "“ask us” is not a phone number"),
        ({"name": {"en": "Circle"}}, "name: this is not text"),
    ],
)
def test_unusable_entry_is_refused_with_a_reason_and_the_others_are_read(
    tmp_path, changes, reason
):
    out = import_feed(tmp_path, [ENTRY | changes, ONLINE])

    [refusal] = [line for line in out.splitlines() if line.startswith("Refused")]
    assert refusal.startswith("Refused: row 1: ")
    assert reason in refusal
    assert Meeting.objects.get().name == "Example Online Circle"


def test_entry_with_one_line_address_and_default_zone_is_read(tmp_path):
    entry = {n: v for n, v in ENTRY.items() if n in ("name", "slug", "day", "time")}
    entry["formatted_address"] = "1 Example Street, Miles City, MT 59301, USA"

    import_feed(tmp_path, [entry], timezone="America/Denver")

    row = Meeting.objects.get()
    assert (row.street, row.city, row.zip_code) == (
        *("1 Example Street", "Miles City", "59301"),
    )


def test_meetings_of_an_unknown_organization_are_refused(tmp_path):
    out = import_feed(tmp_path, [ENTRY], listing_key="org:nobody")

    assert "no organization has the key “org:nobody”" in out


@pytest.mark.parametrize("content", ["{}", "not JSON", ""])
def test_file_that_is_no_feed_is_refused(tmp_path, content):
    with pytest.raises(CommandError, match=r"not (a )?JSON"):
        import_feed(tmp_path, content)


def test_import_of_a_feed_can_be_previewed_repeated_and_undone(tmp_path):
    assert "1 added" in import_feed(tmp_path, [ENTRY], dry_run=True)
    assert not Meeting.objects.exists()
    import_feed(tmp_path, [ENTRY])
    assert "1 unchanged" in import_feed(tmp_path, [ENTRY])
    with pytest.raises(CommandError, match="Nothing was imported"):
        import_feed(tmp_path, [ONLINE, ENTRY | {"day": 9}], atomic=True)
    assert Meeting.objects.count() == 1

    undo_import(ImportRun.objects.get())

    assert not Meeting.objects.public().exists()


def test_our_own_meeting_guide_file_can_be_imported(tmp_path, host):
    spanish = term("language", "es")
    facts = {"organization": host, "duration_minutes": 90, "newcomers": True}
    meeting(rules="FREQ=WEEKLY;BYDAY=MO,TH", terms=[spanish], **facts)
    meeting(at=place("59301"), in_person=True, online=None, zip_code="59301", **facts)
    before = starts_of_all()
    text = b"".join(meeting_guide_chunks(AT, "https://directory.example.org")).decode()
    Meeting.objects.all().delete()

    out = import_feed(tmp_path, text)

    assert "0 refused" in out
    assert starts_of_all() == before
    assert {row.duration_minutes for row in Meeting.objects.all()} == {90}


def starts_of_all():
    return sorted(
        start
        for row in Meeting.objects.all()
        for start in next_starts(row.schedule, AT, 60)
        if start < datetime(2027, 4, 1, tzinfo=UTC)
    )


def calendar(*events):
    bodies = ["\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT")) for lines in events]
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n"
    return head + "\r\n".join(bodies) + "\r\nEND:VCALENDAR\r\n"


EVENT = (
    "UID:circle@example.org",
    "DTSTAMP:20261101T000000Z",
    "SUMMARY:Example Circle",
    "DTSTART;TZID=America/Denver:20261203T183000",
    "DTEND;TZID=America/Denver:20261203T200000",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;UNTIL=20270401T003000Z",
    "EXDATE;TZID=America/Denver:20261231T183000",
    "URL:https://example.org/circle",
)


def import_calendar(tmp_path, *events, **options):
    with time_machine.travel(AT):
        return import_feed(tmp_path, calendar(*events), "icalendar", **options)


def local_days():
    row = Meeting.objects.get()
    return [
        start.astimezone(row.zone).date().isoformat()
        for start in next_starts(row.schedule, AT, 99)
    ]


def test_calendar_event_becomes_a_meeting_with_its_dates(tmp_path):
    moved = (
        "UID:circle@example.org",
        "RECURRENCE-ID;TZID=America/Denver:20270114T183000",
        "DTSTART;TZID=America/Denver:20270115T183000",
    )
    import_calendar(tmp_path, EVENT, moved)

    row = Meeting.objects.get()
    assert (row.name, row.start_time) == ("Example Circle", "18:30")
    assert (row.timezone, row.duration_minutes) == ("America/Denver", 90)
    assert (row.online, row.website) == (True, "https://example.org/circle")
    assert local_days() == [
        *("2026-12-03", "2026-12-17", "2027-01-15", "2027-01-28"),
        *("2027-02-11", "2027-02-25", "2027-03-11", "2027-03-25"),
    ]


def test_calendar_event_in_a_room_and_single_dates_are_read(tmp_path):
    single = (
        "UID:once@example.org",
        "SUMMARY:Example Evening",
        "DTSTART:20261205T013000Z",
        "DURATION:PT2H",
        "LOCATION:1 Example Street\\, Miles City\\, MT 59301",
    )
    import_calendar(tmp_path, single, timezone="America/Denver")

    row = Meeting.objects.get()
    assert local_days() == ["2026-12-04"]
    assert (row.start_time, row.duration_minutes) == ("18:30", 120)
    assert (row.in_person, row.online) == (True, None)
    assert (row.street, row.zip_code) == ("1 Example Street", "59301")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("DTSTART", "DTSTART;VALUE=DATE:20261203"), "no time of day"),
        (("DTSTART", "DTSTART:20261203T183000"), "names no time zone"),
        (("DTSTART", "DTSTART:20261204T013000Z"), "repeats in UTC"),
        (("URL", "URL:https://zoom.us/j/1?pwd=x"), "has no page"),
        (("SUMMARY", "COMMENT:No name"), "needs a SUMMARY and a UID"),
        (("EXDATE", "STATUS:CANCELLED"), "cancelled"),
        (("RRULE", "RRULE:FREQ=HOURLY"), "“FREQ=HOURLY”"),
        (("RRULE", "COMMENT:It was once"), "is over"),
    ],
)
def test_unusable_event_is_refused_with_a_reason(tmp_path, change, reason):
    name, line = change
    event = [line if one.startswith(name) else one for one in EVENT]
    if name == "RRULE":
        event = [one.replace(":20261203", ":20251203") for one in event]

    out = import_calendar(tmp_path, event)

    [refusal] = [text for text in out.splitlines() if text.startswith("Refused")]
    assert reason in refusal
    assert not Meeting.objects.exists()


def test_event_with_one_date_at_another_time_is_refused(tmp_path):
    moved = (
        "UID:circle@example.org",
        "RECURRENCE-ID;TZID=America/Denver:20270114T183000",
        "DTSTART;TZID=America/Denver:20270114T203000",
    )

    assert "one date has another time" in import_calendar(tmp_path, EVENT, moved)


def test_our_own_calendar_can_be_imported(tmp_path, host):
    facts = {"organization": host, "zone_inferred": False}
    meeting(rules="FREQ=MONTHLY;BYDAY=2TH,-1FR", **facts)
    meeting(rules="FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", first_on="2026-11-29", **facts)
    meeting(skipped_dates="2026-12-20/2027-01-05", timezone="Pacific/Guam", **facts)
    meeting(rules="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270301", start_time="00:00", **facts)
    before = starts_of_all()
    rows = Meeting.objects.for_cards()
    text = calendar_file(rows, "https://directory.example.org", AT).decode()
    Meeting.objects.all().delete()

    out = import_feed(tmp_path, text, "icalendar")

    assert "4 added" in out
    assert starts_of_all() == before


def test_calendar_zone_keeps_its_hour_over_the_clock_change(tmp_path):
    import_calendar(tmp_path, EVENT)

    row = Meeting.objects.get()
    clocks = {
        start.astimezone(ZoneInfo("America/Denver")).strftime("%H:%M")
        for start in next_starts(row.schedule, AT, 99)
    }
    assert clocks == {"18:30"}
    assert date(2027, 3, 25).isoformat() in local_days()
