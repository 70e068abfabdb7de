"""Accept and decline suggestions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.historical_values import historical_values
from curation.models import Suggestion
from curation.withheld_addresses import refuse_to_reveal_street
from curation.workflow.checks import CONFIRMING, record_check
from curation.workflow.facts import apply_corrections, set_columns
from curation.workflow.locking import lock_for_update
from listings.exchange.importing import FACT_FIELDS
from listings.field_values import fact_names, fact_values
from listings.removals import RemovalRequest


@transaction.atomic
def accept(
    suggestion: Suggestion, names: Iterable[str], by: User, version: str = ""
) -> Any:
    """Apply the proposed facts that are in `names`, and return the listing.

    Raise ActionRefused if the suggestion is decided, if the facts are not valid, or if
    the listing is no longer in the `version` that the curator saw.
    """
    suggestion = _lock_open_suggestion(suggestion)
    about: Any = suggestion.listing
    if suggestion.object_id and about is None:
        raise ActionRefused(_("This listing is no longer there."))
    if suggestion.kind == Suggestion.Kind.CHECK:
        _accept_check(suggestion, names, version)
        _decide(suggestion, Suggestion.State.ACCEPTED, by)
        return about
    chosen = {n: v for n, v in suggestion.changes.items() if n in set(names)}
    if suggestion.object_id:
        # Without a chosen fact, nothing that a colleague saved can be overwritten.
        listing = lock_for_update(about, version if chosen else "")
    else:
        listing = _build_listing(suggestion)
    refuse_to_reveal_street(listing, suggestion.changes, chosen)
    if chosen or not suggestion.object_id:
        apply_corrections(listing, chosen, _describe(suggestion))
    suggestion.object_id = listing.pk
    suggestion.accepted_facts = sorted(chosen)
    _decide(suggestion, Suggestion.State.ACCEPTED, by)
    return listing


def _describe(suggestion: Suggestion) -> str:
    return _("suggestion %(number)s") % {"number": suggestion.pk}


def _build_listing(suggestion: Suggestion) -> Any:
    """Return a new listing, not saved, with only the suggested name and a source."""
    model: Any = suggestion.content_type.model_class()
    listing = model(name=suggestion.changes.get("name", ""))
    listing.source_name = _("Suggested on this site")
    listing.source_seen = suggestion.created_at.date().isoformat()
    listing.version = 0
    return listing


def find_removal_requests(suggestion: Suggestion) -> list[RemovalRequest]:
    """Return the removal requests that a suggested new listing would violate."""
    if suggestion.kind != Suggestion.Kind.NEW or suggestion.object_id:
        return []
    listing = _build_listing(suggestion)
    set_columns(listing, suggestion.changes)
    found: list[RemovalRequest] = listing.removal_requests()
    return found


def _accept_check(suggestion: Suggestion, chosen: Iterable[str], version: str) -> None:
    """Record a volunteer's check, with those of its corrections that are chosen."""
    facts, proposed = dict(suggestion.changes), suggestion.proposed_facts
    facts.pop("corrections", None)
    corrections = {name: proposed[name] for name in chosen if name in proposed}
    facts["on"] = date.fromisoformat(facts["on"])
    checked: Any = suggestion.listing
    listing = lock_for_update(checked, version)
    past = listing.history.filter(history_date__lte=suggestion.created_at).first()
    names = [
        name
        for fact in facts["facts"]
        for name in FACT_FIELDS[fact]
        if name in fact_names(type(listing))
    ]
    if past is not None and historical_values(past, names) != fact_values(
        listing, names
    ):
        raise ActionRefused(
            _("What was checked has changed since then. Decline this, and check again.")
        )
    refuse_to_reveal_street(listing, proposed, corrections)
    facts["facts"] = _without_rejected(facts["facts"], set(proposed) - set(corrections))
    if facts["outcome"] in CONFIRMING and not facts["facts"]:
        raise ActionRefused(
            _("Nothing of this check is left. Take a correction, or decline it.")
        )
    record_check(listing, by=suggestion.proposed_by, corrections=corrections, **facts)


def _without_rejected(facts: Iterable[str], rejected: Collection[str]) -> list[str]:
    """Return the facts whose corrections were all taken."""
    return [fact for fact in facts if not set(FACT_FIELDS[fact]) & set(rejected)]


@transaction.atomic
def decline(suggestion: Suggestion, reason: str, by: User) -> None:
    """Raise ActionRefused without a reason, or if the suggestion is decided."""
    if not reason.strip():
        raise ActionRefused(_("Please say why, so that the next curator knows."))
    suggestion = _lock_open_suggestion(suggestion)
    suggestion.reason = reason.strip()
    _decide(suggestion, Suggestion.State.DECLINED, by)


def _lock_open_suggestion(suggestion: Suggestion) -> Suggestion:
    fresh = lock_for_update(suggestion)
    if fresh.state != Suggestion.State.OPEN:
        raise ActionRefused(
            _("%(name)s has decided this already.") % {"name": fresh.decided_by}
        )
    return fresh


def _decide(suggestion: Suggestion, state: str, by: User) -> None:
    suggestion.state, suggestion.decided_by = state, by
    suggestion.decided_at = timezone.now()
    suggestion.save()
