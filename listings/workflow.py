"""Acts that cross models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.module_loading import import_string
from tqdm import tqdm

from listings.importing import LINKED, Applier, Facts, Importer, Report, RowRefused
from listings.registry import sourced_models
from listings.rows import FileRefused, Row, read_file, read_rows
from listings.sourced import Sourced

# More new rows than this change what a database should know of its tables.
MANY = 100


def importers() -> dict[str, type[Importer]]:
    """Every kind of file there is, as its catalogue names it."""
    return {
        kind: import_string(dotted)
        for model in sourced_models()
        for kind, dotted in model.importers.items()
    }


def import_file(
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
) -> Report:
    """Bring a file's rows in: all of them or none if `atomic`, else each on its own.

    Raises FileRefused. One transaction, so that a killed import leaves no trace.
    """
    text = read_file(path)
    return import_text(kind, text, dry_run=dry_run, atomic=atomic, quiet=quiet)


def import_text(
    kind: str,
    text: str,
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
    most: int | None = None,
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
        reader, rows, dry_run=dry_run, atomic=atomic, quiet=quiet, reason=reason
    )


def import_rows(
    reader: type[Importer],
    rows: list[Row],
    *,
    dry_run: bool = False,
    atomic: bool = False,
    quiet: bool = True,
    reason: str = "import",
) -> Report:
    """As import_file, of rows that something else than a CSV file told."""
    importer = reader(rows)
    with transaction.atomic():
        bar = tqdm(rows, desc=reader.__name__, unit=" rows", disable=quiet or None)
        report = _import_rows(importer, bar, reason)
        if report.added > MANY:
            with connection.cursor() as cursor:
                # Without this PostgreSQL plans for the few rows that were there.
                cursor.execute("ANALYZE")
        if dry_run or (atomic and report.refused):
            transaction.set_rollback(True)
    return report


def _import_rows(importer: Importer, rows: Iterable[Row], reason: str) -> Report:
    report = Report()
    applier = Applier(importer, reason)
    facts_by_key: dict[str, Facts] = {}
    listings = []
    rows_of: dict[Any, int] = {}
    # Row 1 is the header, as a spreadsheet shows it.
    for number, row in enumerate(rows, start=2):
        try:
            facts = _read(importer, row, facts_by_key)
            with transaction.atomic():
                listings.append(applier.apply(facts, report, number))
                rows_of[listings[-1].pk] = number
        except RowRefused as refusal:
            report.refused.append((number, f"{row.get('key')}: {refusal}"))
        except IntegrityError as error:
            words = _broken_rule(importer.model, error)
            report.refused.append((number, f"{row.get('key')}: {words}"))
        else:
            report.warnings += [(number, f"{facts.key}: {w}") for w in facts.warnings]
    # Before finish(), so that the first row of history knows the parent.
    before = {one.pk: _links_of(one) for one in listings}
    importer.link(listings, facts_by_key)
    for one in listings:
        _note_links(report, rows_of[one.pk], one, before[one.pk])
    applier.finish()
    return report


def _links_of(listing: Any) -> dict[str, Any]:
    return {name: getattr(listing, name) for name in LINKED if hasattr(listing, name)}


def _name_of(listing: Any, pk: int | None) -> str:
    manager: Any = type(listing)._default_manager
    return manager.filter(pk=pk).values_list("name", flat=True).first() or ""


def _note_links(
    report: Report, number: int, listing: Any, before: dict[str, Any]
) -> None:
    """Report a changed parent or host with the row's other changes, so that the preview
    shows it and an undo takes it back."""
    after = _links_of(listing)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return
    steps = [step for step in report.steps if step["pk"] == listing.pk]
    if not steps:
        facts = {"pk": listing.pk, "name": listing.name, "key": listing.file_key}
        steps = [facts | {"row": number, "added": False, "before": {}, "after": {}}]
        report.steps += steps
        report.unchanged -= 1
        report.changed += 1
        words = ", ".join(name.removesuffix("_id") for name in changed)
        report.changes.append((number, f"{listing.file_key}: {words}"))
    [step] = steps
    step["version"] = listing.version
    if not step["added"]:
        step["parents"] = [
            _name_of(listing, links.get("parent_id")) for links in (before, after)
        ]
        step["before"] |= {name: before[name] for name in changed}
        step["after"] |= {name: after[name] for name in changed}


def _broken_rule(model: type[Sourced], error: IntegrityError) -> str:
    """The words of the constraint that the database names; else its own."""
    for rule in model._meta.constraints:
        if rule.name in str(error):
            return str(rule.get_violation_error_message())
    return str(error)


def _read(importer: Importer, row: Row, seen: dict[str, Facts]) -> Facts:
    key = row.get("key", "")
    if not key:
        raise RowRefused("the row has no key")
    if key in seen:
        raise RowRefused("this key stands in the file twice")
    seen[key] = facts = importer.read(row)
    return facts
