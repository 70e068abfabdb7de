"""Publish, close and remove listings."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.workflow.facts import refuse_if_invalid
from curation.workflow.locking import lock_for_update
from listings.models import Listing
from listings.removals import RemovalRequest, phone_numbers


@transaction.atomic
def publish(listing: Listing) -> None:
    """Raise ActionRefused if the listing may not be public."""
    fresh = lock_for_update(listing)
    if not fresh.has_contact:
        raise ActionRefused(_("%(name)s has no way to make contact.") % {"name": fresh})
    with refuse_if_invalid():
        fresh.publish()


@transaction.atomic
def close(listing: Listing, closure_reason: str, temporarily: bool) -> None:
    """Raise ActionRefused if the listing may not be closed, or only for good."""
    with refuse_if_invalid():
        lock_for_update(listing).close(reason=closure_reason, temporarily=temporarily)


@transaction.atomic
def remove_on_request(listing: Listing, reason: str) -> None:
    """Close a listing for good, and store a request that keeps it from coming back."""
    fresh = lock_for_update(listing)
    # A new listing could have any one of its numbers.
    for number in sorted(phone_numbers(fresh)) or [""]:
        RemovalRequest.objects.create(
            key=fresh.import_key,
            name=fresh.name,
            phone=number,
            website=fresh.website,
            reason=reason,
        )
    fresh.status = Listing.Status.CLOSED
    fresh.closure_reason = _("They asked not to be listed.")
    fresh.version += 1
    fresh._change_reason = _("removal on request")
    fresh.save()
