"""What of a listing the public sees."""

from __future__ import annotations

from typing import Any

# Written from other fields, to search and to sort by.
FOLDED = frozenset({"search_text", "sort_name"})
# The desk's own fields, beside those that no sourced row shows.
INTERNAL = FOLDED | {
    "internal_note",
    "check_due_on",
    "claimed_by",
    "claimed_at",
    "assigned_to",
}
# Facts that would betray a withheld address.
STREET_FACTS = ("street", "zip_code", "venue")
# What the page of a closed listing still says, and in open data its ids.
LAST_FACTS = ("name", "slug", "state", "status", "closure_reason", "operator")


def hidden_facts(listing: Any) -> tuple[str, ...]:
    """The facts of a listing that would betray where it is."""
    return STREET_FACTS if getattr(listing, "address_withheld", False) else ()


def facts_shown(listing: Any) -> dict[str, Any]:
    """Every fact that a visitor can find out, once the listing is no draft."""
    told: dict[str, Any] = listing.serialize(
        exclude=listing.internal_fields.union(hidden_facts(listing))
    )
    if listing.is_public:
        return told
    return {name: told[name] for name in LAST_FACTS if name in told}
