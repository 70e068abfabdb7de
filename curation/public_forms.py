"""The forms by which visitors and organizations suggest changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import model_to_dict, modelform_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.anonymous_forms import AnonymousForm
from curation.models import Suggestion
from listings.field_values import fact_names, fact_value, form_field
from listings.models import Listing
from listings.visibility import withheld_fields

# The facts that a visitor can suggest.
SUGGESTIBLE_FIELDS = """
name kind operator summary phone sms_number email website street city state zip_code
hours_note how_to_join in_person online
"""
MAX_LINKS = 3


class FeedbackForm(AnonymousForm):
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
        if words.count("http") > MAX_LINKS:
            raise forms.ValidationError(_("Please use fewer links."))
        return words


def _problem_choices(*, of_pages: bool) -> list[tuple[str, Any]]:
    pages = set(Suggestion.PAGE_PROBLEMS)
    listings = set(Suggestion.Problem) - pages | {Suggestion.Problem.OTHER}
    offered = pages if of_pages else listings
    return [(p.value, p.label) for p in Suggestion.Problem if p in offered]


class ReportForm(FeedbackForm):
    """A report of a problem with a listing."""

    problem = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=lambda: _problem_choices(of_pages=False),
        widget=forms.RadioSelect,
    )
    field_order = ("problem", "words", "sender_email")


class PageReportForm(ReportForm):
    """A report of a problem with a guide or a state's page."""

    problem = forms.ChoiceField(
        label=gettext_lazy("What is missing or wrong?"),
        choices=lambda: _problem_choices(of_pages=True),
        widget=forms.RadioSelect,
    )


class RemovalForm(AnonymousForm):
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, please take our listing off the directory")
    )


def _find_past_version(listing: Listing, revision: str) -> Listing | None:
    """Return the listing as the form showed it, or None if it has not changed since."""
    version = revision.removeprefix("form-")
    if not version.isdigit() or int(version) == listing.version:
        return None
    past = listing.history.filter(version=int(version)).first()
    return past.instance if past else None


def build_suggestion_form(model: type[Listing], listing: Listing | None = None) -> Any:
    """Return the form class for a new listing, or for a change of `listing`."""
    hidden = withheld_fields(listing) if listing else ()
    known = set(fact_names(model))
    names = [n for n in SUGGESTIBLE_FIELDS.split() if n in known and n not in hidden]
    required = {"name"} if listing is None else set()
    model_form: Any = modelform_factory(
        model, fields=names, form=forms.ModelForm, formfield_callback=form_field
    )

    class SuggestionForm(FeedbackForm, model_form):  # type: ignore[misc]  # It is made at run time.
        none_of_these = forms.BooleanField(
            label=gettext_lazy("None of these is the one I mean"), required=False
        )
        field_order = (*names, "words", "sender_email", "none_of_these")

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if listing is not None:
                self.revision = f"form-{listing.version}"
                # The form showed these values. A curator may have changed them since,
                # and they are then not changes by the sender.
                past = _find_past_version(listing, self.sent_revision())
                shown = model_to_dict(past, names) if past else {}
                self.initial = {**self.initial, **shown}

        def changed_facts(self) -> dict[str, Any]:
            changed = [n for n in self.changed_data if n in names]
            return {n: fact_value(self.instance, n) for n in changed}

        def _get_validation_exclusions(self) -> set[str]:
            # A curator fills the slug; only fields of the form are validated.
            return {"slug", *super()._get_validation_exclusions()}

        def validate_constraints(self) -> None:
            """Skip them: a curator completes the listing before it is published."""

    for name in required:
        SuggestionForm.base_fields[name].required = True
    return SuggestionForm
