"""Import listings from a file: a CSV of this site, or HSDS of a publisher."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.module_loading import import_string

from curation.imports import HSDS_PREFIX, ImportRecorder
from curation.models import ImportRun
from listings.cards import store_all
from listings.exchange import hsds
from listings.exchange.choices import ImportChoices
from listings.exchange.csv_rows import FileError
from listings.exchange.hsds_mapping import Publisher, line_rows, organization_rows
from listings.exchange.importing import ImportReport
from listings.exchange.workflow import (
    hsds_models,
    import_file,
    import_rows,
    importers,
    kind_values,
)


class Command(BaseCommand):
    help = "Import listings from a file; docs/importing.md tells of the formats."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "kind", nargs="?", choices=sorted(importers()), help="kind of CSV file"
        )
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--atomic", action="store_true", help="all rows or none")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")
        parser.add_argument("--format", choices=["csv", "hsds"], default="csv")
        parser.add_argument(
            "--skip-unknown-columns",
            action="store_true",
            help="leave out columns that this kind of file does not have",
        )
        of_hsds = parser.add_argument_group("for --format hsds")
        of_hsds.add_argument(
            "--kind",
            dest="listed_as",
            metavar="KIND",
            help="what kind of organization they are, or warmline",
        )
        of_hsds.add_argument("--publisher", default="", help="whose data it is")
        of_hsds.add_argument("--source-url", default="", help="where it is from")
        of_hsds.add_argument("--license", default="", help="under which license")
        of_hsds.add_argument("--seen", default="", help="its day, like 2026-11-24")

    def handle(self, *args: object, **options: Any) -> None:
        is_hsds = options["format"] == "hsds"
        kind = f"{HSDS_PREFIX}{options['listed_as']}" if is_hsds else options["kind"]
        if not kind:
            raise CommandError(f"Name a kind: {', '.join(sorted(importers()))}.")

        def import_it(**settings: Any) -> ImportReport:
            if is_hsds:
                return self._import_hsds(options, settings)
            choices = ImportChoices(
                skips_unknown_columns=options["skip_unknown_columns"]
            )
            return import_file(kind, options["file"], choices=choices, **settings)

        run_import(self, kind, options, import_it)

    def _import_hsds(
        self, options: dict[str, Any], settings: dict[str, Any]
    ) -> ImportReport:
        # A file in HSDS tells neither the kind of its organizations nor its publisher.
        kind, url = options["listed_as"], options["source_url"]
        if kind not in hsds_models():
            raise CommandError(
                "HSDS does not say what kind of organizations these are. Name it: "
                f"--kind {', '.join(hsds_models())}."
            )
        if not (options["publisher"] and url):
            raise CommandError("Name the source: --publisher and --source-url.")
        publisher = Publisher(
            options["publisher"], url, options["license"], options["seen"]
        )
        model = hsds_models()[kind]
        bundle = hsds.read_hsds(options["file"])
        rows = (
            organization_rows(bundle, publisher, kind)
            if kind_values(model)
            else line_rows(bundle, publisher)
        )
        return import_rows(import_string(model.hsds_importer), list(rows), **settings)


def run_import(
    command: BaseCommand,
    kind: str,
    options: dict[str, Any],
    import_it: Callable[..., ImportReport],
) -> None:
    """Run an import with the options of its command, record it, and print the report.

    Raises CommandError if the file or, with `atomic`, one of its rows is refused.
    """
    recorder = ImportRecorder(
        ImportRun(
            kind=kind,
            file_name=options["file"].name[:200],
            state=ImportRun.State.APPLYING,
        )
    )
    settings = {name: options[name] for name in ("dry_run", "atomic", "quiet")}
    try:
        report = import_it(record=recorder, **settings)
    except FileError as refusal:
        raise CommandError(str(refusal)) from None
    if not (options["atomic"] and report.refused):
        recorder.finish(report)
    print_report(command, report)
    if options["atomic"] and report.refused:
        raise CommandError("Nothing was imported, because rows were refused.")
    if options["dry_run"]:
        command.stdout.write("This was a dry run: nothing was written.")
    elif not connection.in_atomic_block:
        # Inside a caller's transaction, no other connection sees the rows yet.
        store_all()


def print_report(command: BaseCommand, report: ImportReport) -> None:
    command.stdout.write(
        f"{report.added} added, {report.changed} changed, "
        f"{report.unchanged} unchanged, {len(report.refused)} refused."
    )
    for note in report.notes:
        command.stdout.write(f"Note: {note}")
    titles = {
        "Refused": report.refused,
        "Kept, because a curator checked it": report.protected,
        "Changed": report.changes,
        "Warning": report.warnings,
    }
    for title, lines in titles.items():
        for number, text in lines:
            command.stdout.write(f"{title}: row {number}: {text}")
