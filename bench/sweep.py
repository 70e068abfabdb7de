"""Ask for each ZIP code: who serves it, which lines take its callers, which are open.

Every ZIP must get at least one listing that serves its own county or state, or is open
to anyone, by name. No page may show a line that is known not to take a caller from the
ZIP, offer such a line or a doubtful one in the answer box, or call a line open or
closed against its own row of warmlines.csv. The rows are read and their hours are
evaluated by line_rows.py and line_hours.py, which share no code with the site. Lines
that do not say whom they take are counted.

`make sweep SWEEP=counties` asks for one ZIP of each county, `SWEEP=500` for that many
ZIPs spread over the country.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.line_hours import is_open  # noqa: E402
from bench.line_rows import LineRow, line_rows  # noqa: E402

CHUNK = 50
FILE = ROOT / "fixtures" / "warmlines.csv"
PAGES = ("/find/", "/warmlines/")
# A Monday of a week without a holiday; each ZIP is asked at an hour of it.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOURS_A_WEEK = 168
# Coprime with the hours of a week, so that neighbors are asked at far-off hours.
STEP = 37
LINE = re.compile(r'data-listing="warmline:([\w-]+)" data-open="(\w+)"')
BOX = re.compile(r'<div class="answer".*?</div>', re.DOTALL)
NUMBER = re.compile(r'href="tel:(\+\d+)"')
OPEN_WORDS = {True: "yes", False: "no", None: "unknown"}


@dataclass
class Found:
    """What was wrong, in words; and how many lines shown say whom they take, or not."""

    faults: list[str] = field(default_factory=list)
    said: int = 0
    unsaid: int = 0


def set_up(folder: str) -> None:
    os.environ |= {
        "DATA_DIR": folder,
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]


def ask(codes: list[str]) -> Found:
    """Ask both pages for these ZIP codes."""
    import time_machine  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from places.models import Place  # noqa: PLC0415

    check, client = Check(), Client()
    zips = Place.objects.zips().select_related("county").filter(code__in=codes)
    for place in zips:
        at = MONDAY + timedelta(hours=int(place.code) * STEP % HOURS_A_WEEK)
        with time_machine.travel(at, tick=False):
            for path in PAGES:
                response = client.get(path, {"near": place.code})
                page = response.content.decode()
                where = f"{path}?near={place.code} at {at:%a %H:%M} UTC"
                if response.status_code != 200:
                    check.fault(where, f"status {response.status_code}")
                else:
                    check.page(page, place, at, where)
    return check.found


class Check:
    """Holds pages against the rows of the file."""

    def __init__(self) -> None:
        from tests.reading import public_listings  # noqa: PLC0415

        self.found = Found()
        self.known = public_listings()
        rows = line_rows(FILE)
        lines = [one for one in self.known.values() if one.catalogue == "warmline"]
        self.rows = {line.slug: rows[line.key] for line in lines}
        self.by_phone = {
            line.phone.as_e164: rows[line.key] for line in lines if line.phone
        }

    def fault(self, where: str, words: str) -> None:
        self.found.faults.append(f"{where}: {words}")

    def page(self, page: str, place: Any, at: datetime, where: str) -> None:
        from tests.reading import listings_on, serves_by_name  # noqa: PLC0415

        if where.startswith("/find/"):
            shown = listings_on(page)
            if not any(serves_by_name(self.known[key], place) for key in shown):
                self.fault(where, "nobody serves it by name")
        for words in (*self._lines(page, place, at), *self._box(page, place, at)):
            self.fault(where, words)

    def _lines(self, page: str, place: Any, at: datetime) -> Iterator[str]:
        for slug, state in LINE.findall(page):
            row = self.rows[slug]
            self.found.unsaid += row.is_unsaid
            self.found.said += not row.is_unsaid
            if _refuses(row, place):
                yield f"{slug} does not take callers from here"
            expected = OPEN_WORDS[is_open(row.hours, row.timezone, at)]
            if state != expected:
                yield f"{slug} is said to be {state}, its row says {expected}"

    def _box(self, page: str, place: Any, at: datetime) -> Iterator[str]:
        box = BOX.search(page)
        for number in NUMBER.findall(box[0]) if box else []:
            row = self.by_phone[number]
            is_wrong = (
                row.is_for_group or row.has_public_warning or _refuses(row, place)
            )
            if is_wrong or not is_open(row.hours, row.timezone, at):
                yield f"the answer box says to call {row.key}"


def _refuses(row: LineRow, place: Any) -> bool:
    return row.refuses(place.state, place.county.name if place.county else "")


def zips_to_ask() -> list[str]:
    """Every ZIP code, or the part of them that SWEEP asks for."""
    from places.models import Place  # noqa: PLC0415

    zips = Place.objects.zips().order_by("code")
    rows = list(zips.values_list("state", "county_id", "timezone", "code"))
    wanted = os.environ.get("SWEEP", "")
    if wanted == "counties":
        return list({tuple(where): code for *where, code in rows}.values())
    codes = [code for *_where, code in rows]
    return codes[:: max(1, len(codes) // int(wanted))] if wanted else codes


def main() -> None:
    total = Found()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("prepare", stdout=StringIO())
        codes = zips_to_ask()
        chunks = [codes[i : i + CHUNK] for i in range(0, len(codes), CHUNK)]
        bar = tqdm(total=len(codes), unit=" ZIP")
        with Pool(initializer=set_up, initargs=(folder,)) as pool:
            for found in pool.imap_unordered(ask, chunks):
                total.faults += found.faults
                total.said += found.said
                total.unsaid += found.unsaid
                bar.update(CHUNK)
        bar.close()
    print("\n".join(sorted(total.faults)))
    print(
        f"{len(codes)} ZIP codes asked, {len(total.faults)} faults. Lines shown: "
        f"{total.said:,} say whom they take, {total.unsaid:,} do not."
    )
    sys.exit(bool(total.faults))


if __name__ == "__main__":
    main()
