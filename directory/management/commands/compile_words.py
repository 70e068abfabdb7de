"""Compile the translations that are newer than their compiled form.

Django's own compilemessages needs the gettext tools, which a fresh machine lacks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/*.po where they changed."

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for words in Path(folder).glob("*/LC_MESSAGES/*.po"):
                compile_file(words)


def compile_file(words: Path) -> None:
    """Written beside and moved into place: a reader never meets half a file."""
    compiled = words.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= words.stat().st_mtime:
        return
    beside = compiled.with_suffix(".new")
    polib.pofile(str(words)).save_as_mofile(str(beside))
    beside.replace(compiled)
