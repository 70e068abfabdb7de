"""Record a check of a listing, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.historical_values import Facts
from curation.models import Check
from curation.workflow.facts import apply_corrections, refuse_if_invalid
from curation.workflow.locking import lock_for_update
from curation.workflow.publishing import remove_on_request
from listings.exchange.importing import FACT_FIELDS
from listings.models import Listing

# A listing that nobody could reach is due again after this many days.
NO_ANSWER_RETRY_DAYS = 14
# After these outcomes, the listing is known to be open and its facts are confirmed.
CONFIRMING = (Check.Outcome.RIGHT, Check.Outcome.CORRECTED, Check.Outcome.REOPENED)
UNREACHED = (Check.Outcome.NO_ANSWER, Check.Outcome.MESSAGE)
CLOSING = (Check.Outcome.PAUSED, Check.Outcome.CLOSED)
NO_CORRECTIONS: Facts = {}


@transaction.atomic
def record_check(
    listing: Listing,
    *,
    how: str,
    outcome: str,
    by: User | None = None,
    facts: Iterable[str] = (),
    on: date | None = None,
    note: str = "",
    closure_reason: str = "",
    corrections: Facts = NO_CORRECTIONS,
) -> Check:
    """Store a check, apply its corrections, and update the listing accordingly.

    Raise ActionRefused if the outcome does not fit the listing, or if the corrections
    are not valid.
    """
    on = on or timezone.localdate()
    fresh = lock_for_update(listing)
    _require_valid(fresh, outcome, on, closure_reason)
    if by is not None:
        _require_word_on_pause(fresh, outcome)
    if corrections:
        apply_corrections(fresh, corrections, _("corrected in a check"))
    covered = [fact for fact in FACT_FIELDS if fact in set(facts)]
    check = Check.objects.create(
        listing=fresh,
        on=on,
        how=how,
        by=by,
        facts=covered,
        outcome=outcome,
        note=note,
    )
    if outcome == Check.Outcome.REMOVED:
        remove_on_request(fresh, note or _("asked in a check"))
        fresh.refresh_from_db()
    else:
        _apply_outcome(fresh, check, closure_reason)
    fresh.claimed_by = fresh.claimed_at = None
    fresh.version += 1
    fresh._change_reason = _("check")
    with refuse_if_invalid():
        fresh.save()
    return check


def _require_valid(
    listing: Listing, outcome: str, on: date, closure_reason: str
) -> None:
    if on > timezone.localdate():
        raise ActionRefused(_("A check cannot be in the future."))
    if outcome in CLOSING and not closure_reason:
        raise ActionRefused(_("Please say why it has closed."))
    if outcome == Check.Outcome.PAUSED and listing.status == Listing.Status.CLOSED:
        # "Closed for now" is public: it would undo a removal or a merge.
        raise ActionRefused(
            _("This listing is closed. If it is back, publish it first.")
        )
    is_paused = listing.status == Listing.Status.TEMPORARILY_CLOSED
    if outcome == Check.Outcome.REOPENED and not is_paused:
        raise ActionRefused(_("This listing is not closed for now."))


def _require_word_on_pause(listing: Listing, outcome: str) -> None:
    """Raise ActionRefused if a curator would leave open whether it is still closed."""
    is_paused = listing.status == Listing.Status.TEMPORARILY_CLOSED
    if is_paused and outcome in (Check.Outcome.RIGHT, Check.Outcome.CORRECTED):
        raise ActionRefused(
            _(
                "This listing is closed for now. Choose “Open again”, or “Closed for "
                "now” if it still is."
            )
        )


def _apply_outcome(listing: Listing, check: Check, closure_reason: str) -> None:
    if listing.checked_on and check.on < listing.checked_on:
        # It was recorded late: the newer check counts.
        return
    if check.outcome in UNREACHED:
        listing.check_due_on = check.on + timedelta(days=NO_ANSWER_RETRY_DAYS)
        return
    listing.check_due_on = check.on + timedelta(days=listing.check_interval_days)
    if check.outcome in CONFIRMING:
        listing.checked_facts = _combine_same_day(listing, check)
        listing.checked_on, listing.checked_how = check.on, check.how
        listing.checked_by = check.by
        if check.outcome == Check.Outcome.REOPENED:
            listing.status, listing.closure_reason = Listing.Status.PUBLISHED, ""
    elif check.outcome == Check.Outcome.PAUSED:
        listing.status = Listing.Status.TEMPORARILY_CLOSED
        listing.closure_reason = closure_reason
    else:
        listing.status, listing.closure_reason = Listing.Status.CLOSED, closure_reason


def _combine_same_day(listing: Listing, check: Check) -> list[str]:
    """Return the facts verified that day, by this check or by an earlier one. An empty
    list means every fact."""
    facts: list[str] = check.facts
    if check.on != listing.checked_on or not (facts and listing.checked_facts):
        return facts
    both = {*facts, *listing.checked_facts}
    return [fact for fact in FACT_FIELDS if fact in both]
