"""How far somebody's acts go: their states, and whether they may publish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from curation.errors import Refused
from curation.roles import may, states_of, theirs
from listings.models import Listing

# Branches named where a merge is refused because of them.
BRANCHES_NAMED = 5


@dataclass(frozen=True)
class Reach:
    """What of a listing says where it is, whom it serves and whether it is public."""

    # None where the catalog has no state of its own, as of warmlines.
    state: str | None = None
    # (state, code) of each state and county that it names as served.
    service_area: frozenset[tuple[str, str]] = frozenset()
    service_area_scope: str = ""
    parent: int | None = None
    is_public: bool = False

    @classmethod
    def of(cls, listing: Any) -> Self:
        return cls(
            state=getattr(listing, "state", None),
            service_area=places_in(listing.service_area.all()),
            service_area_scope=listing.service_area_scope,
            parent=getattr(listing, "parent_id", None),
            is_public=listing.is_public,
        )


def places_in(places: Any) -> frozenset[tuple[str, str]]:
    return frozenset((place.state, place.code) for place in places)


def out_of_reach(
    user: Any, model: type[Listing], before: Reach, after: Reach
) -> dict[str, str]:
    """What this change does beyond the user's states: field and words for each."""
    states = states_of(user)
    if states is None:
        return {}
    names = ", ".join(states) or _("none")
    words = _("You keep these states: %(states)s.") % {"states": names}
    found = {}
    moved = {state for state, _code in before.service_area ^ after.service_area}
    # An organization is of the state it is in; a line is of those that it serves.
    here = {state for state, _code in after.service_area}
    if after.state is not None and after.state not in states:
        found["state"] = words
    if not moved <= set(states) or (after.state is None and not here & set(states)):
        found["service_area"] = words
    if (
        before.service_area_scope != after.service_area_scope
        and Listing.ServiceAreaScope.NATIONWIDE
        in (
            before.service_area_scope,
            after.service_area_scope,
        )
    ):
        found["service_area_scope"] = words
    if after.parent not in (None, before.parent):
        manager: Any = model._default_manager
        if not theirs(manager.filter(pk=after.parent), user).exists():
            found["parent"] = words
    return found


@contextmanager
def within_reach(user: Any, listing: Any = None) -> Iterator[list[Any]]:
    """Undo what is done to a listing here where the user may not do it.

    A listing that is made here goes into the list. Raises Refused.
    """
    before = Reach.of(listing) if isinstance(listing, Listing) else Reach()
    touched = [listing]
    with transaction.atomic():
        yield touched
        for row in touched:
            if isinstance(row, Listing):
                _refuse_beyond(user, row, before)


def refuse_branches_elsewhere(user: Any, listing: Any) -> None:
    """Refuse to give the branches of a listing another parent where some are in states
    that the user does not keep. Raises Refused."""
    if not hasattr(listing, "branches"):
        return
    mine = theirs(listing.branches.all(), user).values("pk")
    elsewhere = list(listing.branches.exclude(pk__in=mine)[:BRANCHES_NAMED])
    if elsewhere:
        names = "; ".join(str(branch) for branch in elsewhere)
        raise Refused(
            _(
                "This would change branches in states that you do not keep: "
                "%(names)s. Ask a curator of all states to merge these."
            )
            % {"names": names}
        )


def _refuse_beyond(user: Any, listing: Any, before: Reach) -> None:
    fresh = type(listing)._default_manager.get(pk=listing.pk)
    after = Reach.of(fresh)
    if found := out_of_reach(user, type(listing), before, after):
        raise Refused(" ".join(sorted(set(found.values()))))
    if before.is_public != after.is_public and not may(user, "publish_listing"):
        raise Refused(_("You may not publish a listing or close one."))
