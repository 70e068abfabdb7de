"""Imports with a record: previewed, written in batches, finished if cut short.

Each batch writes what it did beside the rows themselves, in one transaction, so that an
import that was killed can be finished or taken back (curation.undoing).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from curation.errors import Refused
from curation.models import ImportedRow, ImportRun
from listings.exchange.csv_rows import FileRefused
from listings.exchange.importing import Report, Step
from listings.exchange.workflow import hsds_models, import_text, importers
from listings.provenance import Sourced

# Through the desk; the command line takes more.
MAX_ROWS = 20_000
# Rows that a preview shows with all that would change.
STEPS_SHOWN = 200
State = ImportRun.State


def model_of(run: ImportRun) -> type[Sourced]:
    """The model that a run brings rows of."""
    if run.kind in importers():
        return importers()[run.kind].model
    return hsds_models()[run.kind.removeprefix(HSDS)]


# How the kind of a run of the command line begins that read HSDS.
HSDS = "hsds "


def preview_import(kind: str, file_name: str, content: str, by: Any) -> ImportRun:
    """Try a file without writing its rows, and keep what it would do. Raises
    FileRefused."""
    report = import_text(kind, content, dry_run=True, most=MAX_ROWS)
    return ImportRun.objects.create(
        kind=kind,
        file_name=file_name,
        content=content,
        by=by,
        steps=[asdict(step) for step in report.steps[:STEPS_SHOWN]],
        preview={
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "refused": report.refused,
            "kept": report.kept,
        },
    )


def steps_shown(run: ImportRun) -> list[Any]:
    """What the first rows would do, before; what they did, after."""
    if run.state == State.PREVIEWED:
        return [Step(**step) for step in run.steps]
    return list(run.rows.order_by("row")[:STEPS_SHOWN])


def apply_import(run: ImportRun) -> Report:
    """Bring a previewed file in. Raises Refused, FileRefused."""
    return _import(take_over(run, State.APPLYING, only_if=[State.PREVIEWED]))


def resume_import(run: ImportRun) -> Report:
    """Finish an import that was cut short. Raises Refused, FileRefused."""
    return _import(take_over(run, State.APPLYING, only_if=[State.APPLYING]))


def _import(run: ImportRun) -> Report:
    recorder = Recorder(run)
    try:
        report = import_text(
            run.kind,
            run.content,
            reason=f"import {run.pk}",
            record=recorder,
            written_to=run.written_to,
        )
    except FileRefused:
        # Its columns have changed since; nothing was written.
        take_over(run, State.PREVIEWED, only_if=[State.APPLYING])
        raise
    recorder.finish(report)
    return report


@transaction.atomic
def take_over(run: ImportRun, state: str, only_if: Iterable[str]) -> ImportRun:
    """Become the only one who goes on with this run. Raises Refused.

    Another process that still works on it stops before its next batch.
    """
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    if fresh.state not in only_if:
        words = _("This import is in another state now: %(state)s.")
        raise Refused(words % {"state": fresh.get_state_display()})
    fresh.state, fresh.turn = state, fresh.turn + 1
    fresh.save(update_fields=["state", "turn"])
    return fresh


def check_turn(run: ImportRun) -> None:
    """Hold the run until the transaction ends. Raises Refused where somebody else has
    taken it over."""
    turns = ImportRun.objects.select_for_update().filter(pk=run.pk)
    if turns.values_list("turn", flat=True).first() != run.turn:
        raise Refused(_("Somebody else has gone on with this import, or undone it."))


class Recorder:
    """Keeps what each batch of an import did; a run that is new is saved with the first
    batch that does something."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    def __call__(self, steps: list[Step], last_row: int) -> None:
        """Called in the transaction of the batch. Raises Refused."""
        if self.run._state.adding:
            if not steps:
                return
            self.run.save()
        check_turn(self.run)
        self._keep(steps)
        if last_row > self.run.written_to:
            self.run.written_to = last_row
            self.run.save(update_fields=["written_to"])

    def _keep(self, steps: list[Step]) -> None:
        pks = [step.object_id for step in steps]
        known = {row.object_id: row for row in self.run.rows.filter(object_id__in=pks)}
        rows = self.run.rows
        rows.bulk_create(
            ImportedRow(run=self.run, **asdict(step))
            for step in steps
            if step.object_id not in known
        )
        for step in steps:
            if row := known.get(step.object_id):
                row.version = step.version
                row.parents = step.parents
                row.before = step.before | row.before
                row.after = row.after | step.after
        rows.bulk_update(known.values(), ["version", "parents", "before", "after"])

    def finish(self, report: Report) -> None:
        """Say what became of the whole file. Raises Refused."""
        if self.run._state.adding:
            return
        added = self.run.rows.filter(added=True).count()
        facts = {
            "added": added,
            "changed": self.run.rows.count() - added,
            "refused": len(report.refused),
        }
        words = _("%(added)s added, %(changed)s changed, %(refused)s refused")
        with transaction.atomic():
            check_turn(self.run)
            self.run.state, self.run.summary = State.APPLIED, words % facts
            self.run.save(update_fields=["state", "summary"])
