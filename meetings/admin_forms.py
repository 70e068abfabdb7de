"""The form of a meeting in the admin."""

from __future__ import annotations

from curation.forms import ListingForm
from meetings.schedule_fields import ScheduleForm


class MeetingAdminForm(ScheduleForm, ListingForm):
    """A listing's form, in which the schedule can be typed or chosen."""
