"""The schedule in the admin: typed text, plain boxes, and the next dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from curation.models import Suggestion
from meetings.admin.rule_boxes import RuleBoxes
from meetings.admin.schedule_words import read_schedule
from meetings.models import Meeting
from meetings.schedule import InvalidSchedule, next_starts
from tests.curation.helpers import change_form_data, change_path, post_change_form
from tests.factories import meeting, person
from tests.meetings.conftest import real_rows

AT = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rules", "start", "zone"),
    [
        (
            "every 2nd and 4th Thursday, 6:30 pm, Pacific",
            "FREQ=MONTHLY;BYDAY=2TH,4TH",
            "18:30",
            "America/Los_Angeles",
        ),
        (
            "Every Thursday at 7 p.m. Eastern Time",
            "FREQ=WEEKLY;BYDAY=TH",
            "19:00",
            "America/New_York",
        ),
        (
            "Mondays and Wednesdays noon CT",
            "FREQ=WEEKLY;BYDAY=MO,WE",
            "12:00",
            "America/Chicago",
        ),
        ("Mon-Fri 18:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "18:30", ""),
        ("Saturday through Monday", "FREQ=WEEKLY;BYDAY=SA,SU,MO", "", ""),
        ("daily 8am", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "08:00", ""),
        ("last Friday of the month", "FREQ=MONTHLY;BYDAY=-1FR", "", ""),
        ("first Monday and third Tuesday", "FREQ=MONTHLY;BYDAY=1MO,3TU", "", ""),
        ("every other Sunday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "", ""),
        ("every 3 months, 1st Monday", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", "", ""),
        ("2nd Tuesday of the month", "FREQ=MONTHLY;BYDAY=2TU", "", ""),
        ("Thursdays until 12/31/2026", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231", "", ""),
    ],
)
def test_typed_schedule_becomes_rule_time_and_zone(text, rules, start, zone):
    found = read_schedule(text)

    assert (found.rules, found.start_time, found.timezone) == (rules, start, zone)


def test_typed_schedule_names_length_and_first_day():
    found = read_schedule("every other Thursday 6:30-8 pm, starting 2026-12-03")

    assert (found.start_time, found.duration_minutes) == ("18:30", 90)
    assert found.first_on == "2026-12-03"
    assert read_schedule("Thursday 7 pm for 2 hours").duration_minutes == 120


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("every second Thursday 7 pm", "can mean two things"),
        ("every 2nd Thursday", "can mean two things"),
        ("Thursday 7:30", "Add am or pm"),
        ("Thursday at 7", "Add am or pm"),
        ("Thursday 7 pm and Friday 8 pm", "two of these: times"),
        ("Thursday 7 pm Eastern, 4 pm Pacific", "two of these"),
        ("7 pm Eastern", "Which day?"),
        ("Thursday of the month", "which week of the month"),
        ("1st Monday and Thursday until 2026-13-40", "is not a date"),
        ("every Thursday except in July, 7 pm", "“except”"),
        ("Thursday 7 pm 5", "“5”"),
    ],
)
def test_unclear_text_is_refused_with_a_reason(text, reason):
    with pytest.raises(InvalidSchedule, match=reason):
        read_schedule(text)


def test_boxes_represent_almost_every_rule_of_the_starter_file():
    """What the boxes show means the same dates as the rule."""
    rules = {row["rrule"] for row in real_rows()}
    shown = {rule: RuleBoxes.parse(rule) for rule in rules}
    as_text = {rule for rule, boxes in shown.items() if boxes is None}
    assert as_text == {"FREQ=MONTHLY;BYDAY=2TU,4TH"}
    anchor = "DTSTART:20261201\n"
    for rule in rules - as_text:
        boxes = shown[rule]
        one, other = (
            Meeting(
                rules=f"{anchor}{text}", start_time="18:30", timezone="UTC"
            ).schedule
            for text in (rule, str(boxes))
        )
        assert next_starts(one, AT, 20) == next_starts(other, AT, 20), rule


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=1MO,3TU",
        "FREQ=MONTHLY;BYMONTHDAY=15",
        "FREQ=WEEKLY;BYDAY=TH\nFREQ=MONTHLY;BYDAY=1SU",
        "FREQ=WEEKLY;BYDAY=TH;COUNT=6",
        "DTSTART:20270107T1930\nFREQ=WEEKLY;BYDAY=TH",
    ],
)
def test_rule_with_more_parts_is_edited_as_text(rule):
    assert RuleBoxes.parse(rule) is None


@pytest.mark.django_db
class TestForm:
    def test_typed_text_is_saved_as_rule_time_and_zone(self, ada):
        row = meeting(rules="FREQ=WEEKLY;BYDAY=MO", start_time="09:00")
        form = change_form_data(ada, row) | {
            "schedule_words": "every 2nd and 4th Thursday, 6:30 pm, Mountain"
        }

        assert post_change_form(ada, row, form).status_code == 302

        row.refresh_from_db()
        assert row.rules == "FREQ=MONTHLY;BYDAY=2TH,4TH"
        assert (row.start_time, row.timezone) == ("18:30", "America/Denver")

    def test_checked_boxes_are_saved_as_a_rule(self, ada):
        row = meeting(rules="FREQ=WEEKLY;BYDAY=MO", start_time="09:00")
        page = ada.get(change_path(row)).content.decode()
        form = change_form_data(ada, row) | posted_boxes(page)
        del form["rules_MO"]
        form |= {"rules_TH": "on", "rules_repeats": "monthly", "rules_week-1": "on"}
        form["start_time"] = "6:30 pm"

        assert post_change_form(ada, row, form).status_code == 302

        row.refresh_from_db()
        assert (row.rules, row.start_time) == ("FREQ=MONTHLY;BYDAY=-1TH", "18:30")

    def test_untouched_form_leaves_the_schedule_alone(self, ada):
        rich = "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231\nDTSTART:20270107T1930\nFREQ=DAILY"
        for rule in (rich, "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=2TH,4TH"):
            row = meeting(rules=rule)
            page = ada.get(change_path(row)).content.decode()
            form = change_form_data(ada, row) | posted_boxes(page) | {"rules": rule}
            form["summary"] = "New"

            assert post_change_form(ada, row, form).status_code == 302

            row.refresh_from_db()
            assert (row.rules, row.summary) == (rule, "New")

    def test_boxes_and_text_changed_differently_are_refused(self, ada):
        row = meeting(rules="FREQ=WEEKLY;BYDAY=MO")
        page = ada.get(change_path(row)).content.decode()
        form = change_form_data(ada, row) | posted_boxes(page)
        form |= {"rules_TH": "on", "rules": "FREQ=DAILY"}

        answer = post_change_form(ada, row, form).content.decode()

        assert "Change only one of them" in answer
        assert "FREQ=DAILY</textarea>" in answer

    def test_text_that_contradicts_a_changed_box_is_refused(self, ada):
        row = meeting(start_time="09:00")
        form = change_form_data(ada, row)
        form |= {"schedule_words": "Thursday 7 pm", "start_time": "8 pm"}

        answer = post_change_form(ada, row, form).content.decode()

        assert "The text above says something else." in answer
        assert 'value="Thursday 7 pm"' in answer

    def test_unreadable_text_names_the_word_and_stays_in_the_box(self, ada):
        row = meeting()
        form = change_form_data(ada, row) | {"schedule_words": "Thursday-ish"}

        answer = post_change_form(ada, row, form).content.decode()

        assert "We can&#x27;t read “thursday-ish”" in answer
        assert 'value="Thursday-ish"' in answer

    def test_preview_lists_ten_dates_in_two_zones_with_holidays(self, ada):
        query = {"schedule_words": "every Friday 9:30 pm Pacific"}
        with time_machine.travel(AT, tick=False):
            page = ada.get("/admin/meetings/meeting/schedule/", query).content.decode()

        rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", page)
        assert "Every Friday, 9:30 pm, Pacific time" in page
        assert len(rows) == 10
        assert rows[0] == (
            "Friday, December 4, 9:30 pm",
            "Saturday, December 5, 12:30 am",
            "",
        )
        assert rows[3][2] == "Christmas"

    def test_preview_of_every_other_week_asks_for_a_day(self, ada):
        query = {"schedule_words": "every other Friday 9:30 pm Pacific"}
        page = ada.get("/admin/meetings/meeting/schedule/", query).content.decode()

        assert "also needs a day on which it met" in page

    def test_preview_of_a_stored_meeting_follows_the_typed_text(self, ada):
        row = meeting(rules="FREQ=WEEKLY;BYDAY=MO", start_time="09:00")
        query = {"pk": row.pk, "rules": row.rules, "start_time": "09:00"}
        query |= {"timezone": row.timezone, "schedule_words": "Fridays 9:30 pm"}
        page = ada.get("/admin/meetings/meeting/schedule/", query).content.decode()

        assert "Every Friday, 9:30 pm, Pacific time" in page

    def test_form_without_script_shows_the_dates(self, ada):
        row = meeting(rules="FREQ=WEEKLY;BYDAY=TH", timezone="America/New_York")
        with time_machine.travel(AT):
            page = ada.get(change_path(row)).content.decode()

        assert "Thursday, December 3, 6:30 pm" in page
        assert "Thursday, December 3, 3:30 pm" in page

    def test_volunteer_proposes_a_schedule_in_words(self, client):
        client.force_login(person("vera", "Volunteer"))
        row = meeting(rules="FREQ=WEEKLY;BYDAY=MO", start_time="09:00")
        path = f"/admin/meetings/meeting/{row.pk}/propose/"
        form = client.get(path).context["form"]
        data = {bound.html_name: bound.value() for bound in form}
        data = {n: "" if v is None else v for n, v in data.items() if v is not False}
        data["schedule_words"] = "every Tuesday 6 pm"

        assert client.post(path, data).status_code == 302

        suggestion = Suggestion.objects.for_listing(row).get()
        assert suggestion.changes == {
            "rules": "FREQ=WEEKLY;BYDAY=TU",
            "start_time": "18:00",
        }


def posted_boxes(page):
    """Return what a browser sends of the boxes of the rule."""
    found = dict(re.findall(r'name="(rules_\w+)" [^>]*?value="([^"]*)"', page))
    checked = re.findall(r'name="(rules_[\w-]+)" id="[^"]*" checked', page)
    for options in re.findall(r'<select name="rules_repeats".*?</select>', page, re.S):
        found["rules_repeats"] = re.findall(r'value="(\w*)" selected', options)[0]
    return found | dict.fromkeys(checked, "on")


@pytest.mark.django_db
def test_meeting_that_skips_holidays_has_no_date_on_them(client):
    row = meeting(rules="FREQ=DAILY", timezone="America/Denver", skips_holidays=True)

    days = {
        start.astimezone(row.zone).date() for start in next_starts(row.schedule, AT, 60)
    }

    assert date(2026, 12, 24) in days
    assert not {date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18)} & days
    text = client.get(f"/meetings/{row.slug}.ics").content.decode()
    assert "20261225T183000" in text.replace("\r\n ", "")
