"""The call sheet of one listing: a field for each fact, and the form of a check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import cached_property

from curation import workflow
from curation.calls.forms import FACT_LABELS, CallForm
from curation.forms import ListingForm, Widgets, build_fact_form
from curation.models import Check, Suggestion
from curation.workflow import known_facts
from listings.exchange.importing import FACT_FIELDS
from listings.field_values import (
    fact_label,
    fact_names,
    fact_text,
    fact_value,
    fact_values,
)
from listings.models import Listing
from listings.phones import PhoneField, national
from listings.templatetags.listing import tel

# These facts have many fields, so the sheet shows them in words until they are opened.
FOLDED_FACTS = frozenset({"hours", "service_area", "offers"})
# Few listings have these, so they are folded while they are empty.
RARE_FIELDS = frozenset({"toll_free", "tty", "videophone", "sms_number", "chat_url"})


@dataclass(frozen=True)
class SheetField:
    """A field of the sheet, with the link that tries its stored value."""

    bound: BoundField
    href: str
    text: str


@dataclass(frozen=True)
class SheetFact:
    """A fact that a check can confirm, with its fields."""

    name: str
    label: str
    fields: list[SheetField]
    # Fields without a value, which the page shows once they are opened.
    empty_fields: list[SheetField]
    # (label, value) of each field that has a value.
    words: list[tuple[str, str]]
    is_known: bool
    is_checked: bool
    is_folded: bool


class CallSheet:
    """Both forms of the page, which are valid and saved together."""

    def __init__(
        self,
        listing: Listing,
        user: User,
        data: QueryDict | None,
        base: type[ListingForm],
    ) -> None:
        """`base` is the form of the catalog."""
        self.listing, self.user = listing, user
        # The form sets the facts of its instance, so it gets a separate one.
        instance = type(listing)._default_manager.get(pk=listing.pk)
        names = [*_sheet_fields(type(listing)), "internal_note"]
        widgets: Widgets = {"terms": forms.CheckboxSelectMultiple()}
        form_class = build_fact_form(listing, user, names, base, widgets)
        self.facts_form: Any = form_class(data, instance=instance)
        is_sent = data is not None and self.facts_form.is_valid()
        self.check_form = CallForm(
            data,
            known=known_facts(listing),
            corrected=self.corrected_facts if is_sent else (),
        )

    def is_valid(self) -> bool:
        facts_are_valid: bool = self.facts_form.is_valid()
        return self.check_form.is_valid() and facts_are_valid

    @cached_property
    def corrections(self) -> dict[str, Any]:
        """The fields that were typed over, as plain data."""
        names = [*_sheet_fields(type(self.listing)), "internal_note"]
        typed = {
            name: self.facts_form.typed_value(name)
            for name in names
            if name in self.facts_form.cleaned_data
        }
        stored = fact_values(self.listing, typed)
        return {n: v for n, v in typed.items() if not _is_same(v, stored[n])}

    @property
    def corrected_facts(self) -> list[str]:
        typed = self.corrections.keys()
        return [fact for fact, names in FACT_FIELDS.items() if typed & set(names)]

    def save(self) -> None:
        """Record the check with its corrections. Raise ActionRefused."""
        workflow.record_check(
            self.listing,
            by=self.user,
            corrections=self.corrections,
            **self._check_facts(),
        )

    def propose(self) -> None:
        """Store the check with its corrections as a suggestion."""
        facts = self._check_facts()
        Suggestion.objects.create(
            listing=self.listing,
            kind=Suggestion.Kind.CHECK,
            changes={
                **facts,
                "on": facts["on"].isoformat(),
                "corrections": self.corrections,
            },
            proposed_by=self.user,
        )

    def _check_facts(self) -> dict[str, Any]:
        names = ("how", "outcome", "facts", "on", "note", "closure_reason")
        return {name: self.check_form.cleaned_data[name] for name in names}

    def errors(self) -> list[str]:
        """Return the errors that belong to no field, each once."""
        found = [
            *self.facts_form.non_field_errors(),
            *self.check_form.non_field_errors(),
        ]
        return list(dict.fromkeys(found))

    def facts(self) -> Iterator[SheetFact]:
        known = known_facts(self.listing)
        checked = self.check_form["facts"].value() or []
        shown_names = {*_sheet_fields(type(self.listing))} & {*self.facts_form.fields}
        for fact, names in FACT_FIELDS.items():
            fields = [self.facts_form[name] for name in names if name in shown_names]
            if not fields:
                continue
            has_errors = any(field.errors for field in fields)
            shown = [field for field in fields if has_errors or self._is_shown(field)]
            yield SheetFact(
                name=fact,
                label=str(FACT_LABELS[fact]),
                fields=[self._field(field) for field in shown],
                empty_fields=[self._field(f) for f in fields if f not in shown],
                words=list(self._words(field.name for field in fields)),
                is_known=fact in known,
                is_checked=fact in checked,
                is_folded=fact in FOLDED_FACTS and not has_errors,
            )

    def _is_shown(self, field: BoundField) -> bool:
        return field.name not in RARE_FIELDS or bool(field.value())

    def _field(self, bound: BoundField) -> SheetField:
        href = _link(self.listing, bound.name)
        value = getattr(self.listing, bound.name)
        return SheetField(bound, href, national(value) if href else "")

    def _words(self, names: Iterator[str]) -> Iterator[tuple[str, str]]:
        model = type(self.listing)
        for name in names:
            plain = fact_value(self.listing, name)
            if plain not in (None, "", []):
                yield fact_label(model, name), fact_text(model, name, plain)

    def attempts(self) -> Any:
        """Return the latest checks of the listing, newest first."""
        return Check.objects.for_listing(self.listing).select_related("by")[:5]


def _sheet_fields(model: type[Listing]) -> list[str]:
    """Return the fields of every fact that a check can cover."""
    known = set(fact_names(model))
    return [n for names in FACT_FIELDS.values() for n in names if n in known]


def _link(listing: Listing, name: str) -> str:
    """Return the address that tries a stored fact: a call, a mail or a website."""
    value = getattr(listing, name)
    if not value:
        return ""
    if isinstance(listing._meta.get_field(name), PhoneField):
        return tel(value)
    if name == "email":
        return f"mailto:{value}"
    return str(value) if name in ("website", "chat_url") else ""


def _is_same(typed: Any, stored: Any) -> bool:
    """Return whether two values are equal. Browsers send line breaks as CRLF."""
    if isinstance(typed, str) and isinstance(stored, str):
        return typed.replace("\r\n", "\n") == stored.replace("\r\n", "\n")
    return bool(typed == stored)
