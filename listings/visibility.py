"""Which fields of a listing are public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listings.models import Listing

# Fields that are computed from others, for searching and sorting.
DERIVED_FIELDS = frozenset({"search_text", "sort_name", "lookup_text"})
# Fields for curators, in addition to the internal fields of ProvenanceModel.
INTERNAL_FIELDS = DERIVED_FIELDS | {
    "internal_note",
    "check_due_on",
    "claimed_by",
    "claimed_at",
    "assigned_to",
}
# Fields that would reveal a withheld address.
WITHHELD_FIELDS = ("street", "zip_code", "venue")
# The fields that stay public when a listing has closed.
FIELDS_WHEN_CLOSED = ("name", "slug", "state", "status", "closure_reason", "operator")


def withheld_fields(listing: Listing) -> tuple[str, ...]:
    """Return the fields of this listing that would reveal a withheld address."""
    return WITHHELD_FIELDS if getattr(listing, "address_withheld", False) else ()


def public_facts(listing: Listing) -> dict[str, Any]:
    """Return the public fields of a listing that is not a draft."""
    fields: dict[str, Any] = listing.serialize(
        exclude=listing.internal_fields.union(withheld_fields(listing))
    )
    if listing.is_public:
        return fields
    return {name: fields[name] for name in FIELDS_WHEN_CLOSED if name in fields}
