"""The meetings of fixtures/meetings.csv after an import."""

from __future__ import annotations

import pytest

from meetings.models import Meeting
from tests.meetings.conftest import real_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_meetings")]


def test_every_row_of_the_file_is_loaded_with_its_facts():
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


def test_inferred_time_zones_are_marked():
    """The README of the file says that there are 339."""
    assert Meeting.objects.filter(zone_inferred=True).count() == 339


def test_five_rows_without_a_known_week_have_no_dates():
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
