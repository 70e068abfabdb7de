"""The columns of a catalogue's file: one description for writing and for reading."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BooleanField, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField

from listings.field_values import fact_names, label, value
from listings.models import Listing, Term

TERMS = {
    "services": Term.Kind.SERVICE,
    "communities": Term.Kind.COMMUNITY,
    "conditions": Term.Kind.CONDITION,
    "languages": Term.Kind.LANGUAGE,
}
# The middle of a county stands for a withheld address: a file names the county alone.
EXACT_POINT = ("latitude", "longitude")
POINT = ("county", *EXACT_POINT, "precision")
BRANCH = ("parent", "host")
IDENTITY = ("key", "uuid", "slug")
SOURCE = ("source_name", "source_url", "source_seen", "source_license")
CHECK = ("checked_on", "checked_how", "checked_facts")
# A new listing takes these from its file; of a known one no import changes them.
WISHED = ("uuid", "slug", "status", "closure_reason")
# What stands behind a fact, or instead of it, where a model has it.
WITH = {
    "kind": ("kind", *BRANCH),
    "zip_code": ("zip_code", *POINT),
    "terms": tuple(TERMS),
}

EXAMPLES = {
    "service_area": "Montana; Wyoming: Park County, Big Horn County",
    "hours": "Mo-Fr 09:00-17:00 (OpenStreetMap opening_hours)",
    "timezone": "America/Denver",
    "source_seen": "2026-11-24, 2026-11, 2026",
    "checked_on": "2026-11-24",
    "county": "30017",
    "state": "MT",
}


def column_names(model: type[Model]) -> list[str]:
    """Every column of the catalogue's file, in order."""
    facts = [column for name in fact_names(model) for column in WITH.get(name, (name,))]
    return [*IDENTITY, *facts, *SOURCE, *CHECK]


def read_names(model: type[Model]) -> list[str]:
    """The columns that an import reads: a check is nobody's to bring along."""
    return [name for name in column_names(model) if name not in CHECK]


def plain(listing: Any, name: str) -> Any:
    """What a column says of a listing: text, yes or no, a number, words, or None."""
    if name in TERMS:
        return sorted(term.slug for term in listing.terms_of(TERMS[name]))
    if name == "key":
        return listing.file_key
    if name == "service_area":
        return value(listing, name).replace("\n", "; ")
    if name in BRANCH:
        return _branch(listing, name)
    if name in POINT:
        return _point(listing, name)
    found = value(listing, name)
    if isinstance(found, date):
        return found.isoformat()
    return str(found) if name == "uuid" else found


def _branch(listing: Any, name: str) -> str:
    """A parent that is not public is told by its name, as on the page."""
    parent = listing.parent
    if parent is not None and not parent.is_public:
        return {"parent": "", "host": str(parent.name)}[name]
    if name == "parent":
        return parent.file_key if parent is not None else ""
    return str(listing.host)


def _point(listing: Any, name: str) -> Any:
    if listing.point is None:
        return None
    if name == "county":
        return listing.county.code if listing.county else None
    if name in EXACT_POINT and listing.address_withheld:
        return None
    return getattr(listing, name)


def meaning(model: type[Listing], name: str) -> str:
    """What the column is about, for people."""
    if name in TERMS:
        return str(TERMS[name].label)
    own = {
        "key": _("What an import knows the listing by; it stays the same"),
        "uuid": _("The same listing in the API"),
        "slug": _("The last part of the address of its page"),
        "parent": _("The key of the listing that it is a branch of"),
        "county": _("The FIPS code of its county"),
        "precision": _("How exact the point is"),
    }
    return own.get(name) or str(capfirst(label(model, name)))


def example(model: type[Listing], name: str) -> str:
    """The codes that may stand in the column, or one of what it holds; "" for words."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    if name in TERMS or name in (*EXACT_POINT, "checked_facts"):
        return ""
    field: Any = model._meta.get_field(name)
    if isinstance(field, PhoneNumberField):
        return "+14065550100"
    return ", ".join(code for code, _words in field.flatchoices or [] if code)


def spelling(model: type[Listing], name: str) -> str:
    """How the column is written, for people, where codes do not say it."""
    if name in TERMS or name == "checked_facts":
        return _("words, with “;” between them")
    if name in EXACT_POINT:
        return _("degrees, WGS84")
    if isinstance(model._meta.get_field(name), BooleanField):
        return _("yes, no, or empty where not known")
    return _("text")
