"""Write many rows of one model at once, with the effects of save() and delete().

Derived fields, history rows and the content version are updated. The caller validates
the rows; database constraints apply as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from caching import content_version
from listings.exchange.statements import insert_many, update_many
from listings.history import (
    CHANGED,
    CREATED,
    DELETED,
    LINK_COLUMNS,
    add_history,
    link_field_names,
    read_links,
    without_row_history,
)
from listings.provenance import ProvenanceModel

ItemT = TypeVar("ItemT")


@dataclass
class RowChange:
    """A row whose fields are set but not saved yet."""

    row: Any
    is_new: bool
    # The changed fields of an existing row; a new row is written whole.
    columns: set[str] = field(default_factory=set)
    # The new ids of each many-to-many field that changes.
    links: dict[str, frozenset[int]] = field(default_factory=dict)
    # The public fields before the change; None if it was not public.
    public_before: dict[str, Any] | None = None

    @property
    def is_public_change(self) -> bool:
        """Whether the change is visible to the public."""
        public_fields = self.row.public_fields()
        return public_fields != self.public_before or bool(
            self.links and self.row.is_public
        )


def save(
    model: type[ProvenanceModel],
    changes: list[RowChange],
    before_update: Callable[[], None] | None = None,
) -> None:
    """Insert new rows, update the others, and set their terms and places.

    `before_update` is called when the new rows have ids. It may change fields if it
    adds their names to `columns`. Raises IntegrityError.
    """
    new = [change for change in changes if change.is_new]
    _insert(model, new)
    if before_update is not None:
        before_update()
    _update(model, [change for change in changes if change.columns])
    for name in link_field_names(model):
        _set_links(model, name, [change for change in changes if name in change.links])
    known = [change.row for change in changes if not change.is_new]
    add_history(model, [change.row for change in new], CREATED)
    add_history(model, known, CHANGED)
    if any(change.is_public_change for change in changes):
        content_version.bump(is_global=model.is_global)


def _insert(model: type[ProvenanceModel], changes: list[RowChange]) -> None:
    for change in changes:
        change.row.update_derived_fields()
    model._default_manager.bulk_create([change.row for change in changes])


def _update(model: type[ProvenanceModel], changes: list[RowChange]) -> None:
    if not changes:
        return
    now = timezone.now()
    columns = {"version", "changed_at", *model.derived_fields}
    for change in changes:
        change.row.update_derived_fields()
        change.row.changed_at = now
        columns |= change.columns
    update_many(model, [change.row for change in changes], sorted(columns))


def _set_links(
    model: type[ProvenanceModel], name: str, changes: list[RowChange]
) -> None:
    far, near = LINK_COLUMNS[name], f"{model._meta.model_name}_id"
    link = getattr(model, name).through
    wanted = {change.row.pk: change.links[name] for change in changes}
    known = [change.row.pk for change in changes if not change.is_new]
    gone, present = [], set()
    for pk, row, other in read_links(model, name, known) if known else ():
        present.add((row, other))
        if other not in wanted[row]:
            gone.append(pk)
    if gone:
        link._default_manager.filter(pk__in=gone).delete()
    rows = [
        link(**{near: row, far: other})
        for row, others in wanted.items()
        for other in sorted(others)
        if (row, other) not in present
    ]
    insert_many(link, rows)


def delete(model: type[ProvenanceModel], rows: list[Any]) -> None:
    """Delete rows, and record the deletions in their histories."""
    if any(row.public_fields() is not None for row in rows):
        content_version.bump(is_global=model.is_global)
    add_history(model, rows, DELETED)
    with without_row_history():
        model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def write_or_split(
    items: list[ItemT],
    write: Callable[[list[ItemT]], None],
    refuse: Callable[[ItemT, IntegrityError], None],
) -> None:
    """Write all items at once, or in halves where the database refuses some.

    `refuse` is called for each item that the database refuses on its own.
    """
    if not items:
        return
    try:
        with transaction.atomic():
            write(items)
    except IntegrityError as error:
        if len(items) == 1:
            refuse(items[0], error)
            return
        middle = len(items) // 2
        write_or_split(items[:middle], write, refuse)
        write_or_split(items[middle:], write, refuse)


def in_batches(items: list[ItemT], size: int) -> Iterable[list[ItemT]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
