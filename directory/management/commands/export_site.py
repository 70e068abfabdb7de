"""Export the directory as plain files, for USB sticks and places without internet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from directory.export.build import ExportJob, export_site, select_addresses
from directory.export.output import UnusableFolder
from places.states import STATES


class Command(BaseCommand):
    help = "Write a copy of the site into a folder; it works without a server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--states",
            nargs="+",
            default=[],
            metavar="MT",
            help="only these states, with everything that serves them",
        )
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        states = [code.upper() for code in options["states"]]
        if unknown := [code for code in states if code not in STATES]:
            raise CommandError(f"No state has this code: {', '.join(unknown)}")
        if urlsplit(settings.SITE_URL).hostname in settings.LOOPBACK:
            raise CommandError(
                "Set SITE_URL to the address that people reach the site at. "
                "Every page of the copy links there for newer information."
            )
        folder = options["folder"]
        job = ExportJob(
            folder, settings.SITE_URL, timezone.now(), select_addresses(states)
        )
        quiet = options["quiet"]
        with tqdm(desc="Pages", unit=" pages", disable=quiet or None) as bar:

            def show(done: int, known: int) -> None:
                bar.total = known
                bar.update(done - bar.n)

            try:
                result = export_site(
                    job, processes=max(1, options["processes"]), report_progress=show
                )
            except (UnusableFolder, OSError) as error:
                raise CommandError(str(error)) from None
        if not quiet:
            self.stdout.write(
                f"{folder} has {len(result.files)} files: {result.written} written, "
                f"{result.removed} removed."
            )
