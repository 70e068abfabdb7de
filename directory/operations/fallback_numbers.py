"""A file with every state's warmlines, for when the database is unavailable.

docs/decisions/0024-database-outage.md says what writes it, and when.
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
from listings.cards import code_digest
from listings.crisis.lines import essential_lines
from listings.snapshot import as_snapshot
from warmlines.models import Warmline
from warmlines.open_status import group_by_state, line_statuses

LOG = logging.getLogger(__name__)
# Slugs of the groups that people can call from any state, in this order.
NATIONAL_GROUPS = ("anyone", "us", "ask")
# Slug of the group of national crisis lines, which come first.
CRISIS_GROUP = "crisis"
# A process waits this long between two attempts to write the file.
MIN_WRITE_SECONDS = 10
_written_version: int | None = None
_attempted_at = float("-inf")
_write_lock = Lock()


def fallback_file() -> Path:
    return Path(settings.DATA_DIR, "fallback-lines.json")


def write_fallback_numbers(at: datetime) -> None:
    """Write every public warmline with its hours, in each language. Raises OSError.

    A file of the same content version and code is left as it is: it takes a second to
    render, and every worker that starts would.
    """
    version = content_version.current_or_none()
    stamp = f"{version} {code_digest()}" if version else None
    if stamp and _read_file().get("stamp") == stamp:
        return
    rows = list(Warmline.objects.public().for_cards())
    groups = {code: _render_groups(rows, at, code) for code, _n in settings.LANGUAGES}
    text = json.dumps({"stamp": stamp, **groups})
    new = fallback_file().with_suffix(f".{os.getpid()}")
    try:
        new.write_text(text)
        # Replacing is atomic: readers get the whole old file or the whole new one.
        new.replace(fallback_file())
    finally:
        new.unlink(missing_ok=True)


def _render_groups(rows: list[Warmline], at: datetime, language: str) -> dict[str, str]:
    """The HTML of each group of lines, by the group's slug: "mt", "anyone", "us"."""
    with translation.override(language), as_snapshot(at.date()):
        groups: dict[str, str] = {
            group.slug: render_to_string(
                "directory/_fallback_lines.html", {"group": group}
            )
            for group in group_by_state(line_statuses(rows, at))
        }
        if lines := essential_lines(at):
            groups[CRISIS_GROUP] = render_to_string(
                "listings/crisis/_essential.html", {"lines": lines}
            )
        return groups


def read_fallback_numbers(code: str, language: str) -> list[SafeString]:
    """The HTML of the crisis lines, a state's lines, then the national ones.

    `code` is the state's, or "". Empty if there is no file.
    """
    groups = _read_file().get(language, {})
    slugs = (CRISIS_GROUP, code.lower(), *NATIONAL_GROUPS)
    # The HTML is safe because only write_fallback_numbers() writes the file.
    return [mark_safe(groups[slug]) for slug in slugs if slug in groups]  # noqa: S308


def _read_file() -> dict[str, Any]:
    """The content of the file, or {} if there is none that can be read."""
    try:
        content = json.loads(fallback_file().read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def refresh_fallback_numbers(**_signal: object) -> None:
    """Write the file again if the content version has changed since.

    A handler of the signal `request_finished`.
    """
    global _written_version, _attempted_at
    version = content_version.last_known()
    if version is None or version.number == _written_version:
        return
    if monotonic() - _attempted_at < MIN_WRITE_SECONDS:
        return
    if not _write_lock.acquire(blocking=False):
        return
    try:
        _attempted_at = monotonic()
        write_fallback_numbers(timezone.now())
        _written_version = version.number
    except (DatabaseError, OSError) as error:
        LOG.warning("The fallback file was not written: %s", type(error).__name__)
    finally:
        _write_lock.release()
