"""The results of a search in plain Python, calculated row by row.

Nothing of `search/` is used here: this is the other opinion that the index must equal.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from listings.hours import OpenState
from listings.models import Term
from orgs.models import Organization
from places.models import Place

HALF_AXIS, ECCENTRICITY2, RADIUS = 3963.190592, 0.00669437999014, 3958.761333
NEVER = math.inf
AT = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("America/Denver"))
WORDS = ["harbor", "lantern", "veterans", "peer support", "harbor house", "mont", "zzz"]


@dataclass(frozen=True)
class Question:
    place: Place | None = None
    chosen: dict = field(default_factory=dict)
    state: str = ""
    words: str = ""
    radius: int | None = None
    open_at: datetime | None = None
    page: int = 1


def with_lists(rows):
    """Return the rows with their terms and the places they serve as lists."""
    return list(
        rows.prefetch_related(
            Prefetch("terms", to_attr="all_terms"),
            Prefetch("service_area", to_attr="served"),
        )
    )


def listings():
    rows = Organization.objects.filter(status__in=["published", "temporarily_closed"])
    return with_lists(rows)


def xyz(latitude, longitude):
    """Return x, y and z of a point in miles from the center of the earth."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    n = HALF_AXIS / math.sqrt(1 - ECCENTRICITY2 * math.sin(phi) ** 2)
    x, y = n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam)
    return x, y, n * (1 - ECCENTRICITY2) * math.sin(phi)


def miles(place, row):
    if row.latitude is None:
        return NEVER
    straight = math.dist(
        xyz(place.latitude, place.longitude), xyz(row.latitude, row.longitude)
    )
    return 2 * RADIUS * math.asin(min(1, straight / (2 * RADIUS)))


def answers_words(row, words):
    labels = [f"{term.label} {term.label_es}".lower() for term in row.all_terms]
    said = [f" {text}" for text in (row.search_text, *labels)]
    return all(any(f" {word}" in text for text in said) for word in words.split())


def names_words(row, words):
    ends = len(row.sort_name)
    return all(0 <= row.search_text.find(word) < ends for word in words.split())


def values_of(row, name):
    if name == "kind":
        return {row.kind}
    if name == "state":
        return {row.state}
    if name == "run_by":
        return {row.run_by}
    if name == "how":
        ways = [("in_person", row.in_person), ("online", row.online)]
        return {way for way, is_so in [*ways, ("phone", row.by_phone)] if is_so}
    return {term.slug for term in row.all_terms if term.kind == name}


def is_closed(row, question):
    return bool(question.open_at) and open_state(row, question) is OpenState.CLOSED


def open_state(row, question):
    return row.status_at(question.open_at).state


def passes(row, question, *, but=""):
    """Return True if the row matches words, state, filters and "Open now"."""
    if question.words and not answers_words(row, question.words):
        return False
    if question.state and row.state != question.state:
        return False
    if is_closed(row, question):
        return False
    return all(
        name == but or not wanted or values_of(row, name) & set(wanted)
        for name, wanted in question.chosen.items()
    )


@lru_cache
def state_rows():
    """Return the primary keys of states by code, which no test changes."""
    return dict(Place.objects.filter(kind="state").values_list("code", "pk"))


# How an organization serves a place, in plain words of the tests.
COUNTY, STATE, NATION, ASK, ASK_ABROAD, OTHER = range(6)


def coverage(row, place):
    """Return whether the row serves the place; unknown areas may be anywhere."""
    served = {served.pk for served in row.served}
    counties = set() if place.kind == "state" else set(place.county_ids)
    codes = [place.state] if place.kind == "state" else place.state_codes
    if served & counties:
        return COUNTY
    if served & {state_rows()[code] for code in codes}:
        return STATE
    if row.service_area_scope == "nationwide":
        return NATION
    if row.service_area_scope != "unknown":
        return OTHER
    if row.state not in codes:
        return ASK_ABROAD
    return STATE if row.kind == "statewide_network" else ASK


def distance_order(row, place):
    """Sort nearest first; at one spot, what peers run comes first."""
    return miles(place, row), row.run_by != "peers", row.slug


def likely_order(row, question):
    """Return a sort key: open rows first, then rows with the words in their name."""
    maybe = question.open_at and open_state(row, question) is not OpenState.OPEN
    elsewhere = question.words and not names_words(row, question.words)
    return bool(maybe), bool(elsewhere)


def city_order(row):
    return row.city.lower(), row.sort_name, row.slug


def name_order(row):
    return row.sort_name, row.slug


def within_radius(row, question):
    """Return True within the distance that the visitor chose."""
    if not question.radius or question.place.kind == "state":
        return True
    return miles(question.place, row) <= question.radius


def near(rows, question):
    found = [r for r in rows if passes(r, question) and within_radius(r, question)]

    def key(row):
        return likely_order(row, question), distance_order(row, question.place)

    return sorted(found, key=key)


def peer_tier(row, question):
    """Return 0 near or naming the county, 1 statewide, 2 to ask, None if no help."""
    place = question.place
    how = coverage(row, place)
    if row.kind == "cil" or not within_radius(row, question):
        return None
    if place.kind == "state":
        return state_tier(row, place)
    if how == COUNTY or (how != OTHER and miles(place, row) <= (question.radius or 50)):
        return 0
    return {STATE: 1, ASK: 2}.get(how)


def state_tier(row, place):
    """Return 0 for a statewide network, 1 in the state, 2 from elsewhere, or None."""
    if row.state != place.state:
        return 2 if names_state(row, place) else None
    if coverage(row, place) == OTHER and not names_state(row, place):
        return None
    return 0 if row.kind == "statewide_network" else 1


def peers(rows, question):
    place = question.place
    found = [
        row
        for row in rows
        if passes(row, question) and peer_tier(row, question) is not None
    ]

    def key(row):
        doubt, elsewhere = likely_order(row, question)
        here = city_order(row) if place.kind == "state" else distance_order(row, place)
        return doubt, peer_tier(row, question), elsewhere, here

    return sorted(found, key=key)


def recommended(rows, question):
    """Count the rows that are near, name the county or serve the whole state."""
    last = 2 if question.place.kind == "state" else 1
    return sum(peer_tier(row, question) <= last for row in peers(rows, question))


def serving_elsewhere(rows, question):
    """Count rows nearby that match, but serve other places."""
    if question.place.kind == "state":
        return 0
    return sum(
        row.kind != "cil"
        and passes(row, question)
        and coverage(row, question.place) == OTHER
        and miles(question.place, row) <= (question.radius or 50)
        for row in rows
    )


def centers_of(rows, place):
    every = [row for row in rows if row.kind == "cil"]
    if place.kind == "state":
        return [row for row in every if state_tier(row, place) is not None]
    naming = [row for row in every if coverage(row, place) == COUNTY]
    return naming or [row for row in every if coverage(row, place) in (STATE, ASK)]


def centers(rows, question):
    place = question.place
    found = [
        row
        for row in centers_of(rows, place)
        if passes(row, question) and within_radius(row, question)
    ]

    def key(row):
        here = city_order(row) if place.kind == "state" else distance_order(row, place)
        return likely_order(row, question), here

    return sorted(found, key=key)


def nearest_center_of_state(rows, question):
    place = question.place
    here = [row for row in rows if row.kind == "cil" and row.state in place.state_codes]
    return min(here, key=lambda row: distance_order(row, place), default=None)


def in_state(rows, question):
    here = question.place.state
    found = [row for row in rows if passes(row, question) and row.state == here]
    return sorted(
        found, key=lambda row: (likely_order(row, question)[0], *city_order(row))
    )


def by_name(rows, question):
    found = [row for row in rows if passes(row, question)]
    return sorted(found, key=lambda r: (likely_order(r, question), *name_order(r)))


def online(rows, question):
    def takes(row):
        if question.place is None:
            return row.service_area_scope == "nationwide"
        return coverage(row, question.place) in (COUNTY, STATE, NATION)

    found = [r for r in rows if passes(r, question) and r.online and takes(r)]
    return sorted(found, key=lambda r: (likely_order(r, question)[0], *name_order(r)))


def in_state_by_kind(rows, question):
    here = question.place.state
    found = [row for row in rows if passes(row, question) and row.state == here]
    return sorted(found, key=lambda row: (row.kind, *city_order(row)))


def serving_or_in_state(rows, question):
    place = question.place
    passing = [row for row in rows if passes(row, question)]
    if place.kind == "state":
        found = [r for r in passing if r.state == place.state or names_state(r, place)]
        return sorted(found, key=city_order)
    found = [r for r in passing if coverage(r, place) in (COUNTY, STATE, ASK)]
    found = found or [row for row in passing if row.state in place.state_codes]
    return sorted(found, key=lambda r: (coverage(r, place), distance_order(r, place)))


def names_state(row, place):
    return place.state in {served.state for served in row.served}


def first_of_each_kind(rows, question, limit):
    by_kind = {}
    for row in in_state_by_kind(rows, question):
        by_kind.setdefault(row.kind, []).append(row)
    return [row for members in by_kind.values() for row in members[:limit]]


def serving_from_elsewhere(rows, question, limit):
    place = question.place
    passing = [row for row in rows if passes(row, question)]
    found = [r for r in passing if names_state(r, place) and r.state != place.state]
    return sorted(found, key=name_order)[:limit]


def listed(rows, question):
    """Return the rows that one of the lists would show without filters."""
    place = question.place
    if place is None:
        return rows
    whole = Question(place=place, radius=question.radius)
    found = {row.pk for row in [*peers(rows, whole), *centers(rows, whole)]}
    if not question.radius or place.kind == "state":
        found |= {row.pk for row in online(rows, whole)}
    return [row for row in rows if row.pk in found]


def counts(rows, question, options):
    """Count the rows that each option of each filter would show."""
    here = listed(rows, question)
    found = {}
    for name, values in options.items():
        had = [values_of(r, name) for r in here if passes(r, question, but=name)]
        found[name] = {value: sum(value in one for one in had) for value in values}
    return found


def scatter(chance, count):
    """Create random organizations in and around Montana and far away."""
    zips = ["59301", "59330", "59102", "59801", "82801", "58103", "96799", "99546"]
    spots = {
        code: Place.objects.select_related("county").get(code=code) for code in zips
    }
    states = list(Place.objects.filter(kind="state", code__in=["MT", "WY", "ND"]))
    counties = list(Place.objects.filter(kind="county", state__in=["MT", "WY", "ND"]))
    terms = list(Term.objects.all())
    return [make(chance, n, spots, states, counties, terms) for n in range(count)]


def make(chance, number, spots, states, counties, terms):
    first, second = (
        chance.choice(["Harbor", "Lantern", "Prairie"]),
        chance.choice("ABC"),
    )
    service_area_scope = chance.choice(
        ["unknown", "unknown", "nationwide", "places", "places"]
    )
    created = Organization(
        name=f"{first} {chance.choice(['House', 'Center'])} {second}",
        slug=f"made-{chance.randrange(10**6)}-{number}",
        summary=chance.choice(["", "Peer support by the harbor.", "A lantern."]),
        phone="+14065550101",
        kind=chance.choice([*Organization.Kind.values, "cil"]),
        run_by=chance.choice(["", "peers", "clubhouse"]),
        service_area_scope=service_area_scope,
        in_person=chance.choice([True, False, None]),
        online=chance.choice([True, False, None]),
        by_phone=chance.choice([True, False, None]),
        hours=chance.choice(["", "", "24/7", "Mo-Fr 09:00-17:00", "Sa 10:00-12:00"]),
        timezone="America/Denver",
        status=chance.choice(["published"] * 6 + ["draft", "closed"]),
        closure_reason="Moved",
    )
    if chance.random() < 0.85:
        at = spots[chance.choice(list(spots))]
        created.city, created.state, created.county = at.name, at.state, at.county
        if chance.random() < 0.9:
            created.set_point(at.point, "zip")
    if chance.random() < 0.05:
        created.status = "temporarily_closed"
    created.save()
    if service_area_scope == "places":
        created.service_area.set(
            chance.sample(states, 1) if chance.random() < 0.4 else []
        )
        created.service_area.add(
            *chance.sample(counties, 2), chance.choice(counties[:5])
        )
    created.terms.set(chance.sample(terms, chance.randrange(6)))
    return created


def ask(chance, places, options):
    """Return a random query; each kind of filter occurs often."""
    names = chance.sample(list(options), chance.choice([0, 0, 1, 1, 2]))
    place = chance.choice([*places, None]) if chance.random() < 0.9 else None
    near_spot = place is not None and place.kind != "state"
    return Question(
        place=place,
        chosen={n: chance.sample(options[n], min(2, len(options[n]))) for n in names},
        state=chance.choice(["MT", "WY"])
        if near_spot and chance.random() < 0.2
        else "",
        words=chance.choice(WORDS) if chance.random() < 0.25 else "",
        radius=chance.choice([1, 25, 100, 2_500]) if chance.random() < 0.3 else None,
        open_at=AT if chance.random() < 0.3 else None,
        page=chance.choice([1, 1, 1, 2, 3]),
    )


def seeded(number):
    return random.Random(number)
