"""Print a table of public pages: bytes, requests, axe violations, reading grade.

Bytes are those of a first view: the page and its style sheet, compressed.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import django
import textstat
from playwright.sync_api import sync_playwright
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
django.setup()

from bench.served import serve_starter_data
from tests.browser.axe import axe_faults
from tests.browser.conftest import ARGUMENTS
from tests.browser.test_journeys import PAGES
from tests.reading import sentences

COLUMNS = ("page", "bytes", "requests", "axe", "grade")
# textstat only measures English.
OTHER_LANGUAGE = "/es/"


def measure_page(browser: Any, address: str, path: str) -> tuple[str, ...]:
    """Return one row of the table, for a first visit with an empty cache."""
    context = browser.new_context()
    page = context.new_page()
    requests: list[Any] = []
    page.on("requestfinished", lambda request: requests.append(request))
    response = page.goto(address + path, wait_until="networkidle")
    sent = [r for r in requests if r.url.startswith(address)]
    first_view = [r for r in sent if r.resource_type in ("document", "stylesheet")]
    weight = sum(request.sizes()["responseBodySize"] for request in first_view)
    words = " ".join(sentences(response.text()))
    is_read = words and not path.startswith(OTHER_LANGUAGE)
    grade = f"{textstat.flesch_kincaid_grade(words):.1f}" if is_read else "–"
    faults = len(axe_faults(page))
    context.close()
    return path, f"{weight:,}", str(len(sent)), str(faults), grade


def main() -> None:
    with (
        serve_starter_data(settings="directory.settings") as address,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        rows = [measure_page(browser, address, path) for path in tqdm(PAGES)]
        browser.close()
    for row in (COLUMNS, ("---",) * len(COLUMNS), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
