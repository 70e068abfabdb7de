"""The open data as files in a folder, for a mirror or a monthly copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from api.atomic_files import write_atomically
from api.exports import DATA_FILES


class Command(BaseCommand):
    help = "Write every file of /data/ into a folder: CSV, GeoJSON, HSDS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, quiet = options["folder"], options["quiet"]
        at = timezone.now()
        for name, file in DATA_FILES.items():
            files = tqdm(
                file.chunks(at, settings.SITE_URL),
                desc=name,
                unit=" parts",
                disable=quiet or None,
            )
            try:
                write_atomically(folder / name, files)
            except OSError as error:
                raise CommandError(f"{name} cannot be written: {error}") from None
        if not quiet:
            self.stdout.write(f"{len(DATA_FILES)} files are in {folder}.")
