"""Compile translation files that are newer than their compiled form.

Django's own compilemessages needs the gettext tools, which many machines lack.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the files locale/*/LC_MESSAGES/*.po that changed."

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
                compile_file(source)


def compile_file(source: Path) -> None:
    """Compile a .po file, unless the .mo file beside it is newer."""
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return
    # Replaced in one step, so that nobody reads half a file.
    temporary = compiled.with_suffix(".new")
    polib.pofile(str(source)).save_as_mofile(str(temporary))
    temporary.replace(compiled)
