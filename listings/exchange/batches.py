"""An import, some rows at a time: each batch is a short transaction of its own.

Between two batches others write, and a killed import leaves whole batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from listings.exchange import bulk_writes
from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    LINKED,
    Facts,
    Importer,
    Member,
    Report,
    RowRefused,
    Step,
)
from listings.exchange.planning import Plan, Planner
from listings.models import Listing
from listings.provenance import Sourced

# About a fifth of a second of SQLite's lock for writers.
BATCH_ROWS = 250

Numbered = tuple[int, Row]
# Called in the transaction of each batch, with its steps and the number of its last
# row. A step of a row that has one already takes the place of that.
Record = Callable[[list[Step], int], None]


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
    ) -> None:
        self.importer = importer
        self.model: Any = importer.model
        self.reason = reason
        self.dry_run = dry_run
        self.record = record
        self.planner = Planner(importer, reason, written_to)
        self.report = Report()
        self.keys: set[str] = set()
        self.slugs: set[str] = self.model.taken_slugs()
        self.steps: dict[int, Step] = {}
        self.members: dict[int, Member] = {}

    def add(self, rows: list[Numbered]) -> None:
        """Bring one batch in."""
        read = [found for row in rows if (found := self._read(*row)) is not None]
        # Outside of the transaction, for this takes as long as the writing.
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
            self._account(plan)

    def _read(self, number: int, row: Row) -> tuple[int, Facts] | None:
        key = row.get("key", "")
        try:
            if not key:
                raise RowRefused("the row has no key")
            if key in self.keys:
                raise RowRefused("this key stands in the file twice")
            facts = self.importer.read(row)
        except RowRefused as refusal:
            self._refuse(number, key, str(refusal))
            return None
        self.keys.add(key)
        return number, facts

    def _refuse(self, number: int, key: str, words: str) -> None:
        self.report.refused.append((number, f"{key}: {words}"))

    def _write(self, plans: list[Plan]) -> list[Plan]:
        """Write what still holds, plan the rest again; return what was done."""
        if not plans:
            return []
        is_current = self.planner.is_current(plans)
        stale = [(p.number, p.facts) for p in plans if not is_current(p)]
        plans = [plan for plan in plans if is_current(plan)]
        plans += self.planner.plan(stale, self._refuse)
        done = [plan for plan in plans if not plan.is_write]

        def write(some: list[Plan]) -> None:
            self._write_all(some)
            done.extend(some)

        def refuse(plan: Plan, error: IntegrityError) -> None:
            self._refuse(plan.number, plan.facts.key, _broken_rule(self.model, error))

        bulk_writes.write_or_split([p for p in plans if p.is_write], write, refuse)
        return done

    def _write_all(self, plans: list[Plan]) -> None:
        """Raises IntegrityError, and can then be called again with some of them."""
        given = self._choose_slugs([plan for plan in plans if plan.change.is_new])
        unjoined = [_links_of(plan.change.row) for plan in plans]
        columns = [set(plan.change.columns) for plan in plans]
        waiting = self._join(plans)
        try:
            bulk_writes.save(
                self.model,
                [plan.change for plan in plans],
                before_update=lambda: _join_new(plans, waiting),
            )
        except IntegrityError:
            self.slugs -= given
            for plan, links, own in zip(plans, unjoined, columns, strict=True):
                plan.change.columns = own
                for name, before in links.items():
                    setattr(plan.change.row, name, before)
                if plan.change.is_new:
                    plan.change.row.pk, plan.change.row._state.adding = None, True
            raise
        for plan, links in zip(plans, unjoined, strict=True):
            self._note(plan, links)

    def _choose_slugs(self, plans: list[Plan]) -> set[str]:
        """Give each new listing an address that nobody has. Returns the addresses."""
        given: set[str] = set()
        waiting = [plan for plan in plans if isinstance(plan.change.row, Listing)]
        while waiting:
            for plan in waiting:
                listing = plan.change.row
                listing.slug = ""
                listing.enter(self.slugs | given, plan.facts.wishes)
                given.add(listing.slug)
            # Somebody may have taken one since this import began.
            taken = self.model.taken_slugs(given)
            self.slugs |= taken
            given -= taken
            waiting = [plan for plan in waiting if plan.change.row.slug in taken]
        self.slugs |= given
        return given

    def _join(self, plans: list[Plan]) -> dict[int, int]:
        """Make these rows branches of those that are there so far.

        Returns the rows whose parent is new too and has no number yet: the numbers in
        the file of both.
        """
        if not self.importer.joins or self.dry_run:
            return {}
        rows = [_member(plan) for plan in plans]
        self.importer.link(rows, [*self.members.values(), *rows])
        waiting = {}
        for plan, row in zip(plans, rows, strict=True):
            listing = plan.change.row
            if (listing.parent_id, listing.host) == (row.parent_id, row.host):
                continue
            listing.parent_id, listing.host = row.parent_id, row.host
            if row.parent_id is not None and row.parent_id < 0:
                waiting[row.number] = -row.parent_id
                listing.parent_id = None
            if not plan.change.is_new:
                plan.change.columns |= {"parent", "host"}
        return waiting

    def _note(self, plan: Plan, links: dict[str, Any]) -> None:
        """Keep the step of a row that was written."""
        row = plan.change.row
        step = Step(plan.number, row.pk, row.name, plan.change.is_new, row.version)
        if not plan.change.is_new:
            step.before, step.after = plan.before, self.planner.after(plan)
            self._note_links(step, links, _links_of(row))
        if self.dry_run and plan.change.is_new:
            # The next batch may be given the same number.
            step.object_id = row.pk = -plan.number
        self.steps[row.pk] = step

    def _note_links(
        self, step: Step, before: dict[str, Any], after: dict[str, Any]
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

    def _steps_of(self, plans: Iterable[Plan]) -> list[Step]:
        return [self.steps[plan.change.row.pk] for plan in plans if plan.is_write]

    def _account(self, plan: Plan) -> None:
        """Put a row that was done into the report, and among those to be joined."""
        report, number, key = self.report, plan.number, plan.facts.key
        if not plan.is_write:
            report.unchanged += 1
        elif plan.change.is_new:
            report.added += 1
        else:
            report.changed += 1
            report.changes.append((number, f"{key}: {', '.join(plan.names)}"))
        report.kept += [(number, words) for words in plan.kept]
        warnings = [*plan.facts.warnings, *plan.warnings]
        report.warnings += [(number, f"{key}: {words}") for words in warnings]
        if self.importer.joins:
            self.members[plan.change.row.pk] = _member(plan)

    def finish(self) -> Report:
        """Join what names a row of a later batch; then the report."""
        members = list(self.members.values())
        before = {row.pk: (row.parent_id, row.host) for row in members}
        if self.importer.joins:
            self.importer.link(members, members)
        changed = [r for r in members if before[r.pk] != (r.parent_id, r.host)]
        for some in bulk_writes.in_batches(changed, BATCH_ROWS):
            if self.dry_run:
                for row in some:
                    self._note_joined(row, *before[row.pk])
                continue
            with transaction.atomic():
                joined = self._save_joined(some)
                if self.record is not None and joined:
                    self.record([self.steps[row.pk] for row in joined], 0)
        self.report.steps = list(self.steps.values())
        self.report.sort()
        return self.report

    def _save_joined(self, members: list[Member]) -> list[Member]:
        """Write whose branch each is, as far as nobody has decided it meanwhile."""
        rows = self.model.objects.select_for_update().order_by("pk")
        rows = rows.in_bulk([row.pk for row in members])
        parents = {row.parent_id for row in members if row.parent_id}
        there = set(
            self.model.objects.filter(pk__in=parents).values_list("pk", flat=True)
        )
        changes, joined = [], []
        for member in members:
            row = rows.get(member.pk)
            is_gone = member.parent_id is not None and member.parent_id not in there
            if row is None or row.checked_on or is_gone:
                continue
            before = row.parent_id, row.host
            change = bulk_writes.Change(
                row, is_new=False, shown_before=row.public_fields()
            )
            row.parent_id, row.host = member.parent_id, member.host
            row.version += 1
            row._change_reason = self.reason
            change.columns = {"parent", "host"}
            changes.append(change)
            joined.append(member)
            self._note_joined(member, *before).version = row.version
        if changes:
            bulk_writes.save(self.model, changes)
        return joined

    def _note_joined(self, row: Member, parent_id: int | None, host: str) -> Step:
        """Keep it with the row's other changes, so that a preview shows it and an undo
        takes it back."""
        step = self.steps.get(row.pk)
        if step is None:
            step = Step(row.number, row.pk, row.name, added=False, version=0)
            self.steps[row.pk] = step
            self.report.unchanged -= 1
            self.report.changed += 1
        before = {"parent_id": parent_id, "host": host}
        after = {"parent_id": row.parent_id, "host": row.host}
        self._note_links(step, before, after)
        if not any(number == row.number for number, _words in self.report.changes):
            names = [n.removesuffix("_id") for n in after if after[n] != before[n]]
            if not step.added:
                words = f"{row.key}: {', '.join(names)}"
                self.report.changes.append((row.number, words))
        return step


def _links_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LINKED if hasattr(row, name)}


def _join_new(plans: list[Plan], waiting: dict[int, int]) -> None:
    """Set parents that were inserted a moment ago; `waiting` is from _join()."""
    by_number = {plan.number: plan.change for plan in plans}
    for branch, parent in waiting.items():
        by_number[branch].row.parent_id = by_number[parent].row.pk
        by_number[branch].columns.add("parent")


def _member(plan: Plan) -> Member:
    row, facts = plan.change.row, plan.facts
    return Member(
        number=plan.number,
        # A new row has none yet; no row has a number below 0.
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


def _broken_rule(model: type[Sourced], error: IntegrityError) -> str:
    """The words of the constraint that the database names; else its own."""
    for rule in model._meta.constraints:
        if rule.name in str(error):
            return str(rule.get_violation_error_message())
    return str(error)
