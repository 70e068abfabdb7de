"""Publish drafts that an import completes, and unpublish retired starter listings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from listings.exchange.csv_rows import Row
from listings.models import Listing

# The history's reason for a row that an import wrote. "import undone" does not match,
# because a person undoes an import.
IMPORTED = re.compile(r"import( \d+)?")
# The reason for a row whose file asks for a draft: a person has decided that elsewhere.
AS_DRAFT = "import, as a draft"


def is_written_by_imports_alone(listing: Listing) -> bool:
    """Say whether no curator has ever saved the listing."""
    reasons = listing.history.values_list("history_change_reason", flat=True)
    return all(IMPORTED.fullmatch(reason or "") for reason in reasons)


def lacked_only_a_contact(listing: Listing) -> bool:
    """Say whether it is a draft only because its file had no way to make contact.

    If a curator made it a draft, undid its import or saved it, that is a decision.
    """
    first = listing.history.order_by("history_id").first()
    return (
        listing.status == Listing.Status.DRAFT
        and first is not None
        and not any(getattr(first, name) for name in listing.CONTACT_FIELDS)
        and is_written_by_imports_alone(listing)
        and not listing.history.exclude(status=Listing.Status.DRAFT).exists()
    )


def is_completed_by(listing: Any, changes: Mapping[str, Any]) -> bool:
    """Say whether the changes add a way to make contact to a draft that lacked one."""
    if not isinstance(listing, Listing) or listing.status != Listing.Status.DRAFT:
        return False
    contacts = [changes.get(n, getattr(listing, n)) for n in listing.CONTACT_FIELDS]
    return any(contacts) and lacked_only_a_contact(listing)


@transaction.atomic
def retire(model: type[Listing], rows: list[Row]) -> int:
    """Turn listings that were removed from the starter data into drafts.

    Each gets a note with the reason, which also prevents a second time. A listing that
    a curator has saved gets only the note. Returns the number of changed listings.
    """
    reasons = {row["key"]: row["reason"] for row in rows}
    listings = model._default_manager.filter(key__in=reasons).select_for_update()
    waiting: list[Any] = [
        one for one in listings if reasons[one.key] not in one.internal_note
    ]
    for listing in waiting:
        if is_written_by_imports_alone(listing):
            listing.status = Listing.Status.DRAFT
        listing.internal_note = (
            f"{listing.internal_note}\n{reasons[listing.key]}".strip()
        )
        listing.version += 1
        listing._change_reason = "no longer in the starter data"
        listing.save()
    return len(waiting)
