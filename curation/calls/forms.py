"""The forms of a check: its outcome, and the facts that a call may correct."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.forms import CurationForm
from curation.models import Check
from curation.workflow import CLOSING, CONFIRMING, UNREACHED
from listings.exchange.importing import FACT_FIELDS
from listings.models import Listing

# The labels of the facts that a check can cover.
FACT_LABELS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone and text"),
    "hours": gettext_lazy("Hours"),
    "address": gettext_lazy("Address"),
    "email": gettext_lazy("E-mail"),
    "website": gettext_lazy("Website and chat"),
    "service_area": gettext_lazy("Whom and where it serves"),
    "offers": gettext_lazy("What it offers, and how"),
}
# An earlier day is a typing error, such as last year's January.
MAX_CHECK_AGE = timedelta(days=366)


class CheckForm(CurationForm):
    """How a check was made and what it found, for one listing or for several."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What did you find?"),
        choices=Check.Outcome,
        widget=forms.RadioSelect,
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How did you check?"),
        choices=Listing.CheckedHow,
        widget=forms.RadioSelect,
        initial=Listing.CheckedHow.CALLED,
    )
    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Which facts are confirmed?"),
        choices=[(fact, FACT_LABELS[fact]) for fact in FACT_FIELDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    closure_reason = forms.CharField(
        label=gettext_lazy("If it's closed: why?"),
        help_text=gettext_lazy("Visitors see this."),
        required=False,
        max_length=300,
    )
    note = forms.CharField(
        label=gettext_lazy("Note for other curators"), required=False, max_length=300
    )
    on = forms.DateField(
        label=gettext_lazy("Day of the check"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_on(self) -> Any:
        on, today = self.cleaned_data["on"], timezone.localdate()
        if on > today:
            raise forms.ValidationError(_("A check cannot be in the future."))
        if on < today - MAX_CHECK_AGE:
            raise forms.ValidationError(_("Enter a day in the last 12 months."))
        return on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["facts"] = self.confirmed_facts()
        outcome = cleaned.get("outcome")
        if outcome in CONFIRMING and not cleaned["facts"]:
            self.add_error("facts", _("Check the facts that you confirmed."))
        if outcome in CLOSING and not cleaned.get("closure_reason"):
            self.add_error("closure_reason", _("Please say why it has closed."))
        return cleaned

    def confirmed_facts(self) -> list[str]:
        """Return the facts that this check confirms."""
        return list(self.cleaned_data.get("facts") or [])


class CallForm(CheckForm):
    """The check of one listing, on the page that shows its facts."""

    all_as_shown = forms.BooleanField(
        label=gettext_lazy("All facts are as shown"), required=False
    )
    field_order = ("all_as_shown", "outcome", "how", "closure_reason", "note", "on")

    def __init__(
        self, *args: Any, known: Collection[str], corrected: Collection[str], **kw: Any
    ) -> None:
        """`known` are the facts that have a value, `corrected` those that were typed
        over on the page."""
        super().__init__(*args, **kw)
        self.known, self.corrected = known, corrected

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if outcome == Check.Outcome.RIGHT and self.corrected:
            cleaned["outcome"] = Check.Outcome.CORRECTED
        if outcome == Check.Outcome.CORRECTED and not self.corrected:
            self.add_error(
                "outcome", _("No fact has changed. Correct one, or choose “Right”.")
            )
        if outcome in UNREACHED and cleaned.get("facts"):
            self.add_error(
                "outcome",
                _(
                    "You checked facts but reached nobody. Uncheck them, or choose "
                    "how you confirmed them and “Right”."
                ),
            )
        return cleaned

    def confirmed_facts(self) -> list[str]:
        """Return the facts that are checked, and those that were corrected."""
        checked = set(super().confirmed_facts())
        if self.cleaned_data.get("all_as_shown"):
            checked |= set(self.known)
        if self.cleaned_data.get("outcome") in CONFIRMING:
            checked |= set(self.corrected)
        return [fact for fact in FACT_FIELDS if fact in checked]
