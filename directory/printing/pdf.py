"""A state's sheet as a PDF, by a Chromium that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from directory.printing.sheet import build_state_sheet
from places.models import Place

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    # The page is a file and needs nothing of the net.
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
SECONDS = 120


class NoBrowser(RuntimeError):
    """There is no Chromium, or it made no file; the message says which."""


def find_browser() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise NoBrowser(
        "PDFs are made by Chromium, and none was found. On Debian: apt install "
        "chromium. Or print /states/…/print/ from any browser."
    )


def print_sheet(place: Place, at: datetime, target: Path, browser: str) -> None:
    """Write the state's sheet to `target`. Raises NoBrowser."""
    address = settings.SITE_URL + reverse("state", args=[place.code.lower()])
    context = {
        "sheet": build_state_sheet(place, address, at),
        "style": (settings.BASE_DIR / "static/css/sheet.css").as_uri(),
        "language": get_language(),
        "on_screen": False,
    }
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "sheet.html"
        page.write_text(render_to_string("directory/sheet.html", context), "utf-8")
        made = Path(folder) / "sheet.pdf"
        _run(browser, folder, page, made)
        shutil.move(made, target)


def _run(browser: str, folder: str, page: Path, made: Path) -> None:
    # Chromium's sandbox cannot be set up by root; the page is ours and runs nothing.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
    command = [browser, *ARGUMENTS, *as_root, *own, page.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NoBrowser(f"{browser} took more than {SECONDS} seconds.") from None
    if not made.exists():
        raise NoBrowser(f"{browser} made no PDF:\n{done.stderr[-2000:]}")
