"""What visitors and organizations can tell the desk, without an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import model_to_dict, modelform_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.anonymous_forms import VisitorForm
from curation.models import Suggestion
from listings.field_values import fact_names, form_field, value
from listings.visibility import hidden_facts

# Facts that people outside the desk can propose.
PROPOSED = """
name kind operator summary phone sms_number email website street city state zip_code
hours_note in_person online
"""
MOST_LINKS = 3


class SenderForm(VisitorForm):
    words = forms.CharField(
        label=gettext_lazy("Anything else we should know?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    sender_email = forms.EmailField(
        label=gettext_lazy("Your e-mail, if you want an answer"),
        help_text=gettext_lazy("You can leave it empty. We use it only to answer."),
        required=False,
    )

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        if words.count("http") > MOST_LINKS:
            raise forms.ValidationError(_("Please use fewer links."))
        return words


def _problems(*, of_pages: bool) -> list[tuple[str, Any]]:
    pages = set(Suggestion.OF_PAGES)
    others = set(Suggestion.Problem) - pages | {Suggestion.Problem.OTHER}
    known = pages if of_pages else others
    return [(p.value, p.label) for p in Suggestion.Problem if p in known]


class ReportForm(SenderForm):
    """Of a listing: one choice is enough."""

    problem = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=lambda: _problems(of_pages=False),
        widget=forms.RadioSelect,
    )
    field_order = ("problem", "words", "sender_email")


class PageReportForm(ReportForm):
    """Of a guide or a state's page."""

    problem = forms.ChoiceField(
        label=gettext_lazy("What is missing or wrong?"),
        choices=lambda: _problems(of_pages=True),
        widget=forms.RadioSelect,
    )


class RemoveForm(VisitorForm):
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, please take our listing off the directory")
    )


def _as_opened(listing: Any, stamped: str) -> Any:
    """The listing as the form showed it; None where that is how it is now."""
    version = stamped.removeprefix("form-")
    if not version.isdigit() or int(version) == listing.version:
        return None
    past = listing.history.filter(version=int(version)).first()
    return past.instance if past else None


def proposal_form(model: Any, listing: Any = None) -> Any:
    """A form of the facts that people may propose; prefilled from a listing."""
    hidden = hidden_facts(listing) if listing else ()
    known = set(fact_names(model))
    names = [n for n in PROPOSED.split() if n in known and n not in hidden]
    required = {"name"} if listing is None else set()
    made: Any = modelform_factory(
        model, fields=names, form=forms.ModelForm, formfield_callback=form_field
    )

    class ProposalForm(SenderForm, made):  # type: ignore[misc]
        none_of_these = forms.BooleanField(
            label=gettext_lazy("None of these is the one I mean"), required=False
        )
        field_order = (*names, "words", "sender_email", "none_of_these")

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if listing is not None:
                self.shown = f"form-{listing.version}"
                # What was mended since the form was opened is no wish of the sender.
                past = _as_opened(listing, self.stamped())
                shown = model_to_dict(past, names) if past else {}
                self.initial = {**self.initial, **shown}

        def proposed(self) -> dict[str, Any]:
            changed = [n for n in self.changed_data if n in names]
            return {n: value(self.instance, n) for n in changed}

        def _get_validation_exclusions(self) -> set[str]:
            # Slug and the like are the desk's to fill; only what is shown is judged.
            return {"slug", *super()._get_validation_exclusions()}

        def validate_constraints(self) -> None:
            """Whether it may be published is for a curator to see."""

    for name in required:
        ProposalForm.base_fields[name].required = True
    return ProposalForm
