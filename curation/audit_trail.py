"""The trail of a listing: who changed which fact, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from curation.forms import past_values
from curation.workflow import MERGE, Refused, locked, put_whole
from listings.exchange.importing import point_of, put_point
from listings.field_values import Difference, differences, fact_names
from listings.visibility import STREET_FACTS

# Rows of one save follow one another at once.
ONE_SAVE = timedelta(seconds=2)
SHOWN = 50


@dataclass(frozen=True)
class Entry:
    """One save: when, by whom, why, and the facts it changed."""

    row: int
    when: Any
    who: Any
    why: str
    changes: list[Difference]
    is_first: bool


def trail(listing: Any, *, withheld: bool) -> list[Entry]:
    """The saves of a listing, newest first; facts hidden from this reader left out."""
    saves = saves_of(list(listing.history.select_related("history_user")[: SHOWN * 3]))
    names = fact_names(type(listing))
    facts = [past_values(save, names) for save in saves[: SHOWN + 1]]
    if not withheld and _ever_withheld(listing, facts):
        # Where it was public once, the same house may be meant.
        for past in facts:
            for name in STREET_FACTS:
                past.pop(name, None)
    entries = []
    for number, save in enumerate(saves[:SHOWN]):
        before = facts[number + 1] if number + 1 < len(facts) else None
        changes = differences(type(listing), before, facts[number]) if before else []
        why = save.history_change_reason or ""
        if changes or before is None or why.startswith(MERGE):
            entries.append(
                Entry(
                    row=save.history_id,
                    when=save.history_date,
                    who=save.history_user,
                    why=why,
                    changes=changes,
                    is_first=before is None,
                )
            )
    return entries


def _ever_withheld(listing: Any, facts: list[dict[str, Any]]) -> bool:
    """Is the address withheld now, or was it in any of these past states?"""
    is_now = getattr(listing, "address_withheld", False)
    return is_now or any(past.get("address_withheld") for past in facts)


def saves_of(rows: list[Any]) -> list[Any]:
    """Newest first; of the rows of one save the last, which holds all of it."""
    kept: list[Any] = []
    for row in rows:
        if kept and _same_save(kept[-1], row):
            continue
        kept.append(row)
    return kept


def _same_save(later: Any, earlier: Any) -> bool:
    same = (later.history_user_id, later.version) == (
        earlier.history_user_id,
        earlier.version,
    )
    return same and later.history_date - earlier.history_date < ONE_SAVE


def row_number(text: str) -> int | None:
    """The number of a row, as an address or a form gives it; None if it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


@transaction.atomic
def put_back(listing: Any, row: str, why: str, version: str = "") -> None:
    """Give a listing the facts that it had in a row of history. Raises Refused, also
    where it is no longer of the `version` whose history was looked at."""
    fresh = locked(listing, version)
    past = fresh.history.filter(history_id=row_number(row)).first()
    if past is None:
        raise Refused(_("Its history has no such row."))
    if getattr(fresh, "address_withheld", False) and not past.address_withheld:
        raise Refused(
            _(
                "The address is withheld now, and was not then. If it may be public "
                "again, first untick “address withheld” in the form."
            )
        )
    fresh._change_reason = why
    if hasattr(fresh, "latitude"):
        put_point(fresh, point_of(past))
    put_whole(fresh, past_values(past, fact_names(type(fresh))))
