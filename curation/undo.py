"""Take an import back, some hundred rows at a time.

What people have worked on since stays, and so does what was checked.
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

from curation.imports import check_turn, model_of, take_over
from curation.models import (
    Check,
    DuplicatePair,
    ImportedRow,
    ImportRun,
    LinkCheck,
    Suggestion,
)
from listings.exchange import bulk_writes
from listings.exchange.importing import LINKED, guarded, point_of, put_point
from listings.field_values import value
from listings.history import link_names
from listings.models import Listing, Term
from listings.removals import KnownRequests
from listings.service_areas import Areas, UnknownArea

BATCH_ROWS = 250
# SQLite's writers look for the lock ten times a second.
PAUSE_SECONDS = 0.1
State = ImportRun.State


def undo_import(run: ImportRun) -> tuple[int, list[str]]:
    """Put back what an import did: how many rows, and the names of those that stay.

    Also what a cut-short import or undo has left. What stays can be tried again.
    Raises Refused.
    """
    states = [State.APPLIED, State.APPLYING, State.UNDOING]
    undo = Undo(take_over(run, State.UNDOING, only_if=states))
    undo.run_all()
    return undo.done, list(undo.left.values())


class Undo:
    """One try at taking an import back."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.model: Any = model_of(run)
        self.content_type = ContentType.objects.get_for_model(self.model)
        self.areas = Areas()
        terms = Term.objects.all()
        self.terms = {f"{term.kind}:{term.slug}": term.pk for term in terms}
        self.requests = KnownRequests()
        self.done = 0
        # The names of the rows that stay, by the number of their step.
        self.left: dict[int, str] = {}

    def run_all(self) -> None:
        """Raises Refused where somebody else has taken the undo over."""
        self._in_batches(self._put_back, added=False)
        # A new parent goes after its new branches, and these after theirs.
        while self._in_batches(self._delete_without_branches, added=True):
            pass
        self._in_batches(self._delete_circles, added=True)
        with transaction.atomic():
            check_turn(self.run)
            is_left = self.run.rows.exists()
            self.run.state = State.APPLIED if is_left else State.UNDONE
            self.run.save(update_fields=["state"])

    def _in_batches(
        self,
        act: Callable[[list[tuple[ImportedRow, Any]]], list[ImportedRow]],
        *,
        added: bool,
    ) -> int:
        """Act on every step that is not settled yet: how many rows are back."""
        last, before = 0, self.done
        while True:
            with transaction.atomic():
                after = self.run.rows.filter(added=added, pk__gt=last).order_by("pk")
                steps = list(after[:BATCH_ROWS])
                if not steps:
                    return self.done - before
                last = steps[-1].pk
                steps = [step for step in steps if step.pk not in self.left]
                self._settle(steps, act)
                check_turn(self.run)
            if connection.vendor == "sqlite":
                time.sleep(PAUSE_SECONDS)

    def _settle(
        self,
        steps: list[ImportedRow],
        act: Callable[[list[tuple[ImportedRow, Any]]], list[ImportedRow]],
    ) -> None:
        locked = self.model.objects.select_for_update().order_by("pk")
        links = link_names(self.model)
        rows = locked.prefetch_related(*links).in_bulk([s.object_id for s in steps])
        there = [(s, rows[s.object_id]) for s in steps if s.object_id in rows]
        gone = [step.pk for step in steps if step.object_id not in rows]
        back = act(there)
        self.done += len(back)
        self.run.rows.filter(pk__in=[*gone, *(step.pk for step in back)]).delete()

    def _leave(self, step: ImportedRow) -> None:
        self.left[step.pk] = step.name

    def _put_back(self, found: list[tuple[ImportedRow, Any]]) -> list[ImportedRow]:
        """Give changed rows the facts that they had."""
        parents = {step.before.get("parent_id") for step, _row in found} - {None}
        named = self.model.objects.filter(pk__in=parents).values_list("pk", flat=True)
        there = {None, *named}
        planned: list[tuple[ImportedRow, bulk_writes.Change]] = []
        for step, row in found:
            change = self._planned(step, row, there)
            if change is None:
                self._leave(step)
            else:
                planned.append((step, change))
        back: list[ImportedRow] = []

        def write(some: list[tuple[ImportedRow, bulk_writes.Change]]) -> None:
            bulk_writes.save(self.model, [change for _step, change in some])
            back.extend(step for step, _change in some)

        def refuse(
            item: tuple[ImportedRow, bulk_writes.Change], _error: IntegrityError
        ) -> None:
            self._leave(item[0])

        bulk_writes.write_or_split(planned, write, refuse)
        return back

    def _planned(
        self, step: ImportedRow, row: Any, parents: set[int | None]
    ) -> bulk_writes.Change | None:
        """What puts the row back; None where somebody has worked on it since."""
        if any(_now(row, name) != after for name, after in step.after.items()):
            return None
        if set(step.after) & set(guarded(row)):
            # Somebody made sure of it, so it is theirs now.
            return None
        may_join = not row.checked_on and step.before.get("parent_id") in parents
        if set(step.after) & set(LINKED) and not may_join:
            # No import joins what was checked, so a check came since.
            return None
        change = bulk_writes.Change(row, is_new=False, shown_before=row.public_fields())
        try:
            self._set(change, dict(step.before))
        except (ValidationError, UnknownArea):
            return None
        row.version += 1
        row._change_reason = _("import undone")
        return change

    def _set(self, change: bulk_writes.Change, facts: dict[str, Any]) -> None:
        """Raises ValidationError, and UnknownArea where an area names no place."""
        row = change.row
        columns = [f for f in row._meta.concrete_fields if not f.primary_key]
        before = {field.attname: getattr(row, field.attname) for field in columns}
        if "point" in facts:
            put_point(row, facts.pop("point"))
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
            row.check_area(row.service_area_scope, named)
        row.clean()
        if isinstance(row, Listing) and self.requests.may_match(row):
            row.check_may_be_public()
        now = {field.name: getattr(row, field.attname) for field in columns}
        change.columns = {f.name for f in columns if now[f.name] != before[f.attname]}
        change.columns.add("version")

    def _delete_without_branches(
        self, found: list[tuple[ImportedRow, Any]]
    ) -> list[ImportedRow]:
        return self._delete(found, lambda branches: not branches)

    def _delete_circles(
        self, found: list[tuple[ImportedRow, Any]]
    ) -> list[ImportedRow]:
        """Delete rows that are branches of one another; others with branches stay."""
        unsettled = self.run.rows.filter(added=True).exclude(pk__in=self.left)
        added = set(unsettled.values_list("object_id", flat=True))
        back = self._delete(found, lambda branches: branches <= added)
        for step, _row in found:
            if step not in back and step.pk not in self.left:
                self._leave(step)
        return back

    def _delete(
        self,
        found: list[tuple[ImportedRow, Any]],
        may_go: Callable[[set[int]], bool],
    ) -> list[ImportedRow]:
        """Delete new rows that nobody has worked on, and whose branches `may_go`."""
        pks = [row.pk for _step, row in found]
        worked_on, branches = self._worked_on(pks), self._branches(pks)
        going: list[tuple[ImportedRow, Any]] = []
        for step, row in found:
            is_same = row.version == step.version and not row.checked_on
            if not is_same or row.pk in worked_on:
                self._leave(step)
            elif may_go(branches[row.pk]):
                row._change_reason = _("import undone")
                going.append((step, row))
        rows = [row for _step, row in going]
        if issubclass(self.model, Listing):
            self._forget_links_and_doubles([row.pk for row in rows])
        if rows:
            bulk_writes.delete(self.model, rows)
        return [step for step, _row in going]

    def _worked_on(self, pks: list[int]) -> set[int | None]:
        """Those that somebody has checked, or suggested something for."""
        about = {"content_type": self.content_type, "object_id__in": pks}
        found: set[int | None] = set()
        for model in (Suggestion, Check):
            rows = model._default_manager.filter(**about)
            found |= set(rows.values_list("object_id", flat=True))
        return found

    def _branches(self, pks: list[int]) -> dict[int, set[int]]:
        branches: dict[int, set[int]] = defaultdict(set)
        if hasattr(self.model, "branches"):
            rows = self.model.objects.filter(parent_id__in=pks)
            for parent, branch in rows.values_list("parent_id", "pk"):
                branches[parent].add(branch)
        return branches

    def _forget_links_and_doubles(self, pks: list[int]) -> None:
        """What the nightly commands found out about listings that are going."""
        kind = self.content_type
        LinkCheck.objects.filter(content_type=kind, object_id__in=pks).delete()
        pairs = DuplicatePair.objects.filter(content_type=kind)
        (pairs.filter(first_id__in=pks) | pairs.filter(second_id__in=pks)).delete()


def _now(row: Any, name: str) -> Any:
    return point_of(row) if name == "point" else value(row, name)
