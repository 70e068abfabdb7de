"""Time pages of the admin with 50,000 listings, relative to an empty admin page."""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
LISTINGS = 50_000
ROUNDS = 15
EMPTY_PAGE = "/admin/password_change/"
PAGES = {
    "queue": "/admin/",
    "list": "/admin/orgs/organization/",
    "list, due": "/admin/orgs/organization/?queue=due",
    "list, searched": "/admin/orgs/organization/?q=bench+4999",
    "change form": "/admin/orgs/organization/{pk}/change/",
    "history": "/admin/orgs/organization/{pk}/history/",
}


def create_listings(number: int = LISTINGS) -> int:
    """Create made-up listings in real cities, in proportion to their population.

    Return the id of one of them.
    """
    from orgs.models import Organization
    from places.models import Place

    rng = random.Random(50_000)
    cities = list(Place.objects.filter(kind="city", population__gt=0))
    weights = [city.population or 1 for city in cities]
    rows = []
    for row, city in enumerate(rng.choices(cities, weights, k=number)):
        listing = Organization(
            name=f"Bench {row}",
            slug=f"bench-{row}",
            kind=rng.choice(Organization.Kind.values),
            status="published",
            phone="+14065550100",
            city=city.name,
            state=city.state,
        )
        listing.set_point(city.point, "city")
        listing.update_derived_fields()
        rows.append(listing)
    Organization.objects.bulk_create(rows, batch_size=2_000)
    return Organization.objects.get(slug="bench-1").pk


def request_ms(client: Any, path: str) -> float:
    """Return the milliseconds of a request. Raise SystemExit if it fails."""
    start = time.perf_counter()
    response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} has status {response.status_code}")
    return (time.perf_counter() - start) * 1000


def measure(client: Any, path: str) -> tuple[float, float, int]:
    """Return the median ratio to the empty page, the median in ms, and the queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    request_ms(client, path)
    pairs = [
        (request_ms(client, EMPTY_PAGE), request_ms(client, path))
        for _round in range(ROUNDS)
    ]
    with CaptureQueriesContext(connection) as queries:
        request_ms(client, path)
    ratio = statistics.median(page / empty for empty, page in pairs)
    return ratio, statistics.median(page for _empty, page in pairs), len(queries)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": ""}
        os.environ["DJANGO_SETTINGS_MODULE"] = "directory.settings"
        django.setup()
        from django.conf import settings
        from django.contrib.auth import get_user_model
        from django.test import Client

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("prepare", stdout=StringIO())
        pk = create_listings()
        staff = get_user_model().objects.create_superuser("bench")
        client = Client()
        client.force_login(staff)
        print(f"{'page of the admin':<22}{'/ empty':>8}{'ms':>9}{'queries':>9}")
        for name, path in tqdm(PAGES.items(), unit=" page", leave=False):
            ratio, ms, queries = measure(client, path.format(pk=pk))
            tqdm.write(f"{name:<22}{ratio:>8.2f}{ms:>9.1f}{queries:>9}")


if __name__ == "__main__":
    main()
