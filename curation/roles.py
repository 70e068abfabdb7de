"""Who may do what: five roles, and the states that limit a state curator."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

ADMINISTRATOR = "Administrator"
CURATOR = "Curator"
STATE_CURATOR = "State curator"
VOLUNTEER = "Volunteer"
READER = "Reader"

_LISTINGS = ("organization", "warmline", "meeting")
_PAGES = ("guide", "credential", "crisisline", "crisisphrase")
_READ = [f"view_{model}" for model in (*_LISTINGS, *_PAGES, "term", "place", "area")]
_WORK = [
    *_READ,
    *(f"{act}_{model}" for act in ("add", "change") for model in _LISTINGS),
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
_HISTORY = [f"view_historical{model}" for model in _LISTINGS]
PERMISSIONS: dict[str, list[str]] = {
    READER: _READ,
    VOLUNTEER: [*_READ, "propose_change", "view_check"],
    STATE_CURATOR: [*_WORK, *_HISTORY],
    CURATOR: [
        *_WORK,
        *_HISTORY,
        "import_listings",
        "view_importrun",
        *(f"{act}_{model}" for act in ("add", "change") for model in _PAGES),
        "add_term",
        "change_term",
        "view_tombstone",
        "add_tombstone",
        "view_reminder",
        "view_optout",
        "view_timedjob",
    ],
}


def set_up_roles() -> None:
    """Give each group the permissions above, and the administrator all of them.

    A site's own additions stay: nothing is taken away.
    """
    everything = Permission.objects.all()
    Group.objects.get_or_create(name=ADMINISTRATOR)[0].permissions.add(*everything)
    for name, codenames in PERMISSIONS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*everything.filter(codename__in=codenames))


def states_of(user: Any) -> list[str] | None:
    """The states a state curator keeps; None for somebody without such a limit."""
    if user.is_superuser:
        return None
    names = set(user.groups.values_list("name", flat=True))
    if STATE_CURATOR not in names or names & {ADMINISTRATOR, CURATOR}:
        return None
    profile = getattr(user, "curator_profile", None)
    return sorted(profile.states.values_list("code", flat=True)) if profile else []


def theirs(queryset: Any, user: Any) -> Any:
    """Of a catalogue's listings, those that the user may see at the desk."""
    states = states_of(user)
    return queryset if states is None else queryset.in_states(states)


def may(user: Any, what: str) -> bool:
    """May the user do this act of the desk? (`check_listing` …)"""
    return bool(user.has_perm(f"curation.{what}"))
