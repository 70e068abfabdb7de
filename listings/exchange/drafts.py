"""Drafts that an import publishes, and starter listings that are drafts from now on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from listings.exchange.csv_rows import Row
from listings.models import Listing

# What the history says of rows that an import wrote; "import undone" is a person's.
IMPORTED = re.compile(r"import( \d+)?")
# A file itself may ask for a draft: somebody has decided that, somewhere else.
AS_DRAFT = "import, as a draft"


def is_written_by_imports_alone(listing: Listing) -> bool:
    """Has nobody at the desk ever saved it?"""
    reasons = listing.history.values_list("history_change_reason", flat=True)
    return all(IMPORTED.fullmatch(reason or "") for reason in reasons)


def lacked_only_a_contact(listing: Listing) -> bool:
    """Is it a draft for no other reason than that its file gave no contact?

    A curator who made it a draft, undid an import or only saved it has decided.
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
    """Do a file's changes give a draft the one thing that it lacked, a contact?"""
    if not isinstance(listing, Listing) or listing.status != Listing.Status.DRAFT:
        return False
    contacts = [changes.get(n, getattr(listing, n)) for n in listing.CONTACT_FIELDS]
    return any(contacts) and lacked_only_a_contact(listing)


@transaction.atomic
def retire(model: type[Listing], rows: list[Row]) -> int:
    """Make drafts of listings that the starter data no longer has, with a note why.

    Each once: the note shows that it was done. What somebody at the desk has saved
    keeps its status and gets the note alone. Returns how many it changed.
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
