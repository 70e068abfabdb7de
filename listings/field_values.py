"""Convert the facts of a listing to plain data and to words, for diffs and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, URLField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from caching.invalidation import track_m2m_changes
from listings import service_areas
from listings.models import Term
from listings.phones import PhoneField, SmsNumberField, TtyField, dialable, national
from places.fields import StateField

# The facts that people may suggest and compare, in the order that a page shows them.
FACT_NAMES = """
name kind run_by operator summary phone toll_free tty videophone sms_number chat_url
email website street city state zip_code address_withheld hours hours_note timezone
in_person online by_phone cost referral_needed wheelchair_access who_may_call
open_to answered_by_peers may_send_emergency call_limits terms service_area_scope
service_area service_area_note status closure_reason public_warning
"""


@dataclass(frozen=True)
class Difference:
    """One fact that differs, with the words for each side."""

    name: str
    label: str
    before: str
    after: str


def form_field(field: Any, **options: Any) -> Any:
    """Return the form field for a fact; a web address without a scheme gets https."""
    if field.name == "state":
        return StateField(label=capfirst(field.verbose_name), required=False)
    if isinstance(field, URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


def fact_names(model: type[Model]) -> list[str]:
    """Return the facts of a model: its own list, or the FACT_NAMES that it has."""
    if own := getattr(model, "facts", ()):
        return list(own)
    known = {field.name for field in model._meta.get_fields()}
    return [name for name in FACT_NAMES.split() if name in known]


def fact_value(listing: Any, name: str) -> Any:
    """Return the fact as plain data that JSON can hold."""
    if name == "terms":
        return sorted(f"{t.kind}:{t.slug}" for t in listing.terms.all())
    if name == "service_area":
        return service_areas.to_text(listing.service_area.all())
    found = getattr(listing, name)
    return dialable(found) if isinstance(found, PhoneNumber) else found


def fact_values(listing: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    wanted = fact_names(type(listing)) if names is None else names
    return {name: fact_value(listing, name) for name in wanted}


def apply_facts(listing: Any, facts: Mapping[str, Any]) -> None:
    """Set the facts and save the listing.

    The caller has validated the facts and locked the row. Raises UnknownArea where a
    service area names no place.
    """
    many: dict[str, Any] = {}
    for name, plain in facts.items():
        if name == "terms":
            many[name] = _terms_of_pairs(plain)
        elif name == "service_area":
            many[name] = service_areas.from_text(plain)
        else:
            setattr(listing, name, plain)
    listing.version += 1
    listing.save()
    with track_m2m_changes(listing, *many):
        for name, rows in many.items():
            getattr(listing, name).set(rows)


def _terms_of_pairs(pairs: Iterable[str]) -> list[Term]:
    wanted = set(pairs)
    return [t for t in Term.objects.all() if f"{t.kind}:{t.slug}" in wanted]


def fact_label(model: type[Model], name: str) -> str:
    return str(capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def fact_text(model: type[Model], name: str, plain: Any) -> str:
    """Return a fact as people read it: choices by their labels, phone numbers in
    national format, and a dash for an empty value."""
    if plain in (None, "", []):
        return "–"
    if plain is True or plain is False:
        return _("yes") if plain else _("no")
    if name == "terms":
        return ", ".join(sorted(term.label for term in _terms_of_pairs(plain)))
    field = model._meta.get_field(name)
    if isinstance(field, PhoneField | TtyField | SmsNumberField):
        return national(plain)
    choices = dict(getattr(field, "flatchoices", []) or [])
    return str(choices.get(plain, plain))


def differences(
    model: type[Model], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """Return each fact of `after` whose value differs from `before`."""
    return [
        Difference(
            name,
            fact_label(model, name),
            fact_text(model, name, before.get(name)),
            fact_text(model, name, plain),
        )
        for name, plain in after.items()
        if before.get(name) != plain
    ]
