"""States and counties served, as lines of text that a curator can type and read.

    Montana
    Wyoming: Park, Big Horn

Counties stand after their state; a state alone is the whole state.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from places.keys import place_key
from places.models import Place
from places.states import STATES


class UnknownArea(ValueError):
    """Some lines name no state or county; `args` are the messages, one each."""


def to_text(places: Iterable[Place]) -> str:
    """The places as lines, states by name, counties after their state."""
    whole: set[str] = set()
    counties: dict[str, list[str]] = {}
    for place in places:
        if place.is_state:
            whole.add(place.code)
        else:
            counties.setdefault(place.state, []).append(place.name)
    lines = []
    for code in sorted(whole | set(counties), key=lambda code: STATES[code].name):
        if code in whole:
            lines.append(STATES[code].name)
        if code in counties:
            lines.append(f"{STATES[code].name}: {', '.join(sorted(counties[code]))}")
    return "\n".join(lines)


def from_text(text: str) -> list[Place]:
    """The places that the lines name. Raises UnknownArea."""
    found: list[Place] = []
    problems: list[str] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, colon, names = line.partition(":")
        code = _state_code(name)
        if code is None:
            problems.append(_("“%(name)s” is no state.") % {"name": name.strip()})
        elif not colon:
            found.append(Place.objects.states().get(code=code))
        else:
            counties, unknown = _counties(code, names)
            found += counties
            problems += unknown
    if problems:
        raise UnknownArea(*problems)
    return found


def _state_code(name: str) -> str | None:
    wanted = place_key(name)
    for code, state in STATES.items():
        if wanted in (code.casefold(), place_key(state.name)):
            return code
    return None


def _counties(code: str, names: str) -> tuple[list[Place], list[str]]:
    known: dict[str, Place] = {}
    for county in Place.objects.counties().in_state(code):
        for name in (*county.alt_names.split(";"), county.name):
            known[place_key(name)] = county
    found: list[Place] = []
    unknown: list[str] = []
    for name in filter(None, (name.strip() for name in names.split(","))):
        if match := known.get(place_key(name)):
            found.append(match)
        else:
            words = _("“%(name)s” is no county of %(state)s.")
            unknown.append(words % {"name": name, "state": STATES[code].name})
    return found, unknown
