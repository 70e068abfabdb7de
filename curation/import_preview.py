"""The preview of an import: what a file would change, and what a person should decide.

It is stored with the import, so that looking at it again does not read the file again.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from curation.duplicates import (
    MAX_SHARING_CONTACT,
    MAX_SIMILAR,
    have_similar_names,
)
from curation.models import ImportRun
from listings.exchange.choices import UNDECIDED, ImportChoices
from listings.exchange.csv_rows import ColumnError, csv_text
from listings.exchange.files.reading import FileText
from listings.exchange.importing import ImportReport, ImportStep
from listings.exchange.workflow import import_text, importers, match_columns
from listings.models import Listing
from listings.text import fold, phone_key, website_key

# The limit of an upload in the admin; the management command has none.
MAX_UPLOAD_ROWS = 20_000
# The page of an import shows the changes of so many rows.
MAX_VISIBLE_STEPS = 200
# So many earlier imports are searched for a file with the same columns.
MAX_REMEMBERED_RUNS = 50
CONTACTS = ("phone", "toll_free", "website")


def preview_import(kind: str, file_name: str, content: FileText, by: User) -> ImportRun:
    """Store a run with what a file would change, without importing its rows.

    Raise FileError if the file cannot be read.
    """
    run = ImportRun(kind=kind, file_name=file_name, content=content.text, by=by)
    is_listing = issubclass(importers()[kind].model, Listing)
    choices = ImportChoices(skips_unknown_columns=True, requires_source=is_listing)
    matched = match_columns(kind, content.text)
    if earlier := _find_earlier(kind, set(matched)):
        defaults = {n: v for n, v in earlier.defaults.items() if n != "source_seen"}
        choices = replace(choices, columns=earlier.columns, defaults=defaults)
    run.choices = choices.to_json()
    run.preview = {"file_notes": content.notes, "columns": matched}
    fill_preview(run)
    return run


def _find_earlier(kind: str, names: set[str]) -> ImportChoices | None:
    """Return the choices for the latest file of this kind with the same columns."""
    runs = ImportRun.objects.filter(kind=kind).exclude(choices={}).order_by("-pk")
    found = runs.values_list("choices", "preview")[:MAX_REMEMBERED_RUNS]
    return next(
        (
            ImportChoices.from_json(choices)
            for choices, preview in found
            if set((preview or {}).get("columns", ())) == names
        ),
        None,
    )


def fill_preview(run: ImportRun) -> None:
    """Compute what the file would change with the choices of the run, and save it.

    Raise FileError if the file cannot be read. If its columns don't fit, the preview
    has the error, because a person can choose other columns.
    """
    choices = ImportChoices.from_json(run.choices)
    before = run.preview or {}
    run.preview = {key: before.get(key, []) for key in ("file_notes", "columns")}
    try:
        report = import_text(
            run.kind,
            run.content,
            dry_run=True,
            max_rows=MAX_UPLOAD_ROWS,
            choices=choices,
        )
    except ColumnError as error:
        if not any(before["columns"].values()):
            raise
        run.preview |= {"error": str(error)}
        run.steps = []
    else:
        likely = _add_likely_duplicates(run, choices, report, before)
        _store_report(run, report, likely)
    run.save()


def _add_likely_duplicates(
    run: ImportRun, choices: ImportChoices, report: ImportReport, before: dict[str, Any]
) -> dict[str, Any]:
    """Return the listings that each new row may be, by the number of the row.

    Rows that are not decided yet are taken out of the report: they stay out.
    """
    model = importers()[run.kind].model
    if not issubclass(model, Listing):
        return {}
    known = before.get("duplicates", {})
    likely = {n: known[n] for n in map(str, choices.matches) if n in known}
    index = SimilarIndex(model)
    undecided = {}
    for step in report.steps:
        is_open = step.added and step.row not in choices.matches
        if found := list(index.find(step.after)) if is_open else []:
            likely[str(step.row)] = {"name": step.name, "found": found}
            undecided[step.row] = (UNDECIDED, "")
    run.choices = replace(choices, matches={**choices.matches, **undecided}).to_json()
    report.added -= len(undecided)
    report.steps = [step for step in report.steps if step.row not in undecided]
    waiting = {number for number, match in choices.matches.items() if not match[0]}
    report.refused = [pair for pair in report.refused if pair[0] not in waiting]
    return likely


def _store_report(run: ImportRun, report: ImportReport, likely: dict[str, Any]) -> None:
    run.steps = [asdict(step) for step in report.steps[:MAX_VISIBLE_STEPS]]
    file_notes = run.preview["file_notes"] if run.preview else []
    run.preview = {
        "file_notes": file_notes,
        "columns": report.columns,
        "notes": [*file_notes, *report.notes],
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "protected": report.protected,
        "warnings": report.warnings,
        "duplicates": likely,
        "hidden": max(len(report.steps) - MAX_VISIBLE_STEPS, 0),
    }


class SimilarIndex:
    """Finds listings that may be the same as a new one, for many new ones at once."""

    def __init__(self, model: type[Listing]) -> None:
        self.model = model
        self.by_contact: dict[str, list[Any]] = defaultdict(list)
        self.by_identity: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        names = {*CONTACTS, *model.identifying_facts}
        for row in model._default_manager.exclude(status="closed").order_by("pk"):
            facts = {name: getattr(row, name, "") for name in names}
            self.by_identity[self._identity(facts)].append(row)
            for contact in self._contacts(facts):
                self.by_contact[contact].append(row)

    def find(self, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the key, name and place of each listing, with the reason."""
        reasons: dict[int, tuple[Any, str]] = {}
        for contact in self._contacts(facts):
            rows = self.by_contact[contact]
            if len(rows) <= MAX_SHARING_CONTACT:
                is_phone = contact.startswith("+")
                reason = _("same phone") if is_phone else _("same website")
                for row in rows:
                    reasons.setdefault(row.pk, (row, reason))
        for row in self.by_identity[self._identity(facts)]:
            if have_similar_names(str(facts.get("name") or ""), row.name):
                reasons.setdefault(row.pk, (row, _("similar name")))
        for pk, (row, reason) in list(reasons.items())[:MAX_SIMILAR]:
            place = [getattr(row, name, "") for name in ("city", "state")]
            yield {
                "key": row.import_key,
                "pk": pk,
                "name": row.name,
                "place": ", ".join(filter(None, place)),
                "reason": reason,
            }

    def _identity(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(
            fold(str(facts.get(n) or "")) for n in self.model.identifying_facts
        )

    def _contacts(self, facts: Mapping[str, Any]) -> set[str]:
        if not self.model.is_identified_by_contact:
            return set()
        phones = (str(facts.get(name) or "") for name in ("phone", "toll_free"))
        found = {phone_key(phone) for phone in phones}
        return {*found, website_key(facts.get("website") or "")} - {""}


def get_previewed_steps(run: ImportRun) -> list[ImportStep]:
    return [ImportStep(**step) for step in run.steps]


def write_refused_rows(run: ImportRun) -> str:
    """Return the refused rows as CSV, with the names of the file and the reasons.

    A person can mend these rows, and upload the file again.
    """
    reasons = dict(run.preview["refused"]) if run.preview else {}
    waiting = ImportChoices.from_json(run.choices).matches
    undecided = _("This may be listed already, and nobody has decided yet.")
    reasons |= {n: undecided for n, (what, _key) in waiting.items() if not what}
    names = [*(run.preview or {}).get("columns", ())]
    lines = list(csv.reader(io.StringIO(run.content, newline="")))
    header = next(
        (n for n, cells in enumerate(lines) if set(names) <= set(map(_words, cells))), 0
    )
    width = len(lines[header])
    rows = [
        [*lines[number - 1], *[""] * (width - len(lines[number - 1])), reasons[number]]
        for number in sorted(reasons)
    ]
    return csv_text([[*lines[header], _("Why it was refused")], *rows])


def _words(cell: str) -> str:
    return " ".join(cell.split())
