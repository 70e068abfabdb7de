"""Measure queries, lookups and imports inside a process, and print JSON.

`python bench/inside.py searches | lookups | loads`, on the database of DATABASE_URL.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PAGES = {
    "home": "/?cold=1",
    "find": "/find/?near=59301",
    "find, filtered": "/find/?near=59301&kind=cil&how=in_person",
    "find, by words": "/find/?q=recovery",
    "state": "/states/mt/?cold=1",
    "warmlines": "/warmlines/?cold=1",
    "warmlines here": "/warmlines/?near=59301",
    "organizations": "/orgs/?cold=1",
}


def measure_milliseconds(
    act: Callable[[Any], Any], inputs: Iterable[Any]
) -> dict[str, float]:
    times = []
    for one in inputs:
        start = time.perf_counter()
        act(one)
        times.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {"p50_ms": round(cuts[49], 3), "p95_ms": round(cuts[94], 3)}


def random_zips(count: int) -> list[Any]:
    """Return random ZIP codes, weighted by population."""
    from places.models import Place

    chance = random.Random(1)
    known = list(Place.objects.zips().order_by("code"))
    weights = [place.population or 1 for place in known]
    return chance.choices(known, weights, k=count)


def measure_searches() -> dict[str, Any]:
    """Measure searches by distance and by words, and count the queries of pages."""
    from orgs.models import Organization
    from search import browsing
    from search.current import index_of
    from search.query import Query

    public, places = Organization.objects.public(), random_zips(300)
    index = index_of(Organization)

    def near(place: Any) -> Any:
        return browsing.near(index, Query(place=place), 20)

    words = ["recovery", "hope harbor", "montana", "coffee", "peer center houston"] * 12
    return {
        "near": measure_milliseconds(near, places),
        "words": measure_milliseconds(
            lambda w: public.matching(w).by_relevance(w).page(limit=20, offset=0), words
        ),
        "changelist": _measure_changelist(),
        "queries": _count_queries(),
    }


def _measure_changelist() -> dict[str, float]:
    """Measure the first page of the admin's list of organizations, and a later one."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    staff, _made = get_user_model().objects.get_or_create(
        username="bench", is_staff=True, is_superuser=True
    )
    client = Client()
    client.force_login(staff)
    path = "/admin/orgs/organization/"
    client.get(path)
    return measure_milliseconds(client.get, [path, f"{path}?p=20"] * 10)


def _count_queries() -> dict[str, int]:
    """Count the queries of each page, the first time and with warm caches."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, counts = Client(), {}
    for name, path in PAGES.items():
        for when in ("first", "then"):
            with CaptureQueriesContext(connection) as queries:
                if client.get(path).status_code != 200:
                    raise SystemExit(f"{path} failed")
            counts[f"{name}, {when}"] = len(queries)
    return counts


def measure_lookups() -> dict[str, Any]:
    """Measure 2,000 lookups of typical searches, and of misspelled ones."""
    from places.lookup import look_up
    from places.models import Place

    chance = random.Random(2)
    towns = list(Place.objects.filter(kind="city", population__gt=2_000))
    named = [f"{town.name}, {town.state}" for town in chance.sample(towns, 1_000)]
    typed = [*(place.code for place in random_zips(1_000)), *named]
    wrong = [f"{n[1]}{n[0]}{n[2:]}" for n in named if len(n) > 8][:500]
    look_up("Xqzv, MT")
    return {
        "typed": measure_milliseconds(look_up, typed),
        "misspelled": measure_milliseconds(look_up, wrong),
    }


def measure_loads() -> dict[str, Any]:
    """Measure a dry run of the starter import, and loading the gazetteer."""
    from django.core.management import call_command

    from listings.exchange.workflow import import_text
    from orgs.models import Organization

    text = (ROOT / "fixtures/organizations.csv").read_text(encoding="utf-8")
    header, *rows = text.splitlines()
    fresh = "\n".join([header, *(f"again-{row}" for row in rows)])
    before = Organization.objects.count()
    start = time.perf_counter()
    report = import_text("organizations", fresh, dry_run=True)
    took = time.perf_counter() - start
    if Organization.objects.count() != before:
        raise SystemExit("A dry run left rows behind.")
    start = time.perf_counter()
    call_command("load_places", quiet=True, stdout=StringIO())
    return {
        "imported a second": round(report.added / took),
        "gazetteer, s": round(time.perf_counter() - start, 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    act = {
        "searches": measure_searches,
        "lookups": measure_lookups,
        "loads": measure_loads,
    }[sys.argv[1]]
    print(json.dumps(act()))
