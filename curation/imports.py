"""Imports: write a previewed file in batches, and resume after an interruption.

The transaction of each batch also records what it changed, so that an import that was
killed can be resumed or undone (curation.undo).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.import_preview import MAX_VISIBLE_STEPS, get_previewed_steps
from curation.models import ImportedRow, ImportRun
from listings.exchange.choices import ImportChoices
from listings.exchange.csv_rows import FileError
from listings.exchange.importing import ImportReport, ImportStep
from listings.exchange.workflow import hsds_models, import_text, importers
from listings.provenance import ProvenanceModel

# The kind of a run that imported HSDS begins with this.
HSDS_PREFIX = "hsds "
State = ImportRun.State


def get_imported_model(run: ImportRun) -> type[ProvenanceModel]:
    """Return the model whose rows a run imports."""
    if run.kind in importers():
        return importers()[run.kind].model
    return hsds_models()[run.kind.removeprefix(HSDS_PREFIX)]


def get_visible_steps(run: ImportRun) -> list[ImportStep] | list[ImportedRow]:
    """Return what the first rows would change, or what they changed once applied."""
    if run.state == State.PREVIEWED:
        return get_previewed_steps(run)
    return list(run.rows.order_by("row")[:MAX_VISIBLE_STEPS])


def discard_preview(run: ImportRun) -> None:
    """Delete a run that was previewed only."""
    ImportRun.objects.filter(pk=run.pk, state=State.PREVIEWED).delete()


def apply_import(run: ImportRun) -> ImportReport:
    """Import a previewed file. Raise ActionRefused or
    FileError."""
    return _import(take_over(run, State.APPLYING, only_if=[State.PREVIEWED]))


def resume_import(run: ImportRun) -> ImportReport:
    """Finish an import that was interrupted. Raise ActionRefused or
    FileError."""
    return _import(take_over(run, State.APPLYING, only_if=[State.APPLYING]))


def _import(run: ImportRun) -> ImportReport:
    recorder = ImportRecorder(run)
    try:
        report = import_text(
            run.kind,
            run.content,
            reason=f"import {run.pk}",
            record=recorder,
            written_to=run.last_written_row,
            choices=ImportChoices.from_json(run.choices),
        )
    except FileError:
        # The columns of the importer have changed since the preview. It wrote nothing.
        take_over(run, State.PREVIEWED, only_if=[State.APPLYING])
        raise
    recorder.finish(report)
    return report


@transaction.atomic
def take_over(run: ImportRun, state: str, only_if: Iterable[str]) -> ImportRun:
    """Make this process the only one that works on a run.

    Another process that works on it stops before its next batch. Raise ActionRefused if
    the state of the run is not in `only_if`.
    """
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    if fresh.state not in only_if:
        message = _("This import is in another state now: %(state)s.")
        raise ActionRefused(message % {"state": fresh.get_state_display()})
    fresh.state, fresh.takeovers = state, fresh.takeovers + 1
    fresh.save(update_fields=["state", "takeovers"])
    return fresh


def require_ownership(run: ImportRun) -> None:
    """Lock the run until the transaction ends. Raise ActionRefused if another process
    has taken it over."""
    stored = ImportRun.objects.select_for_update().filter(pk=run.pk)
    if stored.values_list("takeovers", flat=True).first() != run.takeovers:
        raise ActionRefused(
            _("Somebody else has gone on with this import, or undone it.")
        )


class ImportRecorder:
    """Records what each batch of an import changed.

    A run that is not stored yet is saved with the first batch that changes anything.
    """

    def __init__(self, run: ImportRun) -> None:
        self.run = run

    def __call__(self, steps: list[ImportStep], last_row: int) -> None:
        """Record a batch in its transaction. Raise ActionRefused if another process has
        taken the run over."""
        if self.run._state.adding:
            if not steps:
                return
            self.run.save()
        require_ownership(self.run)
        self._store(steps)
        if last_row > self.run.last_written_row:
            self.run.last_written_row = last_row
            self.run.save(update_fields=["last_written_row"])

    def _store(self, steps: list[ImportStep]) -> None:
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

    def finish(self, report: ImportReport) -> None:
        """Store the result of the whole file.

        Raise ActionRefused if another process has taken the run over.
        """
        if self.run._state.adding:
            return
        added = self.run.rows.filter(added=True).count()
        facts = {
            "added": added,
            "changed": self.run.rows.count() - added,
            "refused": len(report.refused),
        }
        summary = _("%(added)s added, %(changed)s changed, %(refused)s refused")
        with transaction.atomic():
            require_ownership(self.run)
            self.run.state, self.run.summary = State.APPLIED, summary % facts
            self.run.save(update_fields=["state", "summary"])
