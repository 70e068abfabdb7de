"""What a person typed → a place, or a short list of what it may have been.

Answers come from our own gazetteer only: nobody's words leave the server.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from math import sqrt

from places.areas import (
    areas_named,
    is_military_mail,
    is_military_zip,
    without,
    without_doubles,
)
from places.autocomplete import MAX_LENGTH, ZIPS_OFFERED, meant_instead_of
from places.cleaning import SHORT_ZIP, STREET, clean, zip_codes
from places.foreign_places import (
    is_foreign_code,
    is_foreign_name,
    strip_foreign_country,
)
from places.gazetteer import gazetteer
from places.geo import Point, chord2_between, miles_of_chord
from places.models import Place
from places.name_keys import place_key
from places.name_search import (
    DOMINANT,
    DOMINANT_POPULATION,
    MAX_CANDIDATES,
    big_counties,
    places_named,
)
from places.readings import Words, readings, state_code

# Farther from every ZIP code than this is another country, or the sea.
COAST_MILES = 60
POINT = re.compile(r"^(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$")


class Problem(enum.Enum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    FOREIGN = "foreign"
    MILITARY = "military"


@dataclass(frozen=True)
class Answer:
    """A place, with the other meanings of the words; or why there is none.

    `candidates`: with a place, its namesakes; AMBIGUOUS, all the meanings, biggest
    first; UNKNOWN or FOREIGN, what was perhaps meant.
    """

    place: Place | None = None
    problem: Problem | None = None
    candidates: tuple[Place, ...] = ()


def look_up(text: str, *, with_areas: bool = True) -> Answer:
    """Find the place that somebody typed. Any text at all is answered.

    Without areas only towns, counties, states and ZIP codes are found: an address
    needs one of those.
    """
    if len(text.strip()) > MAX_LENGTH:
        return Answer(problem=Problem.TOO_LONG)
    is_empty = not text.replace("\0", " ").strip()
    text = clean(text)
    if not place_key(text):
        return Answer(problem=Problem.EMPTY if is_empty else Problem.UNKNOWN)
    if found := POINT.match(text):
        return _point(float(found[1]), float(found[2]))
    if is_foreign_code(text):
        return Answer(problem=Problem.FOREIGN)
    return _with_zip(text) or _named(text, with_areas=with_areas)


def _with_zip(text: str) -> Answer | None:
    """The answer of a ZIP code in the text; None where the rest has to tell."""
    zips = gazetteer().zips
    for code, rest in zip_codes(text):
        place = zips.get(code)
        if place and not (text.startswith(code) and _is_house(place, rest)):
            return Answer(place)
        if not place and is_military_zip(code):
            return Answer(problem=Problem.MILITARY)
        if not rest:
            return Answer(
                problem=Problem.UNKNOWN, candidates=zips.like(code, ZIPS_OFFERED)
            )
    if found := SHORT_ZIP.search(text):
        candidate = zips.get(f"0{found[1]}")
        if candidate:
            return Answer(problem=Problem.UNKNOWN, candidates=(candidate,))
    return None


def _is_house(place: Place, rest: str) -> bool:
    """Are five digits that begin an address the number of a house, by what follows?"""
    names_town = place.key in place_key(rest)
    is_street = not names_town and STREET.search(rest) is not None
    return is_street or _is_elsewhere(place, rest)


def _is_elsewhere(place: Place, rest: str) -> bool:
    """Does the rest of an address name another state?"""
    words = rest.replace(",", " ").split()
    states = {state_code(" ".join(words[-length:])) for length in (1, 2, 3)}
    named = states - {""}
    return bool(named) and place.state not in named


def typed(place: Place) -> str:
    """The words that lead to exactly this place."""
    if place.typed_as:
        return place.typed_as
    if place.kind == Place.Kind.POINT:
        return f"{place.latitude:.2f},{place.longitude:.2f}"
    if place.kind in (Place.Kind.STATE, Place.Kind.ZIP):
        return place.code
    if place.is_county or place.county is None:
        return f"{place.name}, {place.state}"
    return f"{place.name}, {place.county.name}, {place.state}"


def _point(latitude: float, longitude: float) -> Answer:
    if abs(latitude) > 90 or abs(longitude) > 180:
        return Answer(problem=Problem.UNKNOWN)
    point = Point(latitude, longitude)
    if nearest := nearest_zip(point):
        return Answer(nearest.at(point))
    return Answer(problem=Problem.FOREIGN)


def nearest_zip(point: Point) -> Place | None:
    """The ZIP code whose centre is nearest, if any is within COAST_MILES."""
    near = Place.objects.zips().inside(point, COAST_MILES).select_related("county")
    best = min(near, key=lambda p: chord2_between(point, p.point), default=None)
    if best is None:
        return None
    miles = miles_of_chord(sqrt(chord2_between(point, best.point)))
    return best if miles <= COAST_MILES else None


def _named(text: str, *, with_areas: bool) -> Answer:
    if state := state_code(text):
        return _state(state, text)
    for words in readings(text):
        matches = places_named(words)
        areas = areas_named(words.name, words.state) if with_areas else ()
        is_foreign = bool(matches) and is_foreign_name(words.name)
        if is_foreign and not (words.state or _big(matches)):
            return Answer(problem=Problem.FOREIGN, candidates=matches)
        if matches or areas:
            return _choose(matches, areas, words)
    if is_military_mail(text):
        return Answer(problem=Problem.MILITARY)
    if is_foreign_name(text) or strip_foreign_country(text) is not None:
        return Answer(problem=Problem.FOREIGN)
    return Answer(problem=Problem.UNKNOWN, candidates=meant_instead_of(text))


def _big(matches: tuple[Place, ...]) -> bool:
    return (matches[0].population or 0) >= DOMINANT_POPULATION[True]


def _state(code: str, text: str) -> Answer:
    """A bare state name means the state; a great city of that name is offered."""
    place = Place.objects.states().filter(code=code).first()
    towns = () if len(place_key(text)) <= 2 else places_named(Words(text))
    namesakes = [t for t in towns if (t.population or 0) >= DOMINANT_POPULATION[False]]
    areas = [area for area in areas_named(text, "") if not area.is_state]
    others = {place.pk: place for place in [*namesakes, *areas]}
    return Answer(place, candidates=tuple(others.values())[:MAX_CANDIDATES])


def _choose(
    matches: tuple[Place, ...], areas: tuple[Place, ...], words: Words
) -> Answer:
    """The place that people mean by a name, if it is clear; else all it may mean."""
    key, in_state = place_key(words.name), bool(words.state)
    areas = () if words.county else without(matches, areas)
    matches = without_doubles(matches, areas, key)
    others = (*areas, *big_counties(words, matches))
    if not matches:
        return _one_or_ask(areas)
    first, rest = matches[0], matches[1:]
    population = first.population or 0
    leads = not rest or population >= DOMINANT * (rest[0].population or 0)
    # Of a county and a city of one name, the smaller one may be a day's drive away.
    leads = leads and (not first.is_county or all(one.is_county for one in rest))
    is_alone = not rest and (in_state or not others)
    if is_alone or (leads and population >= DOMINANT_POPULATION[in_state]):
        return Answer(first, candidates=(*others, *rest)[:MAX_CANDIDATES])
    return _one_or_ask((*others, *matches))


def _one_or_ask(places: tuple[Place, ...]) -> Answer:
    if len(places) == 1:
        return Answer(places[0])
    return Answer(problem=Problem.AMBIGUOUS, candidates=places[:MAX_CANDIDATES])
