"""Claims: which curator works on a listing at the moment."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.workflow.locking import lock_for_update
from listings.models import Listing

# After this time, a claim that was not released no longer counts.
CLAIM_DURATION = timedelta(hours=2)


def get_claimant(listing: Listing) -> User | None:
    """Return who works on the listing at the moment."""
    if listing.claimed_by_id is None or listing.claimed_at is None:
        return None
    if timezone.now() - listing.claimed_at >= CLAIM_DURATION:
        return None
    claimant: User | None = listing.claimed_by
    return claimant


def claimed() -> Q:
    """Return the condition that somebody works on a listing at the moment."""
    since = timezone.now() - CLAIM_DURATION
    return Q(claimed_by__isnull=False, claimed_at__gt=since)


def unclaimed_by_others(user: User) -> Q:
    """Return the condition that nobody else works on a listing at the moment."""
    return ~claimed() | Q(claimed_by=user)


@transaction.atomic
def claim(listing: Listing, by: User) -> None:
    """Raise ActionRefused if somebody else has claimed the listing."""
    fresh = lock_for_update(listing)
    other = get_claimant(fresh)
    if other is not None and other != by:
        raise ActionRefused(_("%(name)s is working on this listing.") % {"name": other})
    _set_claim(fresh, by)


@transaction.atomic
def release(listing: Listing) -> None:
    _set_claim(lock_for_update(listing), None)


def _set_claim(listing: Listing, by: User | None) -> None:
    # A claim changes no fact, so it gets no row of history.
    listing.claimed_by, listing.claimed_at = by, timezone.now() if by else None
    listing.save_without_historical_record(update_fields=["claimed_by", "claimed_at"])
