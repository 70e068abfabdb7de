"""Write the history of rows, for single saves and for bulk writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max
from django.utils import timezone
from simple_history.models import HistoricalRecords

from listings.exchange.statements import insert_many

# Each many-to-many field of a listing, and the column of the row that it links to.
LINK_COLUMNS = {"terms": "term_id", "service_area": "place_id"}
CREATED, CHANGED, DELETED = "+", "~", "-"

_is_written_in_bulk: ContextVar[bool] = ContextVar("is_written_in_bulk", default=False)


class History(HistoricalRecords):  # type: ignore[misc]
    """A history that leaves deletions to add_history() during bulk writes."""

    def post_delete(self, instance: Any, using: Any = None, **options: Any) -> None:
        if not _is_written_in_bulk.get():
            super().post_delete(instance, using=using, **options)

    def create_historical_record_m2ms(
        self, history_instance: Any, instance: Any
    ) -> None:
        """Copy the row's links in a plain query; a new row cannot have any yet."""
        if history_instance.history_type == CREATED:
            return
        model = type(instance)
        for name in link_field_names(model):
            _add_links(model, name, {instance.pk: history_instance.pk})


@contextmanager
def without_row_history() -> Iterator[None]:
    """Suppress the history row of each deletion within this block.

    The caller writes the history rows with add_history().
    """
    token = _is_written_in_bulk.set(True)
    try:
        yield
    finally:
        _is_written_in_bulk.reset(token)


def link_field_names(model: Any) -> list[str]:
    """Return those many-to-many fields of LINK_COLUMNS that the model has."""
    return [name for name in LINK_COLUMNS if hasattr(model, name)]


def add_history(model: Any, rows: list[Any], kind: str) -> None:
    """Write a history row for each of these saved rows, with their terms and places.

    `kind` is CREATED, CHANGED or DELETED.
    """
    if not rows:
        return
    past, now = model.history.model, timezone.now()
    insert_many(past, [_past(past, row, kind, now) for row in rows])
    if kind == DELETED:
        return
    if names := link_field_names(model):
        found = past.objects.filter(id__in=[row.pk for row in rows]).order_by()
        numbers = dict(found.values_list("id").annotate(Max("history_id")))
        for name in names:
            _add_links(model, name, numbers)


def _past(past: Any, row: Any, kind: str, at: datetime) -> Any:
    facts = {f.attname: getattr(row, f.attname) for f in past.tracked_fields}
    return past(
        history_date=at,
        history_type=kind,
        history_user=past.get_default_history_user(row),
        history_change_reason=getattr(row, "_change_reason", None),
        **facts,
    )


def _add_links(model: Any, name: str, numbers: dict[int, int]) -> None:
    """Copy the links of rows to their history rows.

    `history_ids` maps the id of each row to the id of its history row.
    """
    past: Any = model.history.model
    far, near = LINK_COLUMNS[name], f"{model._meta.model_name}_id"
    copies: Any = apps.get_model(past._meta.app_label, f"{past.__name__}_{name}")
    rows = [
        copies(id=pk, history_id=numbers[row], **{near: row, far: other})
        for pk, row, other in read_links(model, name, numbers)
    ]
    insert_many(copies, rows)


def read_links(
    model: Any, name: str, pks: Iterable[int]
) -> Iterable[tuple[int, int, int]]:
    """Return (link id, row id, term or place id) for each link of these rows."""
    far, near = LINK_COLUMNS[name], f"{model._meta.model_name}_id"
    links = getattr(model, name).through._default_manager
    found: Iterable[tuple[int, int, int]] = links.filter(
        **{f"{near}__in": list(pks)}
    ).values_list("pk", near, far)
    return found
