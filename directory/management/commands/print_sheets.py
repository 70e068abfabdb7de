"""The states' sheets as PDFs, to mail to libraries, shelters and jails."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, override
from tqdm import tqdm

from directory.printing.pdf import NoBrowser, find_browser, print_sheet
from places.models import Place
from places.states import STATES


class Command(BaseCommand):
    help = "Write each state's printable sheet into a folder, as montana.pdf …"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--state",
            action="append",
            metavar="MT",
            help="these alone; may be repeated",
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES]
        )
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        codes = [code.upper() for code in options["state"] or STATES]
        if unknown := [code for code in codes if code not in STATES]:
            raise CommandError(f"No state has this code: {', '.join(unknown)}")
        # A QR code that leads to somebody's own machine would be a dead end.
        if urlsplit(settings.SITE_URL).hostname in settings.LOOPBACK:
            raise CommandError(
                "Set SITE_URL to the address that people reach the site at; "
                "it is printed on each sheet."
            )
        try:
            with override(options["language"] or settings.LANGUAGE_CODE):
                self._print(codes, options["folder"], quiet=options["quiet"])
        except NoBrowser as problem:
            raise CommandError(str(problem)) from None

    def _print(self, codes: list[str], folder: Path, *, quiet: bool) -> None:
        browser = find_browser()
        folder.mkdir(parents=True, exist_ok=True)
        at = timezone.now()
        places = Place.objects.states().filter(code__in=codes).order_by("name")
        for place in tqdm(places, desc="Sheets", unit=" sheets", disable=quiet or None):
            name = slugify(place.name)
            if (language := get_language()) != settings.LANGUAGE_CODE:
                name += f"-{language}"
            print_sheet(place, at, folder / f"{name}.pdf", browser)
        self.stdout.write(f"{len(places)} sheets are in {folder}.")
