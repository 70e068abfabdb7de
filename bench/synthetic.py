"""Made-up listings where people live: 555-01xx numbers and example.org.

`python bench/synthetic.py 10000` fills the database of DATABASE_URL up to so many
organizations, with a twentieth as many warmlines, a thousand at most.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

import django
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROWS_PER_BATCH = 2_000
FIRST_WORDS = ["Hope", "Harbor", "River", "Valley", "Sunrise", "Open", "New", "Rising"]
ACTIVITIES = [
    "coffee",
    "walks",
    "music",
    "art",
    "writing",
    "garden",
    "kitchen",
    "chess",
]
LAST_WORDS = ["Peer Center", "Recovery House", "Wellness Network", "Drop-in"]
ACTIVITY_PAIRS = [f"{a} and {b}" for a in ACTIVITIES for b in ACTIVITIES if a != b]
HOURS = ["24/7", "Mo-Fr 09:00-17:00", "Mo-Su 16:00-24:00", "Fr-Su 18:00-02:00", ""]


def add_organizations(count: int, start: int, chance: random.Random) -> None:
    from orgs.models import Organization
    from places.models import Place

    cities = Place.objects.filter(kind="city", population__gt=0).select_related(
        "county"
    )
    towns = list(cities)
    weights = [town.population or 1 for town in towns]
    bar = tqdm(total=count, desc="organizations", unit=" rows", leave=False)
    for begin in range(start, start + count, ROWS_PER_BATCH):
        many = min(ROWS_PER_BATCH, start + count - begin)
        chosen = chance.choices(towns, weights, k=many)
        made = [_organization(begin + n, t, chance) for n, t in enumerate(chosen)]
        Organization.objects.bulk_create(made)
        _add_links(Organization, made, chosen, chance)
        bar.update(many)


def _organization(number: int, town: Any, chance: random.Random) -> Any:
    from orgs.models import Organization

    center = f"{chance.choice(FIRST_WORDS)} {chance.choice(LAST_WORDS)}"
    name = f"{center} of {town.name} {number}"
    made = Organization(
        name=name,
        slug=f"made-up-{number}",
        kind=chance.choice(Organization.Kind.values),
        status="published",
        phone=f"+140655501{number % 100:02}",
        website="https://example.org/",
        summary=f"People who have been there: {chance.choice(ACTIVITY_PAIRS)}.",
        city=town.name,
        state=town.state,
        county=town.county,
        in_person=True,
        online=chance.random() < 0.1,
        service_area_scope=chance.choices(
            ["unknown", "places", "nationwide"], [45, 53, 2]
        )[0],
        source_name="example.org",
        source_seen="2026-01",
        timezone=town.timezone,
    )
    made.set_point(town.point, "city")
    made.update_derived_fields()
    return made


def _add_links(
    model: Any, made: list[Any], towns: list[Any], chance: random.Random
) -> None:
    from listings.models import Term
    from places.models import Place

    terms = list(Term.objects.values_list("pk", flat=True))
    states = dict(Place.objects.states().values_list("code", "pk"))
    mine = f"{model._meta.model_name}_id"
    carried, served = [], []
    for row, town in zip(made, towns, strict=True):
        some = chance.sample(terms, k=chance.randint(1, 5))
        carried += [model.terms.through(**{mine: row.pk}, term_id=pk) for pk in some]
        if row.service_area_scope == "places":
            whole = chance.random() < 0.15 or town.county_id is None
            place = states[town.state] if whole else town.county_id
            served.append(model.service_area.through(**{mine: row.pk}, place_id=place))
    model.terms.through.objects.bulk_create(carried, batch_size=ROWS_PER_BATCH)
    model.service_area.through.objects.bulk_create(served, batch_size=ROWS_PER_BATCH)


def add_warmlines(count: int, start: int, chance: random.Random) -> None:
    from places.models import Place
    from warmlines.models import Warmline

    states = list(Place.objects.states())
    chosen = chance.choices(states, [s.population or 1 for s in states], k=count)
    made = [
        Warmline(
            name=f"Made-up line {start + n}",
            slug=f"made-up-line-{start + n}",
            status="published",
            phone="+14065550102",
            by_phone=True,
            hours=chance.choice(HOURS),
            timezone=state.timezone,
            service_area_scope="nationwide" if n % 20 == 0 else "places",
            who_may_call="state",
        )
        for n, state in enumerate(chosen)
    ]
    for line in made:
        line.update_derived_fields()
    Warmline.objects.bulk_create(made)
    _add_links(Warmline, made, chosen, chance)


def fill(size: int) -> None:
    from django.db import connection

    from caching import content_version
    from orgs.models import Organization
    from warmlines.models import Warmline

    chance = random.Random(size)
    have = Organization.objects.count()
    add_organizations(size - have, have, chance)
    lines = Warmline.objects.count()
    add_warmlines(max(0, min(size // 20, 1_000) - lines), lines, chance)
    content_version.bump()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    django.setup()
    fill(int(sys.argv[1]))
