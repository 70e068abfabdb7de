"""Interpret typed text as a name, perhaps with its county and state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from places.cleaning import (
    ADDRESS_START,
    PART_SEPARATORS,
    name_variants,
    strip_state_words,
)
from places.name_keys import place_key
from places.states import SPANISH_NAMES, STATES

COUNTY_WORDS = (
    "county|parish|borough|municipio|census area|municipality|planning region|island"
)
ENDS_IN_COUNTY = re.compile(rf"\b(?:{COUNTY_WORDS})$", re.IGNORECASE)

# Independent cities take the place of a county: "Fairfax, Fairfax city, VA".
ENDS_IN_CITY = re.compile(r"\bcity$", re.IGNORECASE)


@dataclass(frozen=True)
class PlaceQuery:
    """A name, and the county and state that the text gives for it."""

    name: str
    county: str = ""
    state: str = ""


STATE_KEYS = {place_key(state.name): code for code, state in STATES.items()} | {
    **{place_key(name): code for name, code in SPANISH_NAMES.items()},
    **{code.lower(): code for code in STATES},
    "washingtondc": "DC",
    "virginislands": "VI",
    "usvi": "VI",
    "marianaislands": "MP",
    "cnmi": "MP",
    "samoa": "AS",
}


def state_code(text: str) -> str:
    """Return "WA" for "Washington" and "State of Washington", or "" for no state."""
    plain = STATE_KEYS.get(place_key(text))
    return plain or STATE_KEYS.get(place_key(strip_state_words(text)), "")


def interpretations(text: str) -> Iterator[PlaceQuery]:
    """Yield the ways to split text into name, county and state, most likely first."""
    for query in _splits(text):
        for name in name_variants(query.name):
            yield replace(query, name=name)


def _splits(text: str) -> Iterator[PlaceQuery]:
    parts = [part.strip() for part in PART_SEPARATORS.split(text) if part.strip()]
    if len(parts) > 1 and (state := state_code(parts[-1])):
        if len(parts) > 2:
            yield PlaceQuery(", ".join(parts[:-1]), state=state)
        if len(parts) > 2 and ENDS_IN_CITY.search(parts[-2]):
            yield PlaceQuery(parts[0], parts[-2], state)
        county = (
            parts[-2] if len(parts) > 2 and ENDS_IN_COUNTY.search(parts[-2]) else ""
        )
        yield PlaceQuery(parts[0], county, state)
        if code := STATE_KEYS.get(place_key(parts[0])):
            # "NY, NY" is the city.
            yield PlaceQuery(STATES[code].name, state=state)
    words = PART_SEPARATORS.sub(" ", text).split()
    is_address = ADDRESS_START.match(text)
    for length in (1, 2, 3):
        if len(words) > length and (state := state_code(" ".join(words[-length:]))):
            # An address begins with a street. The longest name is the most likely one.
            starts = range(len(words) - length if is_address else 1)
            for start in starts:
                yield PlaceQuery(" ".join(words[start:-length]), state=state)
    yield PlaceQuery(text)
    if is_address and len(parts) > 1:
        yield PlaceQuery(parts[-1])
