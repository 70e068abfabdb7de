"""What a person typed → a place, or a short list of what it may have been.

Answers come from our own gazetteer only: nobody's words leave the server.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Q, QuerySet
from rapidfuzz import fuzz, process

from places import prepared
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
# Towns smaller than this are suggested only within a state that was named.
SUGGESTED_POPULATION = 5_000
# Farther from every ZIP code than this is another country, or the sea.
COAST_MILES = 60

ZIP = re.compile(r"^(\d{5})(?:[-\s]*\d{4})?$")
LOOKS_LIKE_ZIP = re.compile(r"^[0-9OoIlSsB]{5}$")
MISREAD_DIGITS = str.maketrans("OoIlSsB", "0011558")
POINT = re.compile(r"^(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$")
OF = re.compile(r"^(?:town|city|village|township)\s+of\s+", re.IGNORECASE)
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


def look_up(text: str) -> Answer:
    """Find the place that somebody typed. Any text at all is answered."""
    text = " ".join(text.replace("\0", " ").split())
    if len(text) > MAX_LENGTH:
        return Answer(problem=Problem.TOO_LONG)
    if not place_key(text):
        return Answer(problem=Problem.UNKNOWN if text else Problem.EMPTY)
    if found := ZIP.match(text):
        return _zip(found[1])
    if found := POINT.match(text):
        return _point(float(found[1]), float(found[2]))
    if is_foreign_code(text):
        return Answer(problem=Problem.FOREIGN)
    return _named(text)


def typed(place: Place) -> str:
    """The words that lead to exactly this place."""
    if place.kind == Place.Kind.POINT:
        return f"{place.latitude:.2f},{place.longitude:.2f}"
    if place.kind in (Place.Kind.STATE, Place.Kind.ZIP):
        return place.code
    if place.is_county or place.county is None:
        return f"{place.name}, {place.state}"
    return f"{place.name}, {place.county.name}, {place.state}"


def _zip(code: str) -> Answer:
    for row in prepared.rows("zip", _zips_of, code):
        return Answer(_whole(row))
    return Answer(problem=Problem.UNKNOWN, candidates=_zips_like(code))


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


def _named(text: str) -> Answer:
    if state := STATE_KEYS.get(place_key(text)):
        return _state(state, text)
    for words in _readings(text):
        if matches := _matches(words):
            if is_foreign_name(words.name) and not (words.state or _big(matches)):
                return Answer(problem=Problem.FOREIGN, candidates=matches)
            return _choose(matches, in_state=bool(words.state))
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
    return Answer(place, candidates=tuple(namesakes[:MAX_CANDIDATES]))


def _readings(text: str) -> Iterable[Words]:
    """The ways to part the text into name, county and state, likeliest first."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 1 and (state := STATE_KEYS.get(place_key(parts[-1]))):
        if len(parts) > 2 and IS_CITY.search(parts[-2]):
            yield Words(parts[0], parts[-2], state)
        county = parts[-2] if len(parts) > 2 and IS_COUNTY.search(parts[-2]) else ""
        yield Words(parts[0], county, state)
    words = text.replace(",", " ").split()
    for length in (1, 2, 3):
        if len(words) > length:
            state = STATE_KEYS.get(place_key(" ".join(words[-length:])), "")
            if state:
                yield Words(" ".join(words[:-length]), state=state)
    yield Words(text)


def _matches(words: Words) -> tuple[Place, ...]:
    """Towns of the name, else counties, else ZIP codes that go by it."""
    key = place_key(OF.sub("", words.name))
    if not key:
        return ()
    others = OtherName.objects.filter(key=key).values("place_id")
    found = Place.objects.filter(Q(key=key) | Q(pk__in=others)).select_related("county")
    if words.state:
        found = found.in_state(words.state)
    rows = sorted(found, key=_rank(key))
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


def _rank(key: str) -> Callable[[Place], tuple[int, bool, str]]:
    """Biggest first; of equals the one that bears the name itself."""
    return lambda row: (-(row.population or 0), row.key != key, row.code)


def _one_a_county(rows: list[Place]) -> tuple[Place, ...]:
    """Namesakes in one county are one town in several lists: keep the biggest."""
    kept: dict[object, Place] = {}
    for row in rows:
        kept.setdefault(row.pk if row.is_county else row.county_id, row)
    return tuple(kept.values())[:MAX_CANDIDATES]


def _choose(matches: tuple[Place, ...], *, in_state: bool) -> Answer:
    first, rest = matches[0], matches[1:]
    if not rest:
        return Answer(first)
    population = first.population or 0
    leads = population >= DOMINANT * (rest[0].population or 0)
    # Of a county and a city of one name, the smaller one may be a day's drive away.
    is_town_meant = not first.is_county or all(place.is_county for place in rest)
    if leads and is_town_meant and population >= DOMINANT_POPULATION[in_state]:
        return Answer(first, candidates=rest)
    return Answer(problem=Problem.AMBIGUOUS, candidates=matches)


def _suggestions(text: str) -> tuple[Place, ...]:
    """What somebody who mistyped may have meant, likeliest first."""
    if LOOKS_LIKE_ZIP.match(text):
        code = text.translate(MISREAD_DIGITS)
        exact = Place.objects.zips().filter(code=code).select_related("county")
        return tuple(exact) or _zips_like(code)
    for words in _readings(text):
        if near := _names_like(place_key(words.name), words.state):
            return near
    return ()


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
    """The biggest places whose names begin with the text, for suggestions."""
    key = place_key(text[:MAX_LENGTH])
    if len(key) < 3:
        return []
    # "~" sorts after every letter and digit that a key can hold.
    begins = Place.objects.filter(key__gte=key, key__lt=f"{key}~")
    towns = begins.exclude(kind=Place.Kind.ZIP).select_related("county")
    return list(towns.order_by(F("population").desc(nulls_last=True), "code")[:6])
