"""The file of what “make chaos” measured."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.conf import settings

from tests.chaos.promises import FIGURES, read_figures


def database():
    """The kind of database under test."""
    engine = settings.DATABASES["default"]["ENGINE"]
    return "sqlite" if "sqlite" in engine else "postgresql"


def record_figures(name, figures):
    """Replace the figures of one test."""
    found = read_figures()
    rounded = {
        key: round(value, 2) if isinstance(value, float) else value
        for key, value in figures.items()
    }
    day = {"day": datetime.now(UTC).date().isoformat()}
    found.setdefault(database(), {})[name] = rounded | day
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    FIGURES.write_text(text, encoding="utf-8")
