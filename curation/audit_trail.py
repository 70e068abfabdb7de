"""The audit trail of a listing: who changed which fact, and how to restore it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from curation.historical_values import Facts, historical_values
from curation.workflow import (
    MERGE_REASON,
    ActionRefused,
    apply_validated_facts,
    lock_for_update,
)
from listings.exchange.importing import point_values, set_point
from listings.field_values import Difference, differences, fact_names
from listings.provenance import ProvenanceModel
from listings.visibility import WITHHELD_FIELDS

# One save writes several rows of history within this time.
SAME_SAVE_WINDOW = timedelta(seconds=2)
MAX_ENTRIES = 50


@dataclass(frozen=True)
class AuditEntry:
    """One save of a listing, and the facts that it changed."""

    history_id: int
    saved_at: datetime
    user: User | None
    reason: str
    changes: list[Difference]
    is_oldest: bool


def build_audit_trail(listing: Model, *, withheld: bool) -> list[AuditEntry]:
    """Return the latest saves of a listing, newest first.

    Without `withheld`, the street is left out if it is or was ever withheld.
    """
    row: Any = listing
    history = row.history.select_related("history_user")
    saves = collapse_saves(list(history[: MAX_ENTRIES * 3]))
    names = fact_names(type(listing))
    facts = [historical_values(save, names) for save in saves[: MAX_ENTRIES + 1]]
    if not withheld and _was_ever_withheld(listing, facts):
        # Even a street that was public at one time may be the same house.
        for past in facts:
            for name in WITHHELD_FIELDS:
                past.pop(name, None)
    entries = []
    for number, save in enumerate(saves[:MAX_ENTRIES]):
        before = facts[number + 1] if number + 1 < len(facts) else None
        changes = differences(type(listing), before, facts[number]) if before else []
        reason = save.history_change_reason or ""
        if changes or before is None or reason.startswith(MERGE_REASON):
            entries.append(
                AuditEntry(
                    history_id=save.history_id,
                    saved_at=save.history_date,
                    user=save.history_user,
                    reason=reason,
                    changes=changes,
                    is_oldest=before is None,
                )
            )
    return entries


def _was_ever_withheld(listing: Model, facts: Iterable[Facts]) -> bool:
    is_now = getattr(listing, "address_withheld", False)
    return is_now or any(past.get("address_withheld") for past in facts)


def collapse_saves(rows: list[Any]) -> list[Any]:
    """Return one row of history for each save: its last one, which is complete.

    Both lists are newest first.
    """
    saves: list[Any] = []
    for row in rows:
        if not saves or not _is_same_save(saves[-1], row):
            saves.append(row)
    return saves


def _is_same_save(later: Any, earlier: Any) -> bool:
    same = (later.history_user_id, later.version) == (
        earlier.history_user_id,
        earlier.version,
    )
    return same and later.history_date - earlier.history_date < SAME_SAVE_WINDOW


def parse_row_id(text: str) -> int | None:
    """Return the id in an address or a form, or None if a database would refuse it."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


@transaction.atomic
def restore_revision(
    listing: ProvenanceModel, history_id: str, reason: str, version: str = ""
) -> None:
    """Set the facts of a listing to those of a row of its history.

    Raise ActionRefused if they are not valid today, or if the listing is no longer in
    the `version` whose history the curator saw.
    """
    fresh: Any = lock_for_update(listing, version)
    past = fresh.history.filter(history_id=parse_row_id(history_id)).first()
    if past is None:
        raise ActionRefused(_("Its history has no such row."))
    if getattr(fresh, "address_withheld", False) and not past.address_withheld:
        raise ActionRefused(
            _(
                "The address is withheld now, and was not then. If it may be public "
                "again, first untick “address withheld” in the form."
            )
        )
    fresh._change_reason = reason
    if hasattr(fresh, "latitude"):
        set_point(fresh, point_values(past))
    facts = historical_values(past, fact_names(type(fresh)))
    apply_validated_facts(fresh, facts)
