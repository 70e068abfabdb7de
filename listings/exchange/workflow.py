"""Import files and rows of any kind, and find the importer for them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from django.db import connection, transaction
from django.utils.module_loading import import_string
from tqdm import tqdm

from listings.exchange.batches import BATCH_ROWS, BatchImport, Record
from listings.exchange.bulk_writes import in_batches
from listings.exchange.choices import ImportChoices
from listings.exchange.csv_rows import (
    DEFAULT_CHOICES,
    FileError,
    Row,
    read_columns,
    read_table,
)
from listings.exchange.files.reading import read_file
from listings.exchange.importing import Importer, ImportReport
from listings.models import Listing
from listings.registry import importable_models, listing_models

# After more new rows than this, the database should update its statistics.
ANALYZE_AFTER_ROWS = 100


def importers() -> dict[str, type[Importer]]:
    """Return the importer of every kind of file, by the name of the kind."""
    return {
        kind: import_string(dotted)
        for model in importable_models()
        for kind, dotted in model.importers.items()
    }


def match_columns(kind: str, text: str) -> dict[str, str]:
    """Return the names of columns in a CSV text, with the likely column of each.

    Raises FileError.
    """
    reader = importers()[kind]
    columns = sorted(reader.columns | reader.optional_columns)
    return read_columns(text, columns, reader.column_labels())


def kind_values(model: type[Listing]) -> list[str]:
    kinds = getattr(model, "Kind", None)
    return list(kinds.values) if kinds else []


def hsds_models() -> dict[str, type[Listing]]:
    """Return the model for each kind of listing that HSDS data can be imported as."""
    return {
        kind: model
        for model in listing_models()
        if hasattr(model, "hsds_importer")
        for kind in (kind_values(model) or [str(model._meta.model_name)])
    }


def import_file(
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    record: Record | None = None,
    choices: ImportChoices = DEFAULT_CHOICES,
) -> ImportReport:
    """Import the rows of a file, except those that are refused.

    Rows are written in batches, so that others can write in between; an import that is
    killed leaves the earlier batches. With `atomic`, all rows are written in one
    transaction, or none if one is refused. Raises FileError.
    """
    file = read_file(path)
    report = import_text(
        kind,
        file.text,
        dry_run=dry_run,
        atomic=atomic,
        quiet=quiet,
        record=record,
        choices=choices,
    )
    report.notes = [*file.notes, *report.notes]
    return report


def import_text(
    kind: str,
    text: str,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
    max_rows: int | None = None,
    record: Record | None = None,
    written_to: int = 0,
    choices: ImportChoices = DEFAULT_CHOICES,
) -> ImportReport:
    """Import CSV text of at most `max_rows` rows, like import_file()."""
    reader = importers()[kind]
    table = read_table(
        text,
        reader.columns,
        reader.optional_columns,
        labels=reader.column_labels(),
        choices=choices,
    )
    if max_rows is not None and len(table.rows) > max_rows:
        raise FileError(
            f"The file has {len(table.rows):,} rows. At most {max_rows:,} can be "
            "imported here. Split the file, or ask the person who runs the server to "
            "import it."
        )
    report = import_rows(
        reader,
        table.rows,
        numbers=table.numbers,
        dry_run=dry_run,
        atomic=atomic,
        quiet=quiet,
        reason=reason,
        record=record,
        written_to=written_to,
        choices=choices,
    )
    report.columns, report.notes = table.columns, table.notes
    return report


def import_rows(
    reader: type[Importer],
    rows: list[Row],
    *,
    numbers: list[int] | None = None,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
    record: Record | None = None,
    written_to: int = 0,
    choices: ImportChoices = DEFAULT_CHOICES,
) -> ImportReport:
    """Import rows with their row numbers in the file, like import_file().

    `record` is called in the transaction of each batch. To finish an interrupted run,
    pass the same rows and, as `written_to`, the number of the last written row.
    """
    # Row 1 is the header, as a spreadsheet shows it.
    numbered = list(zip(numbers or range(2, len(rows) + 2), rows, strict=True))
    with transaction.atomic() if atomic and not dry_run else nullcontext():
        run = BatchImport(
            reader(rows),
            reason,
            dry_run=dry_run,
            record=record,
            written_to=written_to,
            choices=choices,
        )
        with tqdm(total=len(rows), unit=" rows", disable=quiet or None) as bar:
            for batch in in_batches(numbered, BATCH_ROWS):
                run.add(batch)
                bar.update(len(batch))
        report = run.finish()
        if atomic and report.refused and not dry_run:
            transaction.set_rollback(True)
    if report.added > ANALYZE_AFTER_ROWS and not dry_run:
        with connection.cursor() as cursor:
            # Without new statistics PostgreSQL plans for the few rows there were.
            cursor.execute("ANALYZE")
    return report
