"""The desk of a directory of 50,000 listings, against an empty page of the admin."""

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
TURNS = 15
EMPTY = "/admin/password_change/"
PAGES = {
    "queue": "/admin/",
    "list": "/admin/orgs/organization/",
    "list, due": "/admin/orgs/organization/?queue=due",
    "list, searched": "/admin/orgs/organization/?q=bench+4999",
    "change form": "/admin/orgs/organization/{pk}/change/",
    "history": "/admin/orgs/organization/{pk}/history/",
}


def fill(number: int = LISTINGS) -> int:
    """Made-up listings in real towns, more of them where more people live."""
    from orgs.models import Organization  # noqa: PLC0415
    from places.models import Place  # noqa: PLC0415

    chance = random.Random(50_000)  # noqa: S311 - made-up data
    towns = list(Place.objects.filter(kind="city", population__gt=0))
    weights = [town.population or 1 for town in towns]
    rows = []
    for row, town in enumerate(chance.choices(towns, weights, k=number)):
        made = Organization(
            name=f"Bench {row}",
            slug=f"bench-{row}",
            kind=chance.choice(Organization.Kind.values),
            status="published",
            phone="+14065550100",
            city=town.name,
            state=town.state,
        )
        made.set_point(town.point, "city")
        made.fold_words()
        rows.append(made)
    Organization.objects.bulk_create(rows, batch_size=2_000)
    return Organization.objects.get(slug="bench-1").pk


def first_bytes(client: Any, path: str) -> float:
    """Milliseconds until the page is there. Raises SystemExit where it errs."""
    start = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return (time.perf_counter() - start) * 1000


def measure(client: Any, path: str) -> tuple[float, float, int]:
    """The median of the ratios to the empty page, turn by turn; ms; queries."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    first_bytes(client, path)
    pairs = [
        (first_bytes(client, EMPTY), first_bytes(client, path))
        for _turn in range(TURNS)
    ]
    with CaptureQueriesContext(connection) as asked:
        first_bytes(client, path)
    ratio = statistics.median(page / empty for empty, page in pairs)
    return ratio, statistics.median(page for _empty, page in pairs), len(asked)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": ""}
        os.environ["DJANGO_SETTINGS_MODULE"] = "directory.settings"
        django.setup()
        from django.conf import settings  # noqa: PLC0415
        from django.contrib.auth import get_user_model  # noqa: PLC0415
        from django.test import Client  # noqa: PLC0415

        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("prepare", stdout=StringIO())
        pk = fill()
        staff = get_user_model().objects.create_superuser("bench")
        client = Client()
        client.force_login(staff)
        print(f"{'page of the desk':<22}{'/ empty':>8}{'ms':>9}{'queries':>9}")
        for name, path in tqdm(PAGES.items(), unit=" page", leave=False):
            ratio, ms, queries = measure(client, path.format(pk=pk))
            tqdm.write(f"{name:<22}{ratio:>8.2f}{ms:>9.1f}{queries:>9}")


if __name__ == "__main__":
    main()
