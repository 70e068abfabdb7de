"""Write many rows of one model at once, as their save() and delete() would.

Each gets its derived fields, its row of history and its part in the directory version.
What the model checks when one row is saved is for the caller to check; the rules of the
database hold.
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
    history_in_bulk,
    link_names,
    links_of,
)

ItemT = TypeVar("ItemT")


@dataclass
class Change:
    """A row whose fields are set and not saved yet."""

    row: Any
    is_new: bool
    # Fields of a row that exists; a new row is written whole.
    columns: set[str] = field(default_factory=set)
    # Its terms and places from now on, where these change: numbers by field.
    links: dict[str, frozenset[int]] = field(default_factory=dict)
    # What the public saw of it, from shown(); None for nothing.
    shown_before: dict[str, Any] | None = None

    @property
    def is_news(self) -> bool:
        """Does the public see a difference?"""
        shown = self.row.public_fields()
        return shown != self.shown_before or bool(self.links and self.row.is_public)


def save(
    model: Any, changes: list[Change], before_update: Callable[[], None] | None = None
) -> None:
    """Insert new rows, update the others, and set their terms and places.

    `before_update` is called when new rows have their numbers; it may change fields,
    and names these in the `columns` of their change. Raises IntegrityError.
    """
    new = [change for change in changes if change.is_new]
    _insert(model, new)
    if before_update is not None:
        before_update()
    _update(model, [change for change in changes if change.columns])
    for name in link_names(model):
        _set_links(model, name, [change for change in changes if name in change.links])
    known = [change.row for change in changes if not change.is_new]
    add_history(model, [change.row for change in new], CREATED)
    add_history(model, known, CHANGED)
    if any(change.is_news for change in changes):
        content_version.bump(is_global=model.is_global)


def _insert(model: Any, changes: list[Change]) -> None:
    for change in changes:
        change.row.fold_words()
    model._default_manager.bulk_create([change.row for change in changes])


def _update(model: Any, changes: list[Change]) -> None:
    if not changes:
        return
    now = timezone.now()
    columns = {"version", "changed_at", *model.derived}
    for change in changes:
        change.row.fold_words()
        change.row.changed_at = now
        columns |= change.columns
    update_many(model, [change.row for change in changes], sorted(columns))


def _set_links(model: Any, name: str, changes: list[Change]) -> None:
    far, near = LINK_COLUMNS[name], f"{model._meta.model_name}_id"
    link = getattr(model, name).through
    wanted = {change.row.pk: change.links[name] for change in changes}
    known = [change.row.pk for change in changes if not change.is_new]
    gone, present = [], set()
    for pk, row, other in links_of(model, name, known) if known else ():
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


def delete(model: Any, rows: list[Any]) -> None:
    """Delete rows; their histories stay, and say so."""
    if any(row.public_fields() is not None for row in rows):
        content_version.bump(is_global=model.is_global)
    add_history(model, rows, DELETED)
    with history_in_bulk():
        model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def write_or_split(
    items: list[ItemT],
    write: Callable[[list[ItemT]], None],
    refuse: Callable[[ItemT, IntegrityError], None],
) -> None:
    """Write all items at once; where the database refuses one, write halves, down to
    the one that is refused alone."""
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
