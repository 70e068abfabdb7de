"""Check the find page and the warmlines for every ZIP code (the full ZIP check).

Every ZIP code must get at least one listing that names its county or state as served,
or is open to anyone. No page may show a line that is known not to take a caller from
there, offer such a line or a doubtful one in the summary, or contradict the hours of
its row in warmlines.csv. line_rows.py and line_hours.py read the rows and share no code
with the site. Lines with unknown callers are counted.

`make sweep SWEEP=counties` checks one ZIP code of each county, and `SWEEP=500` that
many ZIP codes from the whole country.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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

from bench.line_hours import is_open
from bench.line_rows import LineRow, read_line_rows

WARMLINES_CSV = ROOT / "fixtures" / "warmlines.csv"
PAGES = ("/find/", "/warmlines/")
# The Monday of a week without a holiday. Each ZIP code is checked at one of its hours.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOURS_PER_WEEK = 168
# Coprime with the hours of a week, so that neighbors are checked at distant hours.
HOUR_STEP = 37
LINE_PATTERN = re.compile(r'data-listing="warmline:([\w-]+)" data-open="(\w+)"')
ANSWER_BOX_PATTERN = re.compile(r'<div class="answer".*?</div>', re.DOTALL)
PHONE_PATTERN = re.compile(r'href="tel:(\+\d+)"')
OPEN_VALUES = {True: "yes", False: "no", None: "unknown"}


@dataclass
class CheckResult:
    """The faults, and the numbers of shown lines with known and unknown callers."""

    faults: list[str] = field(default_factory=list)
    checked_zips: int = 0
    known_callers: int = 0
    unknown_callers: int = 0


def set_up(folder: str) -> None:
    os.environ |= {
        "DATA_DIR": folder,
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]


def hour_of(code: str) -> int:
    """Return the hour of the week at which a ZIP code is checked."""
    return int(code) * HOUR_STEP % HOURS_PER_WEEK


def check_zips(codes: list[str]) -> CheckResult:
    """Check both pages for these ZIP codes, which share one hour of the week."""
    import time_machine
    from django.test import Client

    from places.models import Place

    checker, client = page_checker(), Client()
    checker.found = CheckResult(checked_zips=len(codes))
    zips = Place.objects.zips().select_related("county").filter(code__in=codes)
    at = MONDAY + timedelta(hours=hour_of(codes[0]))
    with time_machine.travel(at, tick=False):
        for place in zips:
            for path in PAGES:
                response = client.get(path, {"near": place.code})
                page = response.content.decode()
                where = f"{path}?near={place.code} at {at:%a %H:%M} UTC"
                if response.status_code != 200:
                    checker.add_fault(where, f"status {response.status_code}")
                else:
                    checker.check_page(page, place, at, where)
    return checker.found


# The ZIP codes of one hour ask about the same lines.
row_is_open = lru_cache(maxsize=1_000)(is_open)


class PageChecker:
    """Checks pages against the rows of warmlines.csv."""

    def __init__(self) -> None:
        from tests.reading import public_listings

        self.found = CheckResult()
        self.known = public_listings()
        rows = read_line_rows(WARMLINES_CSV)
        lines = [one for one in self.known.values() if one.catalog == "warmline"]
        self.rows = {line.slug: rows[line.key] for line in lines}
        self.by_phone = {
            line.phone.as_e164: rows[line.key] for line in lines if line.phone
        }

    def add_fault(self, where: str, words: str) -> None:
        self.found.faults.append(f"{where}: {words}")

    def check_page(self, page: str, place: Any, at: datetime, where: str) -> None:
        from tests.reading import listings_on, serves_by_name

        if where.startswith("/find/"):
            shown = listings_on(page)
            if not any(serves_by_name(self.known[key], place) for key in shown):
                self.add_fault(where, "nothing serves it by name")
        for words in (
            *self._wrong_lines(page, place, at),
            *self._wrong_box_lines(page, place, at),
        ):
            self.add_fault(where, words)

    def _wrong_lines(self, page: str, place: Any, at: datetime) -> Iterator[str]:
        for slug, state in LINE_PATTERN.findall(page):
            row = self.rows[slug]
            self.found.unknown_callers += row.has_unknown_callers
            self.found.known_callers += not row.has_unknown_callers
            if _refuses(row, place):
                yield f"{slug} does not take callers from here"
            expected = OPEN_VALUES[row_is_open(row.hours, row.timezone, at)]
            if state != expected:
                yield f"{slug} is said to be {state}, its row says {expected}"

    def _wrong_box_lines(self, page: str, place: Any, at: datetime) -> Iterator[str]:
        box = ANSWER_BOX_PATTERN.search(page)
        for number in PHONE_PATTERN.findall(box[0]) if box else []:
            row = self.by_phone[number]
            is_wrong = (
                row.is_for_group or row.has_public_warning or _refuses(row, place)
            )
            if is_wrong or not row_is_open(row.hours, row.timezone, at):
                yield f"the answer box says to call {row.key}"


@lru_cache(maxsize=1)
def page_checker() -> PageChecker:
    """Read the listings and the file once in a process."""
    return PageChecker()


def _refuses(row: LineRow, place: Any) -> bool:
    return row.refuses(place.state, place.county.name if place.county else "")


def select_zips() -> list[str]:
    """Return every ZIP code, or the selection that SWEEP names."""
    from places.models import Place

    zips = Place.objects.zips().order_by("code")
    rows = list(zips.values_list("state", "county_id", "timezone", "code"))
    wanted = os.environ.get("SWEEP", "")
    if wanted == "counties":
        return list({tuple(where): code for *where, code in rows}.values())
    codes = [code for *_where, code in rows]
    return codes[:: max(1, len(codes) // int(wanted))] if wanted else codes


def group_by_hour(codes: list[str]) -> list[list[str]]:
    """Return the ZIP codes of each hour together.

    Which lines are open and which groups meet today is then worked out once for all of
    them, as on a site with many visitors at the same time.
    """
    groups: dict[int, list[str]] = {}
    for code in codes:
        groups.setdefault(hour_of(code), []).append(code)
    return list(groups.values())


def main() -> None:
    total = CheckResult()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("prepare", stdout=StringIO())
        codes = select_zips()
        bar = tqdm(total=len(codes), unit=" ZIP")
        with Pool(initializer=set_up, initargs=(folder,)) as pool:
            for found in pool.imap_unordered(check_zips, group_by_hour(codes)):
                total.faults += found.faults
                total.known_callers += found.known_callers
                total.unknown_callers += found.unknown_callers
                bar.update(found.checked_zips)
        bar.close()
    print("\n".join(sorted(total.faults)))
    print(
        f"{len(codes)} ZIP codes checked, {len(total.faults)} faults. Lines shown: "
        f"{total.known_callers:,} say whom they take, {total.unknown_callers:,} do not."
    )
    sys.exit(bool(total.faults))


if __name__ == "__main__":
    main()
