"""Serialize the parts of a listing: phones, service areas, terms, provenance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from api.ids import child_id, term_id
from api.taxonomies import TAXONOMIES, TaxonomyTerm, kind_term, serialize_term
from api.types import AnyListing, JsonObject
from listings.models import Listing, Term
from listings.phones import dialable
from places.models import Place

# {field: (type as in RFC 6350, description)}
PHONE_FIELDS = {
    "phone": ("voice", ""),
    "toll_free": ("voice", "Toll-free"),
    "tty": ("textphone", "TTY; 711 is the relay service"),
    "videophone": ("video", "Videophone"),
    "sms_number": ("text", "Text line"),
}


def drop_empty(**facts: Any) -> JsonObject:
    """Return the facts that have a value."""
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def format_timestamp(at: datetime | None) -> str:
    """Format as RFC 3339 in UTC, to the millisecond; return "" if it is unknown."""
    if at is None:
        return ""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def format_date(day: date | None) -> str:
    return day.isoformat() if day else ""


def serialize_provenance(listing: AnyListing) -> JsonObject:
    """Return where the facts are from, and when and how they were checked."""
    return drop_empty(
        source_name=listing.source_name,
        source_url=listing.source_url,
        source_seen=listing.source_seen,
        source_license=listing.source_license,
        checked=listing.checked_on is not None,
        checked_on=format_date(listing.checked_on),
        checked_how=listing.checked_how,
        checked_facts=listing.checked_facts,
    )


def serialize_phones(
    listing: AnyListing, owner_id: UUID, link: str
) -> list[JsonObject]:
    found = []
    for name, (kind, description) in PHONE_FIELDS.items():
        number = getattr(listing, name)
        if number:
            dialed, extension = _split_extension(dialable(number))
            entry = drop_empty(
                id=child_id(owner_id, f"phone:{name}"),
                number=dialed,
                extension=extension,
                type=kind,
                description=description,
            )
            found.append(entry | {link: str(owner_id)})
    return found


def _split_extension(number: str) -> tuple[str, int | None]:
    """Return the number and its extension, which is an integer in HSDS.

    An extension that begins with a zero stays with the number, as in RFC 3966.
    """
    dialed, _mark, extension = number.partition(";ext=")
    if extension.startswith("0") or not extension.isdecimal():
        return number, None
    return dialed, int(extension)


def serialize_service_areas(listing: AnyListing, service_id: UUID) -> list[JsonObject]:
    def area(slot: str, name: str, description: str = "", **further: str) -> JsonObject:
        return drop_empty(
            id=child_id(service_id, f"area:{slot}"),
            service_id=str(service_id),
            name=name,
            description=description,
            **further,
        )

    note = listing.service_area_note
    if listing.service_area_scope == Listing.ServiceAreaScope.NATIONWIDE:
        return [area("nation", "United States", note)]
    if listing.service_area_scope == Listing.ServiceAreaScope.PLACES:
        places: Iterable[Place] = listing.service_area.all()
        return [
            area(f"{p.kind}:{p.code}", p.label, note, place_kind=p.kind, code=p.code)
            for p in sorted(places, key=lambda p: (p.kind, p.code))
        ]
    return [area("words", note)] if note else []


def terms_of_kind(listing: AnyListing) -> list[TaxonomyTerm]:
    rows: Iterable[Term] = listing.terms.all()
    terms = [TaxonomyTerm.from_term(row) for row in rows if row.kind in TAXONOMIES]
    return terms + ([kind_term(listing.kind)] if hasattr(listing, "kind") else [])


def serialize_attributes(
    terms: Iterable[TaxonomyTerm], owner_id: UUID, resource: str
) -> list[JsonObject]:
    return [
        {
            "id": child_id(owner_id, f"attribute:{term.kind}:{term.slug}"),
            "link_id": str(owner_id),
            "link_entity": resource,
            "link_type": term.kind,
            "taxonomy_term_id": str(term_id(term.kind, term.slug)),
            "taxonomy_term": serialize_term(term),
        }
        for term in terms
    ]
