"""Describe the columns of a catalog's CSV file, for export and for import."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BooleanField, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField

from listings.field_values import fact_label, fact_names, fact_value
from listings.models import Listing, Term

TERM_COLUMNS = {
    "services": Term.Kind.SERVICE,
    "communities": Term.Kind.COMMUNITY,
    "conditions": Term.Kind.CONDITION,
    "languages": Term.Kind.LANGUAGE,
}
# A withheld address has the center of its county as point, so files name the county
# without coordinates.
COORDINATES = ("latitude", "longitude")
POINT_FIELDS = ("county", *COORDINATES, "precision")
BRANCH_COLUMNS = ("parent", "host")
IDENTITY_COLUMNS = ("key", "uuid", "slug")
SOURCE_COLUMNS = ("source_name", "source_url", "source_seen", "source_license")
CHECK_COLUMNS = ("checked_on", "checked_how", "checked_facts")
# An import sets these on new listings and never changes them on existing ones.
NEW_ONLY_FIELDS = ("uuid", "slug", "status", "closure_reason")
# The columns that are written for a fact instead of one with its name.
COLUMNS_OF_FACT = {
    "kind": ("kind", *BRANCH_COLUMNS),
    "zip_code": ("zip_code", *POINT_FIELDS),
    "terms": tuple(TERM_COLUMNS),
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
    """Return every column of the catalog's file, in order."""
    facts = [
        column
        for name in fact_names(model)
        for column in COLUMNS_OF_FACT.get(name, (name,))
    ]
    return [*IDENTITY_COLUMNS, *facts, *SOURCE_COLUMNS, *CHECK_COLUMNS]


def import_column_names(model: type[Model]) -> list[str]:
    """Return the columns that an import reads. It never takes over checks."""
    return [name for name in column_names(model) if name not in CHECK_COLUMNS]


def column_value(listing: Any, name: str) -> Any:
    """Return a column's value for a listing: text, bool, number, list or None."""
    if name in TERM_COLUMNS:
        return sorted(term.slug for term in listing.terms_of_kind(TERM_COLUMNS[name]))
    if name == "key":
        return listing.import_key
    if name == "service_area":
        return fact_value(listing, name).replace("\n", "; ")
    if name in BRANCH_COLUMNS:
        return _branch(listing, name)
    if name in POINT_FIELDS:
        return _point(listing, name)
    found = fact_value(listing, name)
    if isinstance(found, date):
        return found.isoformat()
    return str(found) if name == "uuid" else found


def _branch(listing: Any, name: str) -> str:
    """Return the parent's key or the host's name.

    A parent that is not public appears as the name of the host, as on the page.
    """
    parent = listing.parent
    if parent is not None and not parent.is_public:
        return {"parent": "", "host": str(parent.name)}[name]
    if name == "parent":
        return parent.import_key if parent is not None else ""
    return str(listing.host)


def _point(listing: Any, name: str) -> Any:
    if listing.point is None:
        return None
    if name == "county":
        return listing.county.code if listing.county else None
    if name in COORDINATES and listing.address_withheld:
        return None
    return getattr(listing, name)


def describe_column(model: type[Listing], name: str) -> str:
    """Describe the meaning of a column for people."""
    if name in TERM_COLUMNS:
        return str(TERM_COLUMNS[name].label)
    own = {
        "key": _("What an import knows the listing by; it stays the same"),
        "uuid": _("The same listing in the API"),
        "slug": _("The last part of the address of its page"),
        "parent": _("The key of the listing that it is a branch of"),
        "county": _("The FIPS code of its county"),
        "precision": _("How exact the point is"),
    }
    return own.get(name) or str(capfirst(fact_label(model, name)))


def column_example(model: type[Listing], name: str) -> str:
    """Return the codes that a column accepts, or an example; "" for free text."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    if name in TERM_COLUMNS or name in (*COORDINATES, "checked_facts"):
        return ""
    field: Any = model._meta.get_field(name)
    if isinstance(field, PhoneNumberField):
        return "+14065550100"
    return ", ".join(code for code, _words in field.flatchoices or [] if code)


def column_format(model: type[Listing], name: str) -> str:
    """Describe the format of a column for people."""
    if name in TERM_COLUMNS or name == "checked_facts":
        return _("words, with “;” between them")
    if name in COORDINATES:
        return _("degrees, WGS84")
    if isinstance(model._meta.get_field(name), BooleanField):
        return _("yes, no, or empty where not known")
    return _("text")
