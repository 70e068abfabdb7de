"""Convert a service area to lines of text that a curator can type, and back.

    Montana
    Wyoming: Park, Big Horn

Counties follow their state, and a state alone means the whole state. In a cell of a
table, semicolons separate what would be lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from places.counties import CountiesByName, counties_by_name, is_independent_city
from places.models import Place
from places.name_keys import place_key
from places.states import STATES, get_state_name

# The scope of a service area that names its states and counties.
NAMED_PLACES = "places"
# In a cell of a table, a semicolon ends a line.
LINE_BREAK = re.compile(r"[\n;]")


class UnknownArea(ValueError):
    """Some lines do not name a state or county; `args` has a message for each."""


def check_scope(scope: str, places: Collection[Place]) -> None:
    """Check that the scope of a service area fits the named places.

    `scope` is a value of Listing.ServiceAreaScope. Raises ValidationError.
    """
    if scope == NAMED_PLACES and not places:
        words = _("Name at least one state or county, or choose “Not known” above.")
        raise ValidationError({"service_area": words})
    if scope != NAMED_PLACES and places:
        words = _(
            "States or counties are named below. Choose “The states and counties "
            "named”, or clear them."
        )
        raise ValidationError({"service_area_scope": words})


def to_text(places: Iterable[Place]) -> str:
    """Return the places as lines, in the order of the states' names."""
    whole: set[str] = set()
    counties: dict[str, list[str]] = {}
    for place in places:
        if place.is_state:
            whole.add(place.code)
        else:
            counties.setdefault(place.state, []).append(place.name)
    lines = []
    for code in sorted(whole | set(counties), key=get_state_name):
        if code in whole:
            lines.append(get_state_name(code))
        if code in counties:
            lines.append(f"{get_state_name(code)}: {', '.join(sorted(counties[code]))}")
    return "\n".join(lines)


def from_text(text: str) -> list[Place]:
    """Return the places that the lines name. Raises UnknownArea."""
    return ServiceAreaParser().from_text(text)


class ServiceAreaParser:
    """Parses service areas, and reads each state's counties once for many texts."""

    def __init__(self) -> None:
        self._counties_of: dict[str, CountiesByName] = {}

    def from_text(self, text: str) -> list[Place]:
        """Return the places that the lines name. Raises UnknownArea."""
        found: list[Place] = []
        problems: list[str] = []
        for line in filter(None, (line.strip() for line in LINE_BREAK.split(text))):
            name, colon, names = line.partition(":")
            code = _state_code(name)
            if code is None:
                problems.append(
                    _(
                        "“%(name)s” is not a state. Write its name or two letters, "
                        "like Montana or MT."
                    )
                    % {"name": name.strip()}
                )
            elif not colon:
                found.append(self.states[code])
            else:
                counties, unknown = self._named(code, names)
                found += counties
                problems += unknown
        if problems:
            raise UnknownArea(*problems)
        return found

    @cached_property
    def states(self) -> dict[str, Place]:
        return {state.code: state for state in Place.objects.states()}

    def _named(self, code: str, names: str) -> tuple[list[Place], list[str]]:
        if code not in self._counties_of:
            counties = Place.objects.counties().in_state(code)
            self._counties_of[code] = counties_by_name(counties)
        found: list[Place] = []
        problems: list[str] = []
        for name in filter(None, (name.strip() for name in names.split(","))):
            named = self._counties_of[code].get((code, place_key(name)), [])
            if len(named) == 1:
                found += named
            else:
                problems.append(_problem(name, STATES[code].name, named))
        return found, problems


def _state_code(name: str) -> str | None:
    wanted = place_key(name)
    for code, state in STATES.items():
        if wanted in (code.casefold(), place_key(state.name)):
            return code
    return None


def _problem(name: str, state: str, named: list[Place]) -> str:
    """Return a message: the county does not exist, or the name is ambiguous."""
    if not named:
        return _("“%(name)s” is not a county of %(state)s.") % {
            "name": name,
            "state": state,
        }
    if any(is_independent_city(county) for county in named):
        words = _("“%(name)s” is a county and a city in %(state)s. Write %(choices)s.")
    else:
        words = _("“%(name)s” is more than one county in %(state)s. Write %(choices)s.")
    choices = _(" or ").join(f"“{county.name}”" for county in named)
    return words % {"name": name, "state": state, "choices": choices}
