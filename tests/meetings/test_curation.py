"""Meetings in the admin: several at once, those that ended, and the confirm link."""

from __future__ import annotations

from datetime import date

import pytest

from curation.mail import enqueue_reminder
from curation.models import Suggestion
from curation.queue.sections import build_queue
from meetings.models import Meeting
from tests.curation.helpers import SAME_ORIGIN, submitted_data
from tests.factories import meeting, organization, person

pytestmark = pytest.mark.django_db
LIST = "/admin/meetings/meeting/"
ON = date(2026, 12, 1)


def change_several(client, rows, **typed):
    action = {
        "action": "change_selected",
        "_selected_action": [row.pk for row in rows],
        "_sent": "1",
    }
    return client.post(LIST, action | typed)


def test_meetings_of_a_host_are_listed_and_changed_together(ada):
    host = organization()
    rows = [meeting(organization=host, zone_inferred=True) for _n in range(2)]
    meeting(name="Other")

    change_page = f"/admin/orgs/organization/{host.pk}/change/"
    link = f"{LIST}?organization__id__exact={host.pk}"
    assert link in ada.get(change_page).content.decode()
    assert set(ada.get(link).context["cl"].queryset) == set(rows)
    change_several(
        ada, rows, timezone="America/Denver", zone_inferred="no", joining="register"
    )

    for row in rows:
        row.refresh_from_db()
        assert (row.timezone, row.zone_inferred) == ("America/Denver", False)
        assert (row.joining, row.start_time) == ("register", "18:30")
        assert row.history.first().history_change_reason == "changed with others"


def test_break_is_added_to_the_breaks_of_each_meeting(ada):
    rows = [meeting(), meeting(skipped_dates="2026-11-26")]

    change_several(ada, rows, skipped_dates="2026-12-20/2027-01-05")

    found = [Meeting.objects.get(pk=row.pk).skipped_dates for row in rows]
    assert found == ["2026-12-20/2027-01-05", "2026-11-26 2026-12-20/2027-01-05"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Fill in at least one field."),
        ({"skipped_dates": "Christmas"}, "“Christmas” is not a date"),
        ({"timezone": "Mars/Base"}, "Mars/Base"),
    ],
)
def test_invalid_change_of_several_is_refused_with_a_message(ada, typed, message):
    row = meeting()

    page = change_several(ada, [row], **typed).content.decode()

    assert message in page
    assert Meeting.objects.get().version == row.version


def test_refused_meeting_is_named_and_the_others_are_changed(ada):
    full = meeting(name="Full", skipped_dates="2026-01-01 " * 200)
    other = meeting(name="Other")

    answer = change_several(ada, [full, other], skipped_dates="2026-12-24")

    page = ada.get(answer["Location"]).content.decode()
    assert "Full: A meeting can have 200 single dates at most." in page
    assert Meeting.objects.get(name="Other").skipped_dates == "2026-12-24"


def test_queue_asks_about_meetings_without_a_next_date():
    meeting(name="Weekly")
    meeting(name="Goes on", rules="FREQ=WEEKLY;BYDAY=TH;UNTIL=20261203")
    meeting(name="Ended", rules="FREQ=WEEKLY;BYDAY=TH;UNTIL=20261126")
    meeting(name="Week unknown", rules="FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")
    meeting(name="Past dates", rules="", extra_dates="2026-11-01")
    meeting(name="In words", rules="", schedule_note="After each full moon")
    meeting(
        name="Closed",
        rules="",
        extra_dates="2026-11-01",
        status="closed",
        closure_reason="It ended.",
    )

    found = {section.slug: section for section in build_queue(person(), ON)}

    names = [item.name for item in found["dates-meeting"].items]
    assert names == ["Ended", "Past dates", "Week unknown"]
    assert "dates-organization" not in found


def test_visitor_sees_the_schedule_and_suggests_how_to_join(client):
    row = meeting(rules="FREQ=MONTHLY;BYDAY=2TH")
    page = client.get(f"/meetings/{row.slug}/suggest/")
    assert "2nd Thursday of the month, 6:30 pm, Pacific time" in page.text
    assert "Is it another day or time now?" in page.text

    form = submitted_data(page, how_to_join="Register by mail", words="8 pm now")
    client.post(f"/meetings/{row.slug}/suggest/", form, headers=SAME_ORIGIN)

    suggestion = Suggestion.objects.get()
    assert suggestion.changes == {"how_to_join": "Register by mail"}
    assert suggestion.words == "8 pm now"


def test_host_of_a_meeting_confirms_or_corrects_it_by_the_link(client):
    row = meeting(email="group@example.org", rules="FREQ=MONTHLY;BYDAY=2TH")
    link = f"/confirm/{enqueue_reminder(row).token}/"
    page = client.get(link)
    when = "2nd Thursday of the month, 6:30 pm, Pacific time"
    assert when in page.content.decode()

    form = submitted_data(page, act="correct", words="It is on Mondays now.")
    client.post(link, form, headers=SAME_ORIGIN)
    assert Suggestion.objects.get().words == "It is on Mondays now."

    link = f"/confirm/{enqueue_reminder(row).token}/"
    form = submitted_data(client.get(link), act="right")
    client.post(link, form, headers=SAME_ORIGIN)

    row.refresh_from_db()
    assert row.checked_how == "confirmed"
    assert "hours" in row.checked_facts
