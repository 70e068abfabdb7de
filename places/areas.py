"""Find areas by name: tribal lands, regions, bases, short forms, military mail."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from django.db.models import Case, Q, QuerySet, When

from places.cleaning import REGION
from places.gazetteer import gazetteer
from places.models import Area, Place
from places.name_keys import place_key

MAX_SUGGESTIONS = 6
# The key of all ZIP codes with one prefix, like "090xx".
ZIP_PREFIX_KEY = "{}xx"


def find_areas_by_name(name: str, state: str) -> tuple[Place, ...]:
    """Return the areas of a name as places, only those of one state if it is given."""
    key = place_key(name)
    if key in gazetteer().known_keys and (
        found := _to_places(_areas_of_key(key), state)
    ):
        return found
    is_region = REGION.match(name)
    return find_areas_by_name(is_region[1], state) if is_region else ()


def areas_starting_with(key: str) -> tuple[Place, ...]:
    """Return areas to suggest that have a name with this prefix, tribal lands first."""
    # "~" sorts after every character of a key.
    begins = Q(names__key__gte=key, names__key__lt=f"{key}~", names__is_suggested=True)
    found = _to_places(_areas(begins).distinct()[:MAX_SUGGESTIONS], "")
    # "Cbus" does not help someone who types "Columb": the city itself is suggested.
    return tuple(place for place in found if not _is_unrelated_short_form(place, key))


def _is_unrelated_short_form(place: Place, key: str) -> bool:
    is_short_form = place.is_area and place.area_kind == Area.Kind.ALIAS
    return is_short_form and not place_key(place.query_text).startswith(key)


def _areas_of_key(key: str) -> QuerySet[Area]:
    return _areas(Q(names__key=key))


def _areas(condition: Q) -> QuerySet[Area]:
    named = Area.objects.filter(condition).exclude(kind=Area.Kind.MILITARY_MAIL)
    related = named.select_related("main_place__county").prefetch_related("counties")
    return related.order_by(
        Case(When(kind=Area.Kind.TRIBAL, then=0), default=1), "name"
    )


def _to_places(areas: QuerySet[Area], state: str) -> tuple[Place, ...]:
    found = [
        place
        for area in areas
        if (not state or state in area.states.split(";")) and (place := area.as_place())
    ]
    # Several short forms may mean one town.
    return tuple({place.query_text or place.pk: place for place in found}.values())


def exclude_places(
    matches: Iterable[Place], areas: Iterable[Place]
) -> tuple[Place, ...]:
    """Return the areas that are not merely another name of one of the matches."""
    numbers = {place.pk for place in matches}
    return tuple(area for area in areas if area.pk not in numbers)


def drop_places_same_as_area(
    matches: Iterable[Place], areas: Iterable[Place], key: str
) -> tuple[Place, ...]:
    """Return the matches that are not the same thing as an area around them."""
    return tuple(
        place
        for place in matches
        if not any(
            area.shares_county_with(place) and _is_same_as_area(area, place, key)
            for area in areas
        )
    )


def _is_same_as_area(area: Place, place: Place, key: str) -> bool:
    """Return True if an area and a place in it, both called `key`, are one thing.

    A base is the same as a city with any of its names, and a pueblo the same as the
    city with its main name. A place that has the name only as an alias is also the
    same as the area.
    """
    if not area.is_area:
        return place.is_county and place.key != key
    if area.area_kind == Area.Kind.BASE:
        return True
    is_pueblo = area.area_kind == Area.Kind.TRIBAL and place_key(area.name) == key
    return is_pueblo or place.key != key


def is_military_zip(code: str) -> bool:
    """Return True for a ZIP code of overseas military or diplomatic mail."""
    return _is_any_military([ZIP_PREFIX_KEY.format(code[:3])])


def is_military_mail(text: str) -> bool:
    """Return True for a military mail address abroad, like "PSC 1 Box 2 APO AE"."""
    words = text.replace(",", " ").split()
    pairs = [*words, *map(" ".join, pairwise(words)), text]
    return _is_any_military([key for pair in pairs if (key := place_key(pair))])


def _is_any_military(keys: list[str]) -> bool:
    known_keys = gazetteer().known_keys.intersection(keys)
    military = Area.objects.filter(
        kind=Area.Kind.MILITARY_MAIL, names__key__in=known_keys
    )
    return bool(known_keys) and military.exists()
