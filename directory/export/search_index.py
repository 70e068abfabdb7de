"""The data of the search in an export, as scripts: a page on a disk can load no JSON.

Listings are one script in each language. Places are many small scripts, named after the
first letter or digit of the search, so that an old computer reads only what it needs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from api.types import AnyListing, JsonObject
from listings.models import Listing
from listings.phones import dialable
from listings.templatetags.hours import hours_status
from listings.templatetags.listing import plain_from_english
from orgs.models import Organization
from places.fields import MIN_SENTENCE_WORDS, NOT_A_PLACE_MESSAGE
from places.lookup import canonical_query
from places.models import Area, Place, PlaceQuerySet
from places.name_keys import ABBREVIATIONS, place_key
from places.readings import STATE_KEYS
from places.states import STATES
from warmlines.eligibility import (
    describe_eligibility_as_text,
    serves_unknown_part_of_state,
)
from warmlines.models import Warmline

CONTACT_WAYS = {"in_person": "in_person", "online": "online", "by_phone": "phone"}


def listings_script(rows: Iterable[AnyListing], at: datetime) -> bytes:
    """Return the listings with what the search shows and needs, in one language."""
    facts = {
        "words": _script_texts(),
        "sentence": MIN_SENTENCE_WORDS,
        "short": ABBREVIATIONS,
        "states": {code: state.name for code, state in STATES.items()},
        "codes": STATE_KEYS,
        "kinds": {str(kind): str(kind.label) for kind in Organization.Kind},
        "rows": [_listing_record(listing, at) for listing in rows],
    }
    return f"copy.listings({_compact_json(facts)});\n".encode()


def _listing_record(listing: AnyListing, at: datetime) -> JsonObject:
    """Return short names and no empty values, because old phones read this too."""
    if isinstance(listing, Warmline):
        fields = _line_fields(listing, at)
    else:
        fields = _organization_fields(listing)
    facts = {
        "u": listing.get_absolute_url().removeprefix("/es")[1:],
        "n": listing.name,
        "p": dialable(listing.phone),
        "s": [place.code for place in listing.service_area.all()],
        "a": int(listing.service_area_scope == Listing.ServiceAreaScope.NATIONWIDE),
        "w": [f"{term.kind}:{term.slug}" for term in listing.terms.all()],
        "h": [way for name, way in CONTACT_WAYS.items() if getattr(listing, name)],
        "c": int(listing.status == Listing.Status.TEMPORARILY_CLOSED),
        "v": plain_from_english(listing.public_warning),
        **fields,
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", [], 0, None)}


def _line_fields(line: Warmline, at: datetime) -> JsonObject:
    zone = line.timezone or "UTC"
    group = line.group
    return {
        "t": hours_status(line.status_at(at), at, zone),
        "o": describe_eligibility_as_text(line),
        "f": int(line.takes_anyone),
        "g": group.inside_sentence
        if group
        else _("others")
        if line.is_for_group
        else "",
        # The states that it serves in part, with or without known counties.
        "d": sorted(line.state_codes - line.whole_states),
        "e": int(serves_unknown_part_of_state(line)),
    }


def _organization_fields(listing: Organization) -> JsonObject:
    point = listing.point
    return {
        "k": listing.kind,
        "t": listing.city_line,
        "m": listing.state,
        # The states that it serves completely or in part.
        "d": sorted({place.state for place in listing.service_area.all()}),
        "y": round(point.latitude, 4) if point else None,
        "x": round(point.longitude, 4) if point else None,
        "r": int(listing.has_approximate_point),
    }


def _script_texts() -> dict[str, str]:
    """Return the sentences that the script shows."""
    return {
        "near": _("Run by peers near you"),
        "in": _("Run by peers in %(place)s"),
        "center": _("Your Center for Independent Living"),
        "centers": _("Centers for Independent Living"),
        "phone": _("By phone"),
        "online": _("Online, from anywhere"),
        "help": _("Listings that may help"),
        "named": _("Listings that match “%(words)s”"),
        "all": _("All support in %(state)s"),
        "unknown": _(
            "We could not find “%(text)s”. Try a ZIP code, or a town with its state, "
            "like “Circle, MT”."
        ),
        "sentence": str(NOT_A_PLACE_MESSAGE),
        "gentle": _(
            "To see who can help near you, enter a ZIP code, or a town and state, like "
            "Circle, MT."
        ),
        "ambiguous": _("There is more than one “%(text)s”. Which one do you mean?"),
        "less": _("less than a mile away"),
        "miles": _("%(miles)s miles away"),
        "about": _("about"),
        "here": _("For people in %(state)s"),
        "counties": _("For some counties of %(state)s"),
        "group": _("For %(people)s"),
        "ask": _("Call to ask who they take"),
        "closed": _("Closed for now."),
        "none": _("No place listed here matches these filters."),
    }


def places_scripts(states: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, script) for each first letter or digit, for these states or all.

    Each script has places and areas (tribal lands, regions, bases) of the letter.
    """
    areas = _area_lines(states)
    shards: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    counties = {
        place.pk: place for place in _in_states(Place.objects.counties(), states)
    }
    for place in _in_states(Place.objects.without_states(), states):
        county = place.own_county
        if county is None or county.pk not in counties:
            continue
        for entry, first in _place_entries(place, counties[county.pk]):
            shards[first][county.pk].append(entry)
    for first in sorted({*shards, *areas}):
        lines = [
            f"{_county_header(counties[pk])}|{'|'.join(entries)}"
            for pk, entries in sorted(shards[first].items())
        ]
        data = ",".join(
            _compact_json("\n".join(part)) for part in (lines, areas[first])
        )
        yield f"{first}.js", f'copy.places("{first}",{data});\n'.encode()


def _area_lines(states: frozenset[str]) -> defaultdict[str, list[str]]:
    """Return the lines of areas by first letter; each has the names of that letter.

    Names are given as their keys, because the search never shows them.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = Area.objects.select_related("main_place__county").order_by("key")
    for area in rows.prefetch_related("counties", "names"):
        place = area.as_place()
        if place is None or (states and states.isdisjoint(place.state_codes)):
            continue
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted({name.key for name in area.names.all()}):
            keys[name[0]].append(name)
        for first, names in keys.items():
            found[first].append("|".join([";".join(names), *_area_fields(area, place)]))
    return found


def _area_fields(area: Area, place: Place) -> Iterator[str]:
    """Yield the kind, the label, the search text, the position, the states, and the
    codes of the counties. For a name of a single place, they are those of the place."""
    yield area.kind if place.is_area else ""
    yield place.label
    yield canonical_query(place)
    yield ",".join(map(str, _hundredths_of_degree(place)))
    yield ",".join(place.state_codes)
    if place.is_area:
        yield ",".join(county.code for county in area.counties.all())
    else:
        yield place.own_county.code if place.own_county else ""


def _in_states(places: PlaceQuerySet, states: frozenset[str]) -> PlaceQuerySet:
    found = places.in_states(states) if states else places
    return found.order_by("pk")


def _county_header(county: Place) -> str:
    """Return "30017,MT,4626,-10557,Custer County"; entries are offsets from it."""
    latitude, longitude = _hundredths_of_degree(county)
    return f"{county.code},{county.state},{latitude},{longitude},{county.name}"


def _place_entries(place: Place, county: Place) -> Iterator[tuple[str, str]]:
    """Yield an entry like "Miles City,-3,12" for each name, and its first letter."""
    south, east = _hundredths_of_degree(county)
    latitude, longitude = _hundredths_of_degree(place)
    offsets = f"{latitude - south},{longitude - east}"
    if place.kind == Place.Kind.ZIP:
        yield f"{place.code},{offsets},{place.name}", place.code[0]
        return
    yield f"{place.name},{offsets}", place_key(place.name)[:1]
    for name in filter(None, place.alt_names.split(";")):
        if place_key(name) and not place.is_county:
            yield f"{name},{offsets},{place.name}", place_key(name)[0]


def _hundredths_of_degree(place: Place) -> tuple[int, int]:
    """Return the position in 1/100 degrees, which is precise enough for a place."""
    return round(place.latitude * 100), round(place.longitude * 100)


def _compact_json(facts: JsonObject | str) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
