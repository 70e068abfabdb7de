"""Bring a CSV file of listings in, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from listings.importing import FileRefused, Report
from listings.workflow import import_file, importers


class Command(BaseCommand):
    help = "Import listings from a CSV file; see docs/importing.md for the columns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(importers()))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--atomic", action="store_true", help="all rows or none")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_file(
                options["kind"],
                options["file"],
                dry_run=options["dry_run"],
                atomic=options["atomic"],
                quiet=options["quiet"],
            )
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from None
        self._print(report)
        if options["atomic"] and report.refused:
            raise CommandError("Nothing was imported, because rows were refused.")
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing was written.")

    def _print(self, report: Report) -> None:
        self.stdout.write(
            f"{report.added} added, {report.changed} changed, "
            f"{report.unchanged} unchanged, {len(report.refused)} refused."
        )
        titles = {
            "Refused": report.refused,
            "Kept, because a curator checked it": report.kept,
            "Changed": report.changes,
            "Warning": report.warnings,
        }
        for title, lines in titles.items():
            for number, words in lines:
                self.stdout.write(f"{title}: row {number}: {words}")
