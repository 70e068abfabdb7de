"""The five roles with their permissions, and the states of a state curator."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet

from curation.staff_request import AnyUser
from listings.querysets import ListingQuerySet

# The listings of one catalog.
Listings: TypeAlias = ListingQuerySet[Any]
ListingRows = TypeVar("ListingRows", bound=Listings)

ADMINISTRATOR = "Administrator"
CURATOR = "Curator"
STATE_CURATOR = "State curator"
VOLUNTEER = "Volunteer"
READER = "Reader"

_LISTING_MODELS = ("organization", "warmline", "meeting")
_PAGE_MODELS = ("guide", "credential", "crisisline", "crisisphrase")
_READ_PERMISSIONS = [
    f"view_{model}"
    for model in (*_LISTING_MODELS, *_PAGE_MODELS, "term", "place", "area")
]
_CURATOR_PERMISSIONS = [
    *_READ_PERMISSIONS,
    *(f"{act}_{model}" for act in ("add", "change") for model in _LISTING_MODELS),
    "check_listing",
    "publish_listing",
    "decide_suggestion",
    "export_listings",
    "merge_listings",
    "see_withheld",
    "view_suggestion",
    "view_check",
    "view_linkcheck",
    "view_duplicatepair",
]
_HISTORY_PERMISSIONS = [f"view_historical{model}" for model in _LISTING_MODELS]
PERMISSIONS: dict[str, list[str]] = {
    READER: _READ_PERMISSIONS,
    VOLUNTEER: [*_READ_PERMISSIONS, "propose_change", "view_check"],
    STATE_CURATOR: [*_CURATOR_PERMISSIONS, *_HISTORY_PERMISSIONS],
    CURATOR: [
        *_CURATOR_PERMISSIONS,
        *_HISTORY_PERMISSIONS,
        "import_listings",
        "view_importrun",
        *(f"{act}_{model}" for act in ("add", "change") for model in _PAGE_MODELS),
        "add_term",
        "change_term",
        "view_removalrequest",
        "add_removalrequest",
        "view_reminder",
        "view_optout",
        "add_optout",
        "view_timedjob",
    ],
}


def set_up_roles() -> None:
    """Give each group its permissions, and administrators all of them.

    It removes none, so what a site has added stays.
    """
    everything = Permission.objects.all()
    Group.objects.get_or_create(name=ADMINISTRATOR)[0].permissions.add(*everything)
    for name, codenames in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*everything.filter(codename__in=codenames))


def states_for(user: AnyUser) -> list[str] | None:
    """Return the states of a state curator, or None for a user without such a limit."""
    if user.is_superuser:
        return None
    names = set(user.groups.values_list("name", flat=True))
    if STATE_CURATOR not in names or names & {ADMINISTRATOR, CURATOR}:
        return None
    return preferred_states(user)


def preferred_states(user: AnyUser) -> list[str]:
    """Return the states that are set on the account of a user, who may see others."""
    profile = getattr(user, "curator_profile", None)
    return sorted(profile.states.values_list("code", flat=True)) if profile else []


def visible_to(rows: ListingRows, user: AnyUser) -> ListingRows:
    """Return only the listings that the user may see in the admin."""
    states = states_for(user)
    return rows if states is None else rows.in_states(states)


def find_checkers() -> QuerySet[User]:
    """Return the staff who may check a listing, or propose a check."""
    codenames = ("check_listing", "propose_change")
    may_check = Q(groups__permissions__codename__in=codenames)
    staff = User.objects.filter(is_staff=True, is_active=True)
    found = staff.filter(may_check | Q(is_superuser=True))
    return found.distinct().order_by("username")


def has_curation_perm(user: AnyUser, codename: str) -> bool:
    """Return whether the user has a permission of curation, such as `check_listing`."""
    return user.has_perm(f"curation.{codename}")
