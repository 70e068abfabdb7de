"""Turn what a person typed into a place, or into a short list of candidates.

Only our own gazetteer is searched, so nobody's words leave the server.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from math import sqrt

from places.areas import (
    drop_places_same_as_area,
    exclude_places,
    find_areas_by_name,
    is_military_mail,
    is_military_zip,
)
from places.autocomplete import (
    MAX_TEXT_LENGTH,
    MAX_ZIP_SUGGESTIONS,
    suggest_corrections,
)
from places.cleaning import SHORT_ZIP, STREET_WORD, clean_text, zip_codes
from places.foreign_places import (
    is_foreign_code,
    is_foreign_name,
    strip_foreign_country,
)
from places.gazetteer import gazetteer
from places.geo import Point, miles_of_chord, squared_chord_between
from places.models import Place
from places.name_keys import place_key
from places.name_search import (
    DOMINANT_POPULATION,
    DOMINANT_RATIO,
    MAX_CANDIDATES,
    big_counties,
    find_places_by_name,
)
from places.readings import PlaceQuery, interpretations, state_code

# A point farther from every ZIP code is in another country or at sea.
MAX_MILES_TO_ZIP = 60
COORDINATES = re.compile(r"^(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$")


class Problem(enum.Enum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    FOREIGN = "foreign"
    MILITARY = "military"


@dataclass(frozen=True)
class LookupResult:
    """A place, or the problem why there is none.

    `candidates` are the namesakes of a place. With AMBIGUOUS they are all meanings,
    largest first, and with UNKNOWN or FOREIGN they are corrections.
    """

    place: Place | None = None
    problem: Problem | None = None
    candidates: tuple[Place, ...] = ()


def look_up(text: str, *, with_areas: bool = True) -> LookupResult:
    """Find the place that someone typed. Never raises, whatever the text is.

    Without areas, only cities, counties, states and ZIP codes are found, which is what
    an address needs.
    """
    if len(text.strip()) > MAX_TEXT_LENGTH:
        return LookupResult(problem=Problem.TOO_LONG)
    is_empty = not text.replace("\0", " ").strip()
    text = clean_text(text)
    if not place_key(text):
        return LookupResult(problem=Problem.EMPTY if is_empty else Problem.UNKNOWN)
    if found := COORDINATES.match(text):
        return _by_coordinates(float(found[1]), float(found[2]))
    if is_foreign_code(text):
        return LookupResult(problem=Problem.FOREIGN)
    return _by_zip_code(text) or _by_name(text, with_areas=with_areas)


def _by_zip_code(text: str) -> LookupResult | None:
    """Look up a ZIP code in the text; None if the rest of the text must decide."""
    zips = gazetteer().zips
    for code, rest in zip_codes(text):
        place = zips.get(code)
        if place and not (text.startswith(code) and _is_house_number(place, rest)):
            return LookupResult(place)
        if not place and is_military_zip(code):
            return LookupResult(problem=Problem.MILITARY)
        if not rest:
            return LookupResult(
                problem=Problem.UNKNOWN,
                candidates=zips.similar(code, MAX_ZIP_SUGGESTIONS),
            )
    if found := SHORT_ZIP.search(text):
        candidate = zips.get(f"0{found[1]}")
        if candidate:
            return LookupResult(problem=Problem.UNKNOWN, candidates=(candidate,))
    return None


def _is_house_number(place: Place, rest: str) -> bool:
    """Return True if five digits before this text are the number of a house."""
    names_city = place.key in place_key(rest)
    is_street = not names_city and STREET_WORD.search(rest) is not None
    return is_street or _names_another_state(place, rest)


def _names_another_state(place: Place, rest: str) -> bool:
    """Return True if the rest of an address names a state, but not the place's."""
    words = rest.replace(",", " ").split()
    states = {state_code(" ".join(words[-length:])) for length in (1, 2, 3)}
    named = states - {""}
    return bool(named) and place.state not in named


def canonical_query(place: Place) -> str:
    """Return text that look_up() resolves to exactly this place."""
    if place.query_text:
        return place.query_text
    if place.kind == Place.Kind.POINT:
        return f"{place.latitude:.2f},{place.longitude:.2f}"
    if place.kind in (Place.Kind.STATE, Place.Kind.ZIP):
        return place.code
    if place.is_county or place.county is None:
        return f"{place.name}, {place.state}"
    return f"{place.name}, {place.county.name}, {place.state}"


def _by_coordinates(latitude: float, longitude: float) -> LookupResult:
    if abs(latitude) > 90 or abs(longitude) > 180:
        return LookupResult(problem=Problem.UNKNOWN)
    point = Point(latitude, longitude)
    if nearest := nearest_zip(point):
        return LookupResult(nearest.moved_to(point))
    return LookupResult(problem=Problem.FOREIGN)


def nearest_zip(point: Point) -> Place | None:
    """Return the ZIP code with the nearest center within MAX_MILES_TO_ZIP, or None."""
    near = (
        Place.objects.zips()
        .in_boxes_around(point, MAX_MILES_TO_ZIP)
        .select_related("county")
    )
    best = min(near, key=lambda p: squared_chord_between(point, p.point), default=None)
    if best is None:
        return None
    miles = miles_of_chord(sqrt(squared_chord_between(point, best.point)))
    return best if miles <= MAX_MILES_TO_ZIP else None


def _by_name(text: str, *, with_areas: bool) -> LookupResult:
    if state := state_code(text):
        return _state_result(state, text)
    for query in interpretations(text):
        matches = find_places_by_name(query)
        areas = find_areas_by_name(query.name, query.state) if with_areas else ()
        is_foreign = bool(matches) and is_foreign_name(query.name)
        if is_foreign and not (query.state or _is_dominant(matches)):
            return LookupResult(problem=Problem.FOREIGN, candidates=matches)
        if matches or areas:
            return _resolve(matches, areas, query)
    if is_military_mail(text):
        return LookupResult(problem=Problem.MILITARY)
    if is_foreign_name(text) or strip_foreign_country(text) is not None:
        return LookupResult(problem=Problem.FOREIGN)
    return LookupResult(problem=Problem.UNKNOWN, candidates=suggest_corrections(text))


def _is_dominant(matches: tuple[Place, ...]) -> bool:
    return (matches[0].population or 0) >= DOMINANT_POPULATION[True]


def _state_result(code: str, text: str) -> LookupResult:
    """Return the state, with large cities and areas of its name as candidates."""
    place = Place.objects.states().filter(code=code).first()
    cities = () if len(place_key(text)) <= 2 else find_places_by_name(PlaceQuery(text))
    namesakes = [t for t in cities if (t.population or 0) >= DOMINANT_POPULATION[False]]
    areas = [area for area in find_areas_by_name(text, "") if not area.is_state]
    others = {place.pk: place for place in [*namesakes, *areas]}
    return LookupResult(place, candidates=tuple(others.values())[:MAX_CANDIDATES])


def _resolve(
    matches: tuple[Place, ...], areas: tuple[Place, ...], query: PlaceQuery
) -> LookupResult:
    """Return the place that people mean by a name, or AMBIGUOUS if it is not clear."""
    key, in_state = place_key(query.name), bool(query.state)
    areas = () if query.county else exclude_places(matches, areas)
    matches = drop_places_same_as_area(matches, areas, key)
    others = (*areas, *big_counties(query, matches))
    if not matches:
        return _only_or_ambiguous(areas)
    first, rest = matches[0], matches[1:]
    population = first.population or 0
    leads = not rest or population >= DOMINANT_RATIO * (rest[0].population or 0)
    # A county and a city of one name may be far apart, so a county never wins alone.
    leads = leads and (not first.is_county or all(one.is_county for one in rest))
    is_alone = not rest and (in_state or not others)
    if is_alone or (leads and population >= DOMINANT_POPULATION[in_state]):
        return LookupResult(first, candidates=(*others, *rest)[:MAX_CANDIDATES])
    return _only_or_ambiguous((*others, *matches))


def _only_or_ambiguous(places: tuple[Place, ...]) -> LookupResult:
    if len(places) == 1:
        return LookupResult(places[0])
    return LookupResult(problem=Problem.AMBIGUOUS, candidates=places[:MAX_CANDIDATES])
