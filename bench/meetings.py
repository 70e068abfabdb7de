"""Measure pages of meetings against the empty page, and print JSON.

`python bench/meetings.py 10000` adds so many made-up meetings to the database of
DATABASE_URL in a transaction, and rolls it back. Ratios are of processor time.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
TODAY_ONLINE = "how=online&day=today&zone=America/Denver"
REPEATS = 20


def add_meetings(count: int) -> None:
    from meetings.models import Meeting

    chance = random.Random(count)
    Meeting.objects.bulk_create(
        (
            Meeting(
                name=f"Made-up group {number}",
                slug=f"made-up-group-{number}",
                key=f"made-up#{number}",
                status="published",
                operator=f"Made-up host {number % 3_000}",
                website="https://example.org/",
                online=True,
                rules=_random_rule(chance),
                start_time=f"{chance.randint(6, 22):02}:{chance.choice(('00', '30'))}",
                timezone=chance.choice(ZONES),
                source_name="example.org",
                source_seen="2026-11",
            )
            for number in range(count)
        ),
        batch_size=500,
    )


def _random_rule(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return f"FREQ=WEEKLY;BYDAY={chance.choice(DAYS)}"
    return f"FREQ=MONTHLY;BYDAY={chance.randint(1, 4)}{chance.choice(DAYS)}"


def measure_milliseconds(act: Callable[[], object]) -> float:
    """Return the median processor time of repeated calls, without the first one."""
    act()
    times = []
    for _number in range(REPEATS):
        start = time.process_time()
        act()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def measure() -> dict[str, Any]:
    from django.http import QueryDict
    from django.test import Client
    from django.utils import timezone

    from meetings.forms import MeetingForm
    from meetings.search import MeetingSearch
    from meetings.today import find_online_today

    client, params = Client(), QueryDict(TODAY_ONLINE)

    def search() -> None:
        form = MeetingForm(params)
        form.is_valid()
        if not MeetingSearch(form, params, timezone.now()).found:
            raise SystemExit("No meeting was found.")

    def get(path: str) -> Callable[[], object]:
        return lambda: client.get(path)

    empty = measure_milliseconds(get("/hello"))
    acts: dict[str, Callable[[], object]] = {
        "count of today": lambda: find_online_today(None, timezone.now()).count,
        "search, today online": search,
        "page, today online": get(f"/meetings/?{TODAY_ONLINE}"),
        "page, the week": get("/meetings/?zone=America/Denver"),
    }
    times = {name: measure_milliseconds(act) for name, act in acts.items()}
    ratios = {
        f"{name} / empty page": round(ms / empty, 1) for name, ms in times.items()
    }
    return {"empty page, ms": round(empty, 2), **ratios}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    from django.conf import settings
    from django.db import transaction

    settings.ALLOWED_HOSTS = ["testserver"]
    with transaction.atomic():
        add_meetings(int(sys.argv[1]))
        print(json.dumps(measure()))
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
