"""Run an import in batches, each in a short transaction of its own.

Other writers can work between two batches, and an import that is killed leaves only
complete batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from listings.exchange import bulk_writes
from listings.exchange.choices import BRANCH, DIFFERENT, SAME, UNDECIDED, ImportChoices
from listings.exchange.csv_rows import DEFAULT_CHOICES, Row
from listings.exchange.importing import (
    BRANCH_FIELDS,
    BranchRow,
    Importer,
    ImportReport,
    ImportStep,
    ParsedRow,
    RowError,
)
from listings.exchange.planning import ImportPlanner, RowPlan
from listings.models import Listing
from listings.provenance import ProvenanceModel

# A batch of this size holds SQLite's write lock for about 0.2 seconds.
BATCH_ROWS = 250

NumberedRow = tuple[int, Row]
# A callback within the transaction of each batch, with its steps and the number of its
# last row. A second step for the same row replaces the first.
Record = Callable[[list[ImportStep], int], None]


class BatchImport:
    """One run of an importer over the rows of a file."""

    def __init__(
        self,
        importer: Importer,
        reason: str,
        *,
        dry_run: bool = False,
        record: Record | None = None,
        written_to: int = 0,
        choices: ImportChoices = DEFAULT_CHOICES,
    ) -> None:
        self.choices = choices
        self.importer = importer
        self.model: Any = importer.model
        self.reason = reason
        self.dry_run = dry_run
        self.record = record
        self.planner = ImportPlanner(importer, reason, written_to, choices)
        self.report = ImportReport()
        self.keys: set[str] = set()
        # What people know a row by: its key in the file, or else its name.
        self.labels: dict[str, str] = {}
        self.slugs: set[str] = self.model.used_slugs()
        self.steps: dict[int, ImportStep] = {}
        self.members: dict[int, BranchRow] = {}

    def add(self, rows: list[NumberedRow]) -> None:
        """Import one batch of rows."""
        read = [found for row in rows if (found := self._read(*row)) is not None]
        # Planning takes as long as writing, so it is done outside of the transaction.
        plans = self.planner.plan(read, self._refuse)
        writes = [plan for plan in plans if plan.is_write]
        done = [plan for plan in plans if not plan.is_write]
        if writes or self.record is not None:
            with transaction.atomic():
                done += self._write(writes)
                if self.dry_run:
                    transaction.set_rollback(True)
                elif self.record is not None:
                    self.record(self._steps_of(done), rows[-1][0])
        for plan in done:
            self._add_to_report(plan)

    def _read(self, number: int, row: Row) -> tuple[int, ParsedRow] | None:
        label = row.get("key") or row.get("name", "")
        try:
            facts = self.importer.read(self._matched(number, row))
            if not facts.key:
                raise RowError("the row has no key")
            if facts.key in self.keys:
                raise RowError(
                    "this key is in the file twice"
                    if row.get("key")
                    else "another row has this name and city. Give each its own key"
                )
        except RowError as refusal:
            self._refuse(number, label, str(refusal))
            return None
        self.keys.add(facts.key)
        self.labels[facts.key] = label
        return number, facts

    def _matched(self, number: int, row: Row) -> Row:
        """Return the row as what the person chose it to be. Raises RowError."""
        what, key = self.choices.matches.get(number, (DIFFERENT, ""))
        if what == UNDECIDED:
            raise RowError("this may be listed already, and you have not decided yet")
        if what == SAME:
            # An empty cell of another list does not remove what is known here.
            return {name: cell for name, cell in row.items() if cell} | {"key": key}
        if what == BRANCH:
            return row | {"parent": key}
        return row

    def _refuse(self, number: int, key: str, words: str) -> None:
        label = self.labels.get(key, key)
        self.report.refused.append((number, f"{label}: {words}"))

    def _write(self, plans: list[RowPlan]) -> list[RowPlan]:
        """Write the plans that are current, plan the others again and write them.

        Returns the plans that were carried out.
        """
        if not plans:
            return []
        is_current = self.planner.is_current(plans)
        stale = [(p.number, p.facts) for p in plans if not is_current(p)]
        plans = [plan for plan in plans if is_current(plan)]
        plans += self.planner.plan(stale, self._refuse)
        done = [plan for plan in plans if not plan.is_write]

        def write(some: list[RowPlan]) -> None:
            self._write_all(some)
            done.extend(some)

        def refuse(plan: RowPlan, error: IntegrityError) -> None:
            self._refuse(
                plan.number, plan.facts.key, _violated_constraint(self.model, error)
            )

        bulk_writes.write_or_split([p for p in plans if p.is_write], write, refuse)
        return done

    def _write_all(self, plans: list[RowPlan]) -> None:
        """Write all plans, or raise IntegrityError and leave them as they were."""
        given = self._choose_slugs([plan for plan in plans if plan.change.is_new])
        original_links = [_branch_values(plan.change.row) for plan in plans]
        columns = [set(plan.change.columns) for plan in plans]
        unresolved_parents = self._link_rows(plans)
        try:
            bulk_writes.save(
                self.model,
                [plan.change for plan in plans],
                before_update=lambda: _set_new_parents(plans, unresolved_parents),
            )
        except IntegrityError:
            self.slugs -= given
            for plan, links, own in zip(plans, original_links, columns, strict=True):
                plan.change.columns = own
                for name, before in links.items():
                    setattr(plan.change.row, name, before)
                if plan.change.is_new:
                    plan.change.row.pk, plan.change.row._state.adding = None, True
            raise
        for plan, links in zip(plans, original_links, strict=True):
            self._record_step(plan, links)

    def _choose_slugs(self, plans: list[RowPlan]) -> set[str]:
        """Give each new listing a free slug, and return the slugs."""
        given: set[str] = set()
        without_slug = [plan for plan in plans if isinstance(plan.change.row, Listing)]
        while without_slug:
            for plan in without_slug:
                listing = plan.change.row
                listing.slug = ""
                listing.prepare_new(self.slugs | given, plan.facts.new_only_fields)
                given.add(listing.slug)
            # Another writer may have used one since this import began.
            taken = self.model.used_slugs(given)
            self.slugs |= taken
            given -= taken
            without_slug = [
                plan for plan in without_slug if plan.change.row.slug in taken
            ]
        self.slugs |= given
        return given

    def _link_rows(self, plans: list[RowPlan]) -> dict[int, int]:
        """Make these rows branches of rows that exist so far.

        Returns, by row number, the row number of each parent that is also new and has
        no id yet.
        """
        if not self.importer.links_rows or self.dry_run:
            return {}
        rows = [_branch_row(plan) for plan in plans]
        self.importer.link(rows, [*self.members.values(), *rows])
        unresolved_parents = {}
        for plan, row in zip(plans, rows, strict=True):
            listing = plan.change.row
            if (listing.parent_id, listing.host) == (row.parent_id, row.host):
                continue
            listing.parent_id, listing.host = row.parent_id, row.host
            if row.parent_id is not None and row.parent_id < 0:
                unresolved_parents[row.number] = -row.parent_id
                listing.parent_id = None
            if not plan.change.is_new:
                plan.change.columns |= {"parent", "host"}
        return unresolved_parents

    def _record_step(self, plan: RowPlan, links: dict[str, Any]) -> None:
        """Remember the step of a row that was written."""
        row = plan.change.row
        step = ImportStep(
            plan.number, row.pk, row.name, plan.change.is_new, row.version
        )
        if not plan.change.is_new or self.dry_run:
            # Undo needs no facts of new rows, but the preview shows them.
            step.before, step.after = plan.before, self.planner.after(plan)
        if not plan.change.is_new:
            self._record_link_changes(step, links, _branch_values(row))
        if self.dry_run and plan.change.is_new:
            # The dry run is rolled back, so the next batch may get the same id.
            step.object_id = row.pk = -plan.number
        self.steps[row.pk] = step

    def _record_link_changes(
        self, step: ImportStep, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        changed = [name for name in after if after[name] != before[name]]
        if changed and not step.added:
            step.before = {n: before[n] for n in changed} | step.before
            step.after |= {n: after[n] for n in changed}
            parents = (step.before.get("parent_id"), after["parent_id"])
            step.parents = [self._name_of(pk) for pk in parents]

    def _name_of(self, pk: int | None) -> str:
        if pk in self.members:
            return self.members[pk].name
        named = self.model.objects.filter(pk=pk).values_list("name", flat=True)
        return named.first() or ""

    def _steps_of(self, plans: Iterable[RowPlan]) -> list[ImportStep]:
        return [self.steps[plan.change.row.pk] for plan in plans if plan.is_write]

    def _add_to_report(self, plan: RowPlan) -> None:
        """Add a completed row to the report and to the rows that can be linked."""
        report, number, key = self.report, plan.number, self.labels[plan.facts.key]
        if not plan.is_write:
            report.unchanged += 1
        elif plan.change.is_new:
            report.added += 1
        else:
            report.changed += 1
            report.changes.append((number, f"{key}: {', '.join(plan.names)}"))
        report.protected += [(number, words) for words in plan.protected]
        warnings = [*plan.facts.warnings, *plan.warnings]
        report.warnings += [(number, f"{key}: {words}") for words in warnings]
        if self.importer.links_rows:
            self.members[plan.change.row.pk] = _branch_row(plan)

    def finish(self) -> ImportReport:
        """Link rows to parents from later batches, then return the report."""
        members = list(self.members.values())
        before = {row.pk: (row.parent_id, row.host) for row in members}
        if self.importer.links_rows:
            self.importer.link(members, members)
        changed = [r for r in members if before[r.pk] != (r.parent_id, r.host)]
        for some in bulk_writes.in_batches(changed, BATCH_ROWS):
            if self.dry_run:
                for row in some:
                    self._record_link(row, *before[row.pk])
                continue
            with transaction.atomic():
                linked = self._save_linked(some)
                if self.record is not None and linked:
                    self.record([self.steps[row.pk] for row in linked], 0)
        self.report.steps = list(self.steps.values())
        self.report.sort()
        return self.report

    def _save_linked(self, members: list[BranchRow]) -> list[BranchRow]:
        """Save the parent of each row, unless a curator has checked the row since."""
        rows = self.model.objects.select_for_update().order_by("pk")
        rows = rows.in_bulk([row.pk for row in members])
        parents = {row.parent_id for row in members if row.parent_id}
        there = set(
            self.model.objects.filter(pk__in=parents).values_list("pk", flat=True)
        )
        changes, linked = [], []
        for member in members:
            row = rows.get(member.pk)
            is_gone = member.parent_id is not None and member.parent_id not in there
            if row is None or row.checked_on or is_gone:
                continue
            before = row.parent_id, row.host
            change = bulk_writes.RowChange(
                row, is_new=False, public_before=row.public_fields()
            )
            row.parent_id, row.host = member.parent_id, member.host
            row.version += 1
            row._change_reason = self.reason
            change.columns = {"parent", "host"}
            changes.append(change)
            linked.append(member)
            self._record_link(member, *before).version = row.version
        if changes:
            bulk_writes.save(self.model, changes)
        return linked

    def _record_link(
        self, row: BranchRow, parent_id: int | None, host: str
    ) -> ImportStep:
        """Add a link to the step of its row, so that previews and undo include it."""
        step = self.steps.get(row.pk)
        if step is None:
            step = ImportStep(row.number, row.pk, row.name, added=False, version=0)
            self.steps[row.pk] = step
            self.report.unchanged -= 1
            self.report.changed += 1
        before = {"parent_id": parent_id, "host": host}
        after = {"parent_id": row.parent_id, "host": row.host}
        self._record_link_changes(step, before, after)
        if not any(number == row.number for number, _words in self.report.changes):
            names = [n.removesuffix("_id") for n in after if after[n] != before[n]]
            if not step.added:
                words = f"{row.key}: {', '.join(names)}"
                self.report.changes.append((row.number, words))
        return step


def _branch_values(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in BRANCH_FIELDS if hasattr(row, name)}


def _set_new_parents(plans: list[RowPlan], unresolved_parents: dict[int, int]) -> None:
    """Set the parents that this batch has inserted, from the result of _link_rows()."""
    by_number = {plan.number: plan.change for plan in plans}
    for branch, parent in unresolved_parents.items():
        by_number[branch].row.parent_id = by_number[parent].row.pk
        by_number[branch].columns.add("parent")


def _branch_row(plan: RowPlan) -> BranchRow:
    row, facts = plan.change.row, plan.facts
    return BranchRow(
        number=plan.number,
        # A new row has no id yet. Negative ids are never used otherwise.
        pk=-plan.number if row.pk is None else row.pk,
        key=facts.key,
        name=row.name,
        city=row.city,
        state=row.state,
        is_checked=row.checked_on is not None,
        parent_named=facts.parent,
        host_named=facts.host,
        parent_id=row.parent_id,
        host=row.host,
    )


def _violated_constraint(model: type[ProvenanceModel], error: IntegrityError) -> str:
    """Return the message of the violated constraint, or that of the database."""
    for rule in model._meta.constraints:
        if rule.name in str(error):
            return str(rule.get_violation_error_message())
    return str(error)
