"""The pages of the meetings in fixtures/, compared with an independent calculation."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import takewhile

import icalendar
import pytest
import pytz
import time_machine
import vobject

from meetings.models import Meeting
from tests.meetings import independent_schedule
from tests.meetings.conftest import real_rows

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("real_meetings"),
    pytest.mark.any_database,
]
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
    "Pacific/Pago_Pago",
]
# Weeks with a change of daylight saving time, New Year, and an ordinary week.
WEEKS = [
    datetime(2026, 10, 29, tzinfo=UTC),
    datetime(2026, 12, 29, tzinfo=UTC),
    datetime(2027, 3, 11, tzinfo=UTC),
    datetime(2027, 6, 1, tzinfo=UTC),
]
LATE = timedelta(minutes=15)
ARTICLE = re.compile(
    r'<article class="row meeting" data-meeting="([^"]*)" data-start="([^"]*)"'
)
START = re.compile(r'<article class="stack"[^>]* data-start="([^"]*)"')


def on_clock(moment, zone):
    return moment.astimezone(pytz.timezone(zone)).isoformat()


def listed(text):
    return [(unescape(key), start) for key, start in ARTICLE.findall(text)]


def test_next_start_on_a_page_matches_an_independent_calculation(client):
    """Checks random meetings, moments and zones."""
    chance = random.Random(26)
    rows = [row for row in real_rows() if "INTERVAL" not in row["rrule"]]
    pages = dict(Meeting.objects.values_list("key", "slug"))
    for _try in range(300):
        row, zone = chance.choice(rows), chance.choice(ZONES)
        at = chance.choice(WEEKS) + timedelta(minutes=chance.randrange(7 * 24 * 60))
        first = independent_schedule.starts(row, at - LATE, at + timedelta(days=70))[0]
        with time_machine.travel(at, tick=False):
            answer = client.get(f"/meetings/{pages[row['key']]}/?zone={zone}")
        assert START.search(answer.text)[1] == on_clock(first, zone), (row, at, zone)


def every_page(client, query):
    found, page = [], 1
    while True:
        rows = listed(client.get(f"/meetings/?{query}&page={page}").text)
        if not rows:
            return found
        found += rows
        page += 1


@pytest.mark.parametrize("day", range(1, 29, 3))
def test_online_meetings_tonight_match_the_file(client, day):
    """Covers 5 pm, Mountain time, to the end of the day."""
    zone = pytz.timezone("America/Denver")
    at = zone.localize(datetime(2026, 12, day, 17, 0)).astimezone(UTC)
    midnight = zone.localize(datetime(2026, 12, day)) + timedelta(days=1)
    expected = [
        (row["key"], on_clock(start, "America/Denver"))
        for row in real_rows()
        if row["online"] == "yes"
        for start in independent_schedule.starts(row, at - LATE, midnight)
        if start >= at
    ]
    with time_machine.travel(at, tick=False):
        found = every_page(client, "near=Circle,+MT&how=online&day=today&part=evening")
    assert sorted(found) == sorted(expected)
    assert len(found) > 10


def test_meetings_of_a_week_in_guam_match_the_file(client):
    at = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
    zone = pytz.timezone("Pacific/Guam")
    last = zone.localize(datetime(2026, 12, 14))
    expected = [
        (row["key"], on_clock(start, "Pacific/Guam"))
        for row in real_rows()
        if row["by_phone"] == "yes"
        for start in independent_schedule.starts(row, at - LATE, last)
    ]
    with time_machine.travel(at, tick=False):
        found = every_page(client, "zone=Pacific/Guam&how=phone")
    assert sorted(found) == sorted(expected)


def test_calendar_of_every_meeting_opens_in_two_programs_with_the_same_dates(client):
    at = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        text = client.get("/meetings.ics?how=online").content.decode()
    ours = icalendar.Calendar.from_ical(text)
    theirs = vobject.readOne(text)
    assert not ours.errors
    starts = {
        str(event["uid"]): event["dtstart"].dt.astimezone(UTC)
        for event in ours.walk("VEVENT")
    }
    assert len(starts) > 400
    assert starts == {
        event.uid.value: event.dtstart.value.astimezone(UTC)
        for event in theirs.vevent_list
    }


def test_calendar_repeats_as_the_file_says(client):
    at = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    rows = {row["key"]: row for row in real_rows() if "INTERVAL" not in row["rrule"]}
    last = at + timedelta(days=400)
    chance = random.Random(5)
    for key in chance.sample(sorted(rows), 40):
        slug = Meeting.objects.get(key=key).slug
        with time_machine.travel(at, tick=False):
            text = client.get(f"/meetings/{slug}.ics").content.decode()
        [event] = vobject.readOne(text).vevent_list
        days = takewhile(lambda day: day < last, event.getrruleset())
        found = [day.astimezone(UTC) for day in days]
        assert found == independent_schedule.starts(rows[key], at, last), key
