"""Undo an import in batches.

Rows that were edited or checked since stay as they are.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from curation.imports import get_imported_model, require_ownership, take_over
from curation.models import (
    Check,
    ImportedRow,
    ImportRun,
    Suggestion,
)
from curation.nightly_findings import delete_nightly_findings
from listings import service_areas
from listings.exchange import bulk_writes
from listings.exchange.importing import (
    BRANCH_FIELDS,
    point_values,
    protected_fields,
    set_point,
)
from listings.field_values import fact_value
from listings.history import link_field_names
from listings.models import Listing, Term
from listings.removals import RemovalRequestIndex
from listings.service_areas import ServiceAreaParser, UnknownArea

BATCH_ROWS = 250
# SQLite has one lock for all writers, who try to get it ten times a second.
BATCH_PAUSE_SECONDS = 0.1
State = ImportRun.State
StepAndRow = tuple[ImportedRow, Any]
StepAndChange = tuple[ImportedRow, bulk_writes.RowChange]


def undo_import(run: ImportRun) -> tuple[int, list[str]]:
    """Undo an import, and return how many rows were restored and the names of the rest.

    It also undoes an interrupted import, and resumes an interrupted undo. The rest can
    be undone later. Raise ActionRefused if another process works on the run.
    """
    states = [State.APPLIED, State.APPLYING, State.UNDOING]
    undo = ImportUndo(take_over(run, State.UNDOING, only_if=states))
    undo.run_all()
    return undo.done, list(undo.skipped.values())


class ImportUndo:
    """One attempt to undo an import."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.model: Any = get_imported_model(run)
        self.content_type = ContentType.objects.get_for_model(self.model)
        self.areas = ServiceAreaParser()
        terms = Term.objects.all()
        self.terms = {f"{term.kind}:{term.slug}": term.pk for term in terms}
        self.requests = RemovalRequestIndex()
        self.done = 0
        # The names of the rows that stay, by the id of their step.
        self.skipped: dict[int, str] = {}

    def run_all(self) -> None:
        """Raise ActionRefused if another process has taken the run over."""
        self._in_batches(self._restore, added=False)
        # New branches are deleted before their new parents, level by level.
        while self._in_batches(self._delete_without_branches, added=True):
            pass
        self._in_batches(self._delete_cycles, added=True)
        with transaction.atomic():
            require_ownership(self.run)
            has_rest = self.run.rows.exists()
            self.run.state = State.APPLIED if has_rest else State.UNDONE
            self.run.save(update_fields=["state"])

    def _in_batches(
        self,
        act: Callable[[list[StepAndRow]], list[ImportedRow]],
        *,
        added: bool,
    ) -> int:
        """Undo every step that is left by `act`, and return for how many it did so."""
        last, before = 0, self.done
        while True:
            with transaction.atomic():
                after = self.run.rows.filter(added=added, pk__gt=last).order_by("pk")
                steps = list(after[:BATCH_ROWS])
                if not steps:
                    return self.done - before
                last = steps[-1].pk
                steps = [step for step in steps if step.pk not in self.skipped]
                self._undo_steps(steps, act)
                require_ownership(self.run)
            if connection.vendor == "sqlite":
                time.sleep(BATCH_PAUSE_SECONDS)

    def _undo_steps(
        self,
        steps: list[ImportedRow],
        act: Callable[[list[StepAndRow]], list[ImportedRow]],
    ) -> None:
        locked = self.model.objects.select_for_update().order_by("pk")
        links = link_field_names(self.model)
        rows = locked.prefetch_related(*links).in_bulk([s.object_id for s in steps])
        found = [(s, rows[s.object_id]) for s in steps if s.object_id in rows]
        missing = [step.pk for step in steps if step.object_id not in rows]
        undone = act(found)
        self.done += len(undone)
        self.run.rows.filter(pk__in=[*missing, *(step.pk for step in undone)]).delete()

    def _skip(self, step: ImportedRow) -> None:
        self.skipped[step.pk] = step.name

    def _restore(self, found: list[StepAndRow]) -> list[ImportedRow]:
        """Restore the former facts of changed rows."""
        parents = {step.before.get("parent_id") for step, _row in found} - {None}
        named = self.model.objects.filter(pk__in=parents).values_list("pk", flat=True)
        existing = {None, *named}
        planned: list[StepAndChange] = []
        for step, row in found:
            change = self._plan_change(step, row, existing)
            if change is None:
                self._skip(step)
            else:
                planned.append((step, change))
        restored: list[ImportedRow] = []

        def write(batch: list[StepAndChange]) -> None:
            bulk_writes.save(self.model, [change for _step, change in batch])
            restored.extend(step for step, _change in batch)

        def refuse(item: StepAndChange, _error: IntegrityError) -> None:
            self._skip(item[0])

        bulk_writes.write_or_split(planned, write, refuse)
        return restored

    def _plan_change(
        self, step: ImportedRow, row: Any, parents: set[int | None]
    ) -> bulk_writes.RowChange | None:
        """Return what restores the row, or None if it was edited or checked since."""
        if any(
            _current_value(row, name) != after for name, after in step.after.items()
        ):
            return None
        if set(step.after) & set(protected_fields(row)):
            # A check protects these facts.
            return None
        may_join = not row.checked_on and step.before.get("parent_id") in parents
        if set(step.after) & set(BRANCH_FIELDS) and not may_join:
            # Imports do not link checked rows, so the check is newer.
            return None
        change = bulk_writes.RowChange(
            row, is_new=False, public_before=row.public_fields()
        )
        try:
            self._apply_facts(change, dict(step.before))
        except (ValidationError, UnknownArea):
            return None
        row.version += 1
        row._change_reason = _("import undone")
        return change

    def _apply_facts(
        self, change: bulk_writes.RowChange, facts: dict[str, Any]
    ) -> None:
        """Set the facts on the row.

        Raise ValidationError, or UnknownArea if a name in a service area is no place.
        """
        row = change.row
        columns = [f for f in row._meta.concrete_fields if not f.primary_key]
        before = {field.attname: getattr(row, field.attname) for field in columns}
        if "point" in facts:
            set_point(row, facts.pop("point"))
        if "terms" in facts:
            known = [self.terms[t] for t in facts.pop("terms") if t in self.terms]
            change.links["terms"] = frozenset(known)
        places = None
        if "service_area" in facts:
            places = self.areas.from_text(facts.pop("service_area"))
            change.links["service_area"] = frozenset(place.pk for place in places)
        for name, fact in facts.items():
            setattr(row, name, fact)
        if places is not None or "service_area_scope" in facts:
            named = list(row.service_area.all()) if places is None else places
            service_areas.check_scope(row.service_area_scope, named)
        row.clean()
        if isinstance(row, Listing) and self.requests.may_match(row):
            row.check_may_be_public()
        now = {field.name: getattr(row, field.attname) for field in columns}
        change.columns = {f.name for f in columns if now[f.name] != before[f.attname]}
        change.columns.add("version")

    def _delete_without_branches(self, found: list[StepAndRow]) -> list[ImportedRow]:
        return self._delete(found, lambda branches: not branches)

    def _delete_cycles(self, found: list[StepAndRow]) -> list[ImportedRow]:
        """Delete rows that are branches of one another. Others with branches stay."""
        unsettled = self.run.rows.filter(added=True).exclude(pk__in=self.skipped)
        added = set(unsettled.values_list("object_id", flat=True))
        deleted = self._delete(found, lambda branches: branches <= added)
        for step, _row in found:
            if step not in deleted and step.pk not in self.skipped:
                self._skip(step)
        return deleted

    def _delete(
        self,
        found: list[StepAndRow],
        may_delete: Callable[[set[int]], bool],
    ) -> list[ImportedRow]:
        """Delete new rows that nobody has worked on, if their branches `may_delete`.

        It gets the ids of the branches of a row.
        """
        pks = [row.pk for _step, row in found]
        in_use, branches = self._find_in_use(pks), self._find_branches(pks)
        deleted: list[StepAndRow] = []
        for step, row in found:
            is_same = row.version == step.version and not row.checked_on
            if not is_same or row.pk in in_use:
                self._skip(step)
            elif may_delete(branches[row.pk]):
                row._change_reason = _("import undone")
                deleted.append((step, row))
        rows = [row for _step, row in deleted]
        if issubclass(self.model, Listing):
            delete_nightly_findings(self.model, [row.pk for row in rows])
        if rows:
            bulk_writes.delete(self.model, rows)
        return [step for step, _row in deleted]

    def _find_in_use(self, pks: list[int]) -> set[int | None]:
        """Return the ids of rows that have a check or a suggestion."""
        about = {"content_type": self.content_type, "object_id__in": pks}
        found: set[int | None] = set()
        for model in (Suggestion, Check):
            rows = model._default_manager.filter(**about)
            found |= set(rows.values_list("object_id", flat=True))
        return found

    def _find_branches(self, pks: list[int]) -> dict[int, set[int]]:
        branches: dict[int, set[int]] = defaultdict(set)
        if hasattr(self.model, "branches"):
            rows = self.model.objects.filter(parent_id__in=pks)
            for parent, branch in rows.values_list("parent_id", "pk"):
                branches[parent].add(branch)
        return branches


def _current_value(row: Any, name: str) -> Any:
    return point_values(row) if name == "point" else fact_value(row, name)
