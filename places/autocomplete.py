"""Suggestions while someone types a place, and corrections for a misspelled one."""

from __future__ import annotations

import re

from django.db.models import Case, F, Q, When
from rapidfuzz import fuzz, process

from places.areas import areas_starting_with
from places.cleaning import clean_text, zip_codes
from places.gazetteer import gazetteer
from places.models import Place, PlaceQuerySet
from places.name_keys import place_key
from places.name_search import DOMINANT_POPULATION
from places.readings import interpretations

MAX_SUGGESTIONS = 6
# In characters. Longer text is cut here, and refused by places.lookup.
MAX_TEXT_LENGTH = 120
# How many ZIP codes are suggested in place of one that does not exist.
MAX_ZIP_SUGGESTIONS = 3
# How similar two names must be to suggest one for the other.
MIN_SIMILARITY_PERCENT = 78
MIN_KEY_LENGTH = 3
LOOKS_LIKE_ZIP = re.compile(r"^[0-9OoIlSsB]{5}$")
LETTERS_FOR_DIGITS = str.maketrans("OoIlSsB", "0011558")


def suggest_corrections(text: str) -> tuple[Place, ...]:
    """Return the places that misspelled text may mean, most likely first."""
    zips = gazetteer().zips
    if LOOKS_LIKE_ZIP.match(text):
        code = text.translate(LETTERS_FOR_DIGITS)
        exact = zips.get(code)
        return (exact,) if exact else zips.similar(code, MAX_ZIP_SUGGESTIONS)
    for query in interpretations(text):
        if near := _similar_names(place_key(query.name), query.state):
            return near
    return tuple(place for code, _rest in zip_codes(text) if (place := zips.get(code)))


def _similar_names(key: str, state: str) -> tuple[Place, ...]:
    names = gazetteer().names.get(state)
    if len(key) < MIN_KEY_LENGTH or names is None:
        return ()
    best = process.extract(
        key,
        names.keys,
        scorer=fuzz.ratio,
        score_cutoff=MIN_SIMILARITY_PERCENT,
        limit=MAX_SUGGESTIONS,
    )
    scores = {names.pks[at]: score for _key, score, at in best}
    rows: PlaceQuerySet = Place.objects.filter(pk__in=scores).select_related("county")
    ranked = sorted(rows, key=lambda p: (-scores[p.pk], -(p.population or 0)))
    return tuple(ranked)


def autocomplete_places(text: str) -> list[Place]:
    """Return places to suggest whose names begin with the text.

    States, big cities, tribal lands and other areas come first, then exact names, then
    the rest by population.
    """
    key = place_key(clean_text(text[:MAX_TEXT_LENGTH]))
    if len(key) < MIN_KEY_LENGTH:
        return []
    places = _places_starting_with(key)
    first = [place for place in places if _is_state_or_big_city(place)]
    rest = [place for place in places if not _is_state_or_big_city(place)]
    # Only a few of each kind come first, so that the others are not crowded out.
    areas = areas_starting_with(key)
    return [*first[:2], *areas[:2], *first[2:], *rest, *areas[2:]]


def _is_state_or_big_city(place: Place) -> bool:
    big = DOMINANT_POPULATION[False]
    is_city = place.kind == Place.Kind.CITY
    return place.is_state or (is_city and (place.population or 0) >= big)


def _places_starting_with(key: str) -> list[Place]:
    # "~" sorts after every character of a key.
    begins = Place.objects.filter(key__gte=key, key__lt=f"{key}~")
    cities = begins.exclude(kind=Place.Kind.ZIP).select_related("county")
    is_big = Q(kind=Place.Kind.CITY, population__gte=DOMINANT_POPULATION[False])
    rank = Case(
        When(kind=Place.Kind.STATE, then=0),
        When(is_big, then=1),
        When(key=key, then=2),
        default=3,
    )
    by_size = F("population").desc(nulls_last=True)
    return list(cities.order_by(rank, by_size, "code")[:MAX_SUGGESTIONS])
