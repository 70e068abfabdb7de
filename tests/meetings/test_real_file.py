"""The shipped meetings.csv, as the directory lists it."""

from __future__ import annotations

import pytest

from meetings.models import Meeting
from tests.meetings.conftest import real_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_meetings")]


def test_every_row_of_the_file_is_there_with_its_facts():
    rows = {row["key"]: row for row in real_rows()}
    found = Meeting.objects.public().select_related("organization")
    assert len(rows) == 649
    assert {
        m.key: (m.organization.key, m.rules, m.start_time, m.timezone, m.how_to_join)
        for m in found
    } == {
        key: tuple(
            row[name]
            for name in (
                "listing_key",
                "rrule",
                "start_time",
                "timezone",
                "how_to_join",
            )
        )
        for key, row in rows.items()
    }


def test_zones_that_the_source_does_not_name_are_marked():
    """The file's README counts 339 of them."""
    assert Meeting.objects.filter(zone_inferred=True).count() == 339


def test_no_date_is_known_of_the_five_rows_that_name_no_week():
    unknown = {m.key for m in Meeting.objects.all() if m.schedule is None}
    intervals = {row["key"] for row in real_rows() if "INTERVAL" in row["rrule"]}
    assert unknown == intervals - {
        row["key"] for row in real_rows() if "INTERVAL=1;" in row["rrule"]
    }
    assert len(unknown) == 5


def test_every_meeting_is_unverified_and_names_its_source():
    rows = Meeting.objects.all()
    assert not rows.exclude(checked_on=None).exists()
    assert not rows.filter(source_name="").exists()
