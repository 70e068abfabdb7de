"""How far a user may go: the states of a state curator, and the right to publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.roles import has_curation_perm, states_for, visible_to
from curation.staff_request import AnyUser
from listings.models import Listing
from places.models import Place

# The message about a refused merge names this many branches.
MAX_BRANCHES_NAMED = 5


@dataclass(frozen=True)
class ListingScope:
    """The facts of a listing that decide who may change it."""

    # None in a catalog whose listings have no state of their own, such as warmlines.
    state: str | None = None
    # The states and counties that it names as served, as (state, code).
    service_area: frozenset[tuple[str, str]] = frozenset()
    service_area_scope: str = ""
    parent: int | None = None
    is_public: bool = False

    @classmethod
    def of(cls, listing: Listing) -> Self:
        return cls(
            state=getattr(listing, "state", None),
            service_area=place_codes(listing.service_area.all()),
            service_area_scope=listing.service_area_scope,
            parent=getattr(listing, "parent_id", None),
            is_public=listing.is_public,
        )


def place_codes(places: Iterable[Place]) -> frozenset[tuple[str, str]]:
    return frozenset((place.state, place.code) for place in places)


def find_scope_violations(
    user: AnyUser, model: type[Listing], before: ListingScope, after: ListingScope
) -> dict[str, str]:
    """Return a message for each field whose change is not in the user's states."""
    states = states_for(user)
    if states is None:
        return {}
    names = ", ".join(states) or _("none")
    message = _("You can edit listings in these states only: %(states)s.") % {
        "states": names
    }
    found = {}
    changed = {state for state, _code in before.service_area ^ after.service_area}
    # An organization belongs to its own state, a warmline to those that it serves.
    served = {state for state, _code in after.service_area}
    if after.state is not None and after.state not in states:
        found["state"] = message
    if not changed <= set(states) or (after.state is None and not served & set(states)):
        found["service_area"] = message
    if (
        before.service_area_scope != after.service_area_scope
        and Listing.ServiceAreaScope.NATIONWIDE
        in (
            before.service_area_scope,
            after.service_area_scope,
        )
    ):
        found["service_area_scope"] = message
    if after.parent not in (None, before.parent):
        parents = model._default_manager.filter(pk=after.parent)
        if not visible_to(parents, user).exists():
            found["parent"] = message
    return found


@contextmanager
def enforce_scope(
    user: AnyUser, listing: models.Model | None = None
) -> Iterator[list[models.Model | None]]:
    """Roll back the changes of this block to a listing if the user may not make them.

    The block gets a list, to which it adds a listing that it creates. Raise
    ActionRefused.
    """
    before = ListingScope.of(listing) if isinstance(listing, Listing) else None
    touched = [listing]
    with transaction.atomic():
        yield touched
        for row in touched:
            if isinstance(row, Listing):
                _refuse_out_of_scope(user, row, before or ListingScope())


def refuse_branches_out_of_scope(user: AnyUser, listing: Listing) -> None:
    """Raise ActionRefused if the listing has branches in states that are not the
    user's, because a merge would give these another parent."""
    if not hasattr(listing, "branches"):
        return
    visible = visible_to(listing.branches.all(), user).values("pk")
    others = list(listing.branches.exclude(pk__in=visible)[:MAX_BRANCHES_NAMED])
    if others:
        names = "; ".join(str(branch) for branch in others)
        raise ActionRefused(
            _(
                "This would change branches in states that you can't edit: "
                "%(names)s. Ask a curator of all states to merge these."
            )
            % {"names": names}
        )


def _refuse_out_of_scope(user: AnyUser, listing: Listing, before: ListingScope) -> None:
    fresh = type(listing)._default_manager.get(pk=listing.pk)
    after = ListingScope.of(fresh)
    if found := find_scope_violations(user, type(listing), before, after):
        raise ActionRefused(" ".join(sorted(set(found.values()))))
    changes_public = before.is_public != after.is_public
    if changes_public and not has_curation_perm(user, "publish_listing"):
        raise ActionRefused(_("You may not publish a listing or close one."))
