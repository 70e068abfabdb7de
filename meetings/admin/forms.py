"""The forms of meetings in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import workflow
from curation.forms import CurationForm, ListingForm
from listings.time_zones import choices as zone_choices
from meetings.admin.schedule_fields import ScheduleForm
from meetings.models import SCHEDULE_PARSERS, Meeting
from meetings.schedule import InvalidSchedule

YES_OR_NO = (
    ("", gettext_lazy("Leave as it is")),
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
)
UNCHANGED = ("", gettext_lazy("Leave as it is"))


class MeetingAdminForm(ScheduleForm, ListingForm):
    """A listing's form, in which the schedule can be typed or chosen."""


class BulkChangeForm(CurationForm):
    """Facts to set for several meetings. Empty fields leave them as they are."""

    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [UNCHANGED, *zone_choices()[1:]],
        required=False,
    )
    zone_inferred = forms.ChoiceField(
        label=gettext_lazy("Time zone worked out by us"),
        choices=YES_OR_NO,
        required=False,
    )
    skipped_dates = forms.CharField(
        label=gettext_lazy("Add dates without a meeting"),
        help_text=gettext_lazy(
            "Like 2026-12-24, or 2026-12-20/2027-01-05 for a break."
        ),
        required=False,
        max_length=500,
    )
    skips_holidays = forms.ChoiceField(
        label=gettext_lazy("No meeting on federal holidays"),
        choices=YES_OR_NO,
        required=False,
    )
    joining = forms.ChoiceField(
        label=gettext_lazy("Joining"),
        choices=[UNCHANGED, *Meeting.Joining.choices],
        required=False,
    )
    how_to_join = forms.CharField(
        label=gettext_lazy("How to join"), required=False, max_length=300
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        max_length=300,
        assume_scheme="https",
    )

    def clean_skipped_dates(self) -> str:
        text = str(self.cleaned_data["skipped_dates"])
        try:
            SCHEDULE_PARSERS["skipped_dates"](text)
        except InvalidSchedule as error:
            raise ValidationError(str(error), code="date") from None
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, _("Fill in at least one field."))
        return cleaned


def apply_bulk_change(meeting: Meeting, typed: Mapping[str, str]) -> None:
    """Set the typed facts, and add the typed dates to those of the meeting.

    Raises ActionRefused or InvalidSchedule.
    """
    facts: dict[str, Any] = {name: text for name, text in typed.items() if text}
    for name in {"zone_inferred", "skips_holidays"} & set(facts):
        facts[name] = facts[name] == "yes"
    fresh = workflow.lock_for_update(meeting)
    if added := facts.get("skipped_dates"):
        facts["skipped_dates"] = f"{fresh.skipped_dates} {added}".strip()
        SCHEDULE_PARSERS["skipped_dates"](facts["skipped_dates"])
    fresh._change_reason = _("changed with others")
    workflow.apply_validated_facts(fresh, facts)
