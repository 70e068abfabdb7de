"""Find counties by the names that people write, full ("Fairfax County") or bare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from places.models import Place
from places.name_keys import place_key

# From this number on, the county part of a FIPS code means an independent city.
FIRST_INDEPENDENT_CITY_CODE = 510

CountiesByName = dict[tuple[str, str], list[Place]]


def is_independent_city(county: Place) -> bool:
    """Return True for a city outside every county, like Baltimore."""
    return int(county.code[2:]) >= FIRST_INDEPENDENT_CITY_CODE


def counties_by_name(counties: Iterable[Place]) -> CountiesByName:
    """Return the counties that each name may mean, by state and comparable name.

    A full name ("Fairfax County", "Fairfax city") means one county. A bare name
    ("Fairfax") may mean several, with counties before independent cities.
    """
    full: CountiesByName = {}
    bare: CountiesByName = defaultdict(list)
    for county in sorted(counties, key=lambda county: county.code):
        full[county.state, place_key(county.name)] = [county]
        # A set, because the gazetteer repeats some names: "Kauai;Kauai".
        for key in {place_key(name) for name in county.alt_names.split(";")} - {""}:
            bare[county.state, key].append(county)
    return bare | full


def resolve_county(named: list[Place]) -> Place | None:
    """Return the county that a name means, or None if it may mean several.

    A name shared by one county and an independent city means the county.
    """
    if len(named) == 1:
        return named[0]
    counties = [county for county in named if not is_independent_city(county)]
    return counties[0] if len(counties) == 1 else None
