"""Acts that cross models."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from django.db import connection, transaction
from django.utils.module_loading import import_string
from tqdm import tqdm

from listings.exchange.batches import BATCH_ROWS, BatchImport, Record
from listings.exchange.bulk_writes import in_batches
from listings.exchange.csv_rows import FileRefused, Row, read_file, read_rows
from listings.exchange.importing import Importer, Report
from listings.models import Listing
from listings.registry import listing_models, sourced_models

# More new rows than this change what a database should know of its tables.
MANY = 100


def importers() -> dict[str, type[Importer]]:
    """Every kind of file there is, as its catalogue names it."""
    return {
        kind: import_string(dotted)
        for model in sourced_models()
        for kind, dotted in model.importers.items()
    }


def kinds_of(model: type[Listing]) -> list[str]:
    kinds = getattr(model, "Kind", None)
    return list(kinds.values) if kinds else []


def hsds_models() -> dict[str, type[Listing]]:
    """What HSDS may be listed as: each kind of a catalogue that has kinds, or it."""
    return {
        kind: model
        for model in listing_models()
        if hasattr(model, "hsds_importer")
        for kind in (kinds_of(model) or [str(model._meta.model_name)])
    }


def import_file(
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    record: Record | None = None,
) -> Report:
    """Bring a file's rows in, and leave out those that are refused.

    Some hundred rows at a time, so that others can write meanwhile: a killed import
    leaves the batches before. If `atomic`, all rows in one transaction, or none of
    them. Raises FileRefused.
    """
    text = read_file(path)
    return import_text(
        kind, text, dry_run=dry_run, atomic=atomic, quiet=quiet, record=record
    )


def import_text(
    kind: str,
    text: str,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
    most: int | None = None,
    record: Record | None = None,
    written_to: int = 0,
) -> Report:
    """As import_file, of a text that is at hand already, of `most` rows."""
    reader = importers()[kind]
    rows = read_rows(text, reader.columns, reader.optional_columns)
    if most is not None and len(rows) > most:
        raise FileRefused(
            f"The file has {len(rows):,} rows; here {most:,} are the most. Bring it in "
            "by parts, or ask whoever keeps the server to import it."
        )
    return import_rows(
        reader,
        rows,
        dry_run=dry_run,
        atomic=atomic,
        quiet=quiet,
        reason=reason,
        record=record,
        written_to=written_to,
    )


def import_rows(
    reader: type[Importer],
    rows: list[Row],
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
    record: Record | None = None,
    written_to: int = 0,
) -> Report:
    """As import_file, of rows that something else than a CSV file told.

    `record` is called in the transaction of each batch. A run that was cut short is
    finished by another one of the same rows, where `written_to` is the last that was
    written.
    """
    # Row 1 is the header, as a spreadsheet shows it.
    numbered = list(enumerate(rows, start=2))
    with transaction.atomic() if atomic and not dry_run else nullcontext():
        run = BatchImport(
            reader(rows), reason, dry_run=dry_run, record=record, written_to=written_to
        )
        with tqdm(total=len(rows), unit=" rows", disable=quiet or None) as bar:
            for batch in in_batches(numbered, BATCH_ROWS):
                run.add(batch)
                bar.update(len(batch))
        report = run.finish()
        if atomic and report.refused and not dry_run:
            transaction.set_rollback(True)
    if report.added > MANY and not dry_run:
        with connection.cursor() as cursor:
            # Without this PostgreSQL plans for the few rows that were there.
            cursor.execute("ANALYZE")
    return report
