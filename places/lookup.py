"""What a person typed → a place, or a short list of what it may have been.

Answers come from our own gazetteer only: nobody's words leave the server.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, F, Q, QuerySet, When
from rapidfuzz import fuzz, process

from places import prepared
from places.areas import (
    areas_named,
    areas_starting_with,
    is_military_mail,
    is_military_zip,
    without,
    without_doubles,
)
from places.cleaning import (
    ADDRESS,
    PARTS,
    SHORT_ZIP,
    STREET,
    clean,
    spellings,
    state_name,
    zip_codes,
)
from places.counties import is_independent_city
from places.foreign import is_foreign_code, is_foreign_name, strip_foreign_country
from places.geo import Point, chord2_between, miles_of_chord
from places.keys import place_key
from places.models import OtherName, Place, PlaceQuerySet
from places.states import SPANISH_NAMES, STATES

MAX_LENGTH = 120
MAX_CANDIDATES = 12
MAX_SUGGESTIONS = 6
# A namesake this much bigger than the next one is what people mean: Portland is
# Oregon's (9 times Maine's), Springfield is nobody's (Missouri 1.1 times
# Massachusetts), Columbus is asked (Ohio 4.4 times Georgia).
DOMINANT = 5
DOMINANT_POPULATION = {True: 20_000, False: 100_000}  # by "a state was named"
# A county this big is meant by its bare name more often than a small town is.
WELL_KNOWN = 100_000
# Towns smaller than this are suggested only within a state that was named.
SUGGESTED_POPULATION = 5_000
# Farther from every ZIP code than this is another country, or the sea.
COAST_MILES = 60

LOOKS_LIKE_ZIP = re.compile(r"^[0-9OoIlSsB]{5}$")
MISREAD_DIGITS = str.maketrans("OoIlSsB", "0011558")
POINT = re.compile(r"^(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$")
COUNTY_WORDS = (
    "county|parish|borough|municipio|census area|municipality|planning region|island"
)
IS_COUNTY = re.compile(rf"\b(?:{COUNTY_WORDS})$", re.IGNORECASE)

# An independent city stands where others have a county: "Fairfax, Fairfax city, VA".
IS_CITY = re.compile(r"\bcity$", re.IGNORECASE)


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


@dataclass(frozen=True)
class Words:
    """A name, and the county and state it was said to be in."""

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
    for code, rest in zip_codes(text):
        place = _zip(code)
        if place and not (text.startswith(code) and _is_house(place, rest)):
            return Answer(place)
        if not place and is_military_zip(code):
            return Answer(problem=Problem.MILITARY)
        if not rest:
            return Answer(problem=Problem.UNKNOWN, candidates=_zips_like(code))
    if found := SHORT_ZIP.search(text):
        candidate = _zip(f"0{found[1]}")
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


def _zip(code: str) -> Place | None:
    rows = prepared.rows("zip", _zips_of, code)
    return _whole(rows[0]) if rows else None


PLACE_FIELDS = [field.attname for field in Place._meta.concrete_fields]


def _zips_of(code: str) -> QuerySet[Place, Any]:
    of_county = [f"county__{name}" for name in PLACE_FIELDS]
    return Place.objects.zips().filter(code=code).values_list(*PLACE_FIELDS, *of_county)


def _whole(row: Sequence[Any]) -> Place:
    """A place and the county that it lies in."""
    size = len(PLACE_FIELDS)
    place = Place.from_db(DEFAULT_DB_ALIAS, PLACE_FIELDS, row[:size])
    place.county = Place.from_db(DEFAULT_DB_ALIAS, PLACE_FIELDS, row[size:])
    return place


def _zips_like(code: str) -> tuple[Place, ...]:
    """Real ZIP codes of the same area, the nearest in number first."""
    same_area = Place.objects.zips().select_related("county")
    near = same_area.filter(code__startswith=code[:3])
    ranked = sorted(near, key=lambda place: abs(int(place.code) - int(code)))
    return tuple(ranked[:3])


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


def state_code(text: str) -> str:
    """ "WA" of "Washington", "Washington State", "State of Washington"; else ""."""
    plain = STATE_KEYS.get(place_key(text))
    return plain or STATE_KEYS.get(place_key(state_name(text)), "")


def _named(text: str, *, with_areas: bool) -> Answer:
    if state := state_code(text):
        return _state(state, text)
    for words in _readings(text):
        matches = _matches(words)
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
    return Answer(problem=Problem.UNKNOWN, candidates=_suggestions(text))


def _big(matches: tuple[Place, ...]) -> bool:
    return (matches[0].population or 0) >= DOMINANT_POPULATION[True]


def _state(code: str, text: str) -> Answer:
    """A bare state name means the state; a great city of that name is offered."""
    place = Place.objects.states().filter(code=code).first()
    towns = () if len(place_key(text)) <= 2 else _matches(Words(text))
    namesakes = [t for t in towns if (t.population or 0) >= DOMINANT_POPULATION[False]]
    areas = [area for area in areas_named(text, "") if not area.is_state]
    others = {place.pk: place for place in [*namesakes, *areas]}
    return Answer(place, candidates=tuple(others.values())[:MAX_CANDIDATES])


def _readings(text: str) -> Iterator[Words]:
    """The ways to part the text into name, county and state, likeliest first."""
    for words in _partings(text):
        for name in spellings(words.name):
            yield replace(words, name=name)


def _partings(text: str) -> Iterator[Words]:
    parts = [part.strip() for part in PARTS.split(text) if part.strip()]
    if len(parts) > 1 and (state := state_code(parts[-1])):
        if len(parts) > 2:
            yield Words(", ".join(parts[:-1]), state=state)
        if len(parts) > 2 and IS_CITY.search(parts[-2]):
            yield Words(parts[0], parts[-2], state)
        county = parts[-2] if len(parts) > 2 and IS_COUNTY.search(parts[-2]) else ""
        yield Words(parts[0], county, state)
        if code := STATE_KEYS.get(place_key(parts[0])):
            # "NY, NY" is the city.
            yield Words(STATES[code].name, state=state)
    words = PARTS.sub(" ", text).split()
    is_address = ADDRESS.match(text)
    for length in (1, 2, 3):
        if len(words) > length and (state := state_code(" ".join(words[-length:]))):
            # In an address a street comes first; the longest name is the likeliest.
            starts = range(len(words) - length if is_address else 1)
            for start in starts:
                yield Words(" ".join(words[start:-length]), state=state)
    yield Words(text)
    if is_address and len(parts) > 1:
        yield Words(parts[-1])


def _matches(words: Words) -> tuple[Place, ...]:
    """Towns of the name, else counties, else ZIP codes that go by it."""
    key = place_key(words.name)
    if not key:
        return ()
    rows = _rows_named(key, words.state)
    if words.county:
        county = place_key(words.county)
        rows = [row for row in rows if row.county and row.county.key == county]
    kinds = [Place.Kind.CITY, Place.Kind.COUNTY, Place.Kind.ZIP]
    if IS_COUNTY.search(words.name):
        kinds = [Place.Kind.COUNTY, Place.Kind.CITY]
    for kind in kinds:
        if same_kind := [row for row in rows if row.kind == kind]:
            if kind == Place.Kind.CITY:
                same_kind += _counties_sharing_a_name(rows)
                same_kind.sort(key=_rank(key))
            return _one_a_county(same_kind)
    return ()


def _counties_sharing_a_name(rows: list[Place]) -> list[Place]:
    """The counties that share their name with an independent city of their state.

    "Baltimore" is both, and who lives in the county must not get the city's answer.
    """
    counties = [row for row in rows if row.is_county]
    states = {county.state for county in counties if is_independent_city(county)}
    return [c for c in counties if c.state in states and not is_independent_city(c)]


def _rows_named(key: str, state: str) -> list[Place]:
    """Everything of the name, the biggest first."""
    others = OtherName.objects.filter(key=key).values("place_id")
    found = Place.objects.filter(Q(key=key) | Q(pk__in=others)).select_related("county")
    return sorted(found.in_state(state) if state else found, key=_rank(key))


def _rank(key: str) -> Callable[[Place], tuple[int, bool, str]]:
    """Biggest first; of equals the one that bears the name itself."""
    return lambda row: (-(row.population or 0), row.key != key, row.code)


def _one_a_county(rows: list[Place]) -> tuple[Place, ...]:
    """Namesakes in one county are one town in several lists: keep the biggest."""
    kept: dict[object, Place] = {}
    for row in rows:
        kept.setdefault(row.pk if row.is_county else row.county_id, row)
    return tuple(kept.values())[:MAX_CANDIDATES]


def _big_counties(words: Words, towns: tuple[Place, ...]) -> list[Place]:
    """Counties that people may mean by the name of a much smaller town."""
    if words.county or not towns or towns[0].is_county:
        return []
    least = max((towns[0].population or 0) * DOMINANT, WELL_KNOWN)
    rows = _rows_named(place_key(words.name), words.state)
    return [row for row in rows if row.is_county and (row.population or 0) >= least]


def _choose(
    matches: tuple[Place, ...], areas: tuple[Place, ...], words: Words
) -> Answer:
    """The place that people mean by a name, if it is clear; else all it may mean."""
    key, in_state = place_key(words.name), bool(words.state)
    areas = () if words.county else without(matches, areas)
    matches = without_doubles(matches, areas, key)
    others = (*areas, *_big_counties(words, matches))
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


def _suggestions(text: str) -> tuple[Place, ...]:
    """What somebody who mistyped may have meant, likeliest first."""
    if LOOKS_LIKE_ZIP.match(text):
        code = text.translate(MISREAD_DIGITS)
        exact = Place.objects.zips().filter(code=code).select_related("county")
        return tuple(exact) or _zips_like(code)
    for words in _readings(text):
        if near := _names_like(place_key(words.name), words.state):
            return near
    return tuple(place for code, _rest in zip_codes(text) if (place := _zip(code)))


def _names_like(key: str, state: str) -> tuple[Place, ...]:
    if len(key) < 3:
        return ()
    best = process.extract(
        key, _names(state), scorer=fuzz.ratio, score_cutoff=78, limit=MAX_SUGGESTIONS
    )
    scores = {pk: score for _key, score, pk in best}
    rows: PlaceQuerySet = Place.objects.filter(pk__in=scores).select_related("county")
    ranked = sorted(rows, key=lambda p: (-scores[p.pk], -(p.population or 0)))
    return tuple(ranked)


@lru_cache(maxsize=64)
def _names(state: str) -> dict[int, str]:
    """Keys of the towns, counties and states to compare a misspelt name with."""
    rows = Place.objects.exclude(kind=Place.Kind.ZIP)
    if state:
        rows = rows.in_state(state)
    else:
        is_town = Q(kind=Place.Kind.CITY)
        rows = rows.filter(~is_town | Q(population__gte=SUGGESTED_POPULATION))
    return dict(rows.values_list("pk", "key"))


def starting_with(text: str) -> list[Place]:
    """Places whose names begin with the text, for suggestions: states, big cities,
    tribal lands and other areas first, then what has just that name, then by size."""
    key = place_key(clean(text[:MAX_LENGTH]))
    if len(key) < 3:
        return []
    places = _places_starting_with(key)
    first = [place for place in places if _is_first(place)]
    rest = [place for place in places if not _is_first(place)]
    # Tribal lands come first; a few of each leave room for the others.
    areas = areas_starting_with(key)
    return [*first[:2], *areas[:2], *first[2:], *rest, *areas[2:]]


def _is_first(place: Place) -> bool:
    big = DOMINANT_POPULATION[False]
    is_city = place.kind == Place.Kind.CITY
    return place.is_state or (is_city and (place.population or 0) >= big)


def _places_starting_with(key: str) -> list[Place]:
    # "~" sorts after every letter and digit that a key can hold.
    begins = Place.objects.filter(key__gte=key, key__lt=f"{key}~")
    towns = begins.exclude(kind=Place.Kind.ZIP).select_related("county")
    is_big = Q(kind=Place.Kind.CITY, population__gte=DOMINANT_POPULATION[False])
    rank = Case(
        When(kind=Place.Kind.STATE, then=0),
        When(is_big, then=1),
        When(key=key, then=2),
        default=3,
    )
    by_size = F("population").desc(nulls_last=True)
    return list(towns.order_by(rank, by_size, "code")[:MAX_SUGGESTIONS])
