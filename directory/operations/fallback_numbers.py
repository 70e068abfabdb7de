"""The phone lines of each state in a file, for when the database is away.

docs/decisions/0026-without-the-database.md says who writes it, and when.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from caching import content_version
from listings.crisis.lines import essential_lines
from listings.snapshot import frozen
from warmlines.models import Warmline
from warmlines.open_status import by_state, lines_at

LOG = logging.getLogger(__name__)
# Whom people can call from any state, in this order.
EVERYWHERE = ("anyone", "us", "ask")
# National crisis lines, before all others.
CRISIS = "crisis"
# A process writes no more often, however quickly facts change or disks refuse.
SECONDS = 10
_written: int | None = None
_tried_at = float("-inf")
_writing = Lock()


def file() -> Path:
    return Path(settings.DATA_DIR, "last-lines.json")


def write_down(at: datetime) -> None:
    """Every public line, in both languages, with its usual hours. Raises OSError."""
    rows = list(Warmline.objects.public().for_cards())
    text = json.dumps(
        {code: _rendered(rows, at, code) for code, _n in settings.LANGUAGES}
    )
    new = file().with_suffix(f".{os.getpid()}")
    try:
        new.write_text(text)
        # Whoever reads meanwhile has all of the old one or all of the new one.
        new.replace(file())
    finally:
        new.unlink(missing_ok=True)


def _rendered(rows: list[Warmline], at: datetime, language: str) -> dict[str, str]:
    """The markup of each group of lines, by its slug: "mt", "anyone", "us"."""
    with translation.override(language), frozen(at.date()):
        groups: dict[str, str] = {
            group.slug: render_to_string("directory/_last_lines.html", {"group": group})
            for group in by_state(lines_at(rows, at))
        }
        if lines := essential_lines(at):
            groups[CRISIS] = render_to_string(
                "listings/crisis/_essential.html", {"lines": lines}
            )
        return groups


def read(code: str, language: str) -> list[SafeString]:
    """Crisis lines, a state's, then the whole country's; [] where none are kept."""
    try:
        groups = json.loads(file().read_text())[language]
    except (OSError, ValueError, KeyError):
        return []
    slugs = (CRISIS, code.lower(), *EVERYWHERE)
    # Our own markup, from a file that nobody else writes.
    return [mark_safe(groups[slug]) for slug in slugs if slug in groups]  # noqa: S308


def keep_up(**_signal: Any) -> None:
    """After a request: has something been published since the file was written?"""
    global _written, _tried_at
    seen = content_version.last_known()
    if seen is None or seen.number == _written or monotonic() - _tried_at < SECONDS:
        return
    if not _writing.acquire(blocking=False):
        return
    try:
        _tried_at = monotonic()
        write_down(timezone.now())
        _written = seen.number
    except (DatabaseError, OSError) as error:
        LOG.warning("The lines could not be written down: %s", type(error).__name__)
    finally:
        _writing.release()
