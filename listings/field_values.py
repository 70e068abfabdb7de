"""The facts of a listing as plain data, and in words: for diffs, proposals, undo."""

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
from listings.phones import PhoneField, TextLineField, TtyField, dialable, national
from places.fields import StateField

# Facts that people may propose and compare, in the order of a page.
FACTS = """
name kind run_by operator summary phone toll_free tty videophone sms_number chat_url
email website street city state zip_code address_withheld hours hours_note timezone
in_person online by_phone cost referral_needed wheelchair_access who_may_call
open_to answered_by_peers may_send_emergency call_limits terms service_area_scope
service_area service_area_note status closure_reason public_warning
"""


@dataclass(frozen=True)
class Difference:
    """One fact that differs, in words for both sides."""

    name: str
    label: str
    before: str
    after: str


def form_field(field: Any, **options: Any) -> Any:
    """A form's field for a fact; an address without its scheme is taken as https."""
    if field.name == "state":
        return StateField(label=capfirst(field.verbose_name), required=False)
    if isinstance(field, URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


def fact_names(model: type[Model]) -> list[str]:
    """The facts of a model: its own list, or those of FACTS that it has."""
    if own := getattr(model, "facts", ()):
        return list(own)
    known = {field.name for field in model._meta.get_fields()}
    return [name for name in FACTS.split() if name in known]


def value(listing: Any, name: str) -> Any:
    """The fact as plain data that JSON can hold."""
    if name == "terms":
        return sorted(f"{t.kind}:{t.slug}" for t in listing.terms.all())
    if name == "service_area":
        return service_areas.to_text(listing.service_area.all())
    found = getattr(listing, name)
    return dialable(found) if isinstance(found, PhoneNumber) else found


def values(listing: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    wanted = fact_names(type(listing)) if names is None else names
    return {name: value(listing, name) for name in wanted}


def put(listing: Any, facts: Mapping[str, Any]) -> None:
    """Set the facts and save; the caller has checked them, and holds the row.

    Raises UnknownArea where a service area names no place.
    """
    many: dict[str, Any] = {}
    for name, plain in facts.items():
        if name == "terms":
            many[name] = _terms(plain)
        elif name == "service_area":
            many[name] = service_areas.from_text(plain)
        else:
            setattr(listing, name, plain)
    listing.version += 1
    listing.save()
    with track_m2m_changes(listing, *many):
        for name, rows in many.items():
            getattr(listing, name).set(rows)


def _terms(pairs: Iterable[str]) -> list[Term]:
    wanted = set(pairs)
    return [t for t in Term.objects.all() if f"{t.kind}:{t.slug}" in wanted]


def label(model: type[Model], name: str) -> str:
    return str(capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def words(model: type[Model], name: str, plain: Any) -> str:
    """A fact for people: labels for choices, numbers as they are read, a dash for
    nothing."""
    if plain in (None, "", []):
        return "–"
    if plain is True or plain is False:
        return _("yes") if plain else _("no")
    if name == "terms":
        return ", ".join(sorted(term.label for term in _terms(plain)))
    field = model._meta.get_field(name)
    if isinstance(field, PhoneField | TtyField | TextLineField):
        return national(plain)
    choices = dict(getattr(field, "flatchoices", []) or [])
    return str(choices.get(plain, plain))


def differences(
    model: type[Model], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """Every fact of `after` that `before` does not say."""
    return [
        Difference(
            name,
            label(model, name),
            words(model, name, before.get(name)),
            words(model, name, plain),
        )
        for name, plain in after.items()
        if before.get(name) != plain
    ]
