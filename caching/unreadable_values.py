"""Stored values that the program cannot read, such as a date that is no date.

Our database backends in directory/operations/ read them as NULL. Where the program
needs a value, the row in memory gets a placeholder. No save replaces the stored value
by NULL or a placeholder.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _

LOG = logging.getLogger(__name__)
PLACEHOLDER_DATETIME = datetime(2000, 1, 1, tzinfo=UTC)
NAMESPACE = UUID("0b6b8e5e-2b67-4d0c-9a53-5d7a0c4a8c1e")
# Field name → function of the row that returns its placeholder.
Placeholders = Mapping[str, Callable[[Any], Any]]


def uuid_from_key(row: Model) -> UUID:
    """A UUID that is always the same for the same row."""
    return uuid5(NAMESPACE, f"{row._meta.db_table}:{row.pk}")


def apply_placeholders(row: Model, placeholders: Placeholders) -> None:
    """Give a row that was just read its placeholders, and log which it needed."""
    values = row.__dict__
    for name, placeholder in placeholders.items():
        if name in values and values[name] is None:
            values[name] = placeholder(row)
            row.__dict__.setdefault("_placeholders", {})[name] = values[name]
            log_once(row._meta.label, row.pk, name)


@lru_cache(maxsize=1_000)
def log_once(label: str, pk: Hashable, name: str) -> None:
    """Name the row and its field, not the value, which may be private."""
    LOG.warning("%s %s: the value of %s cannot be used", label, pk, name)


def refuse_to_erase_unreadable(row: Any) -> None:
    """Raise ValidationError if a save would overwrite a value that is unreadable."""
    names = [field for field in _unreadable_fields(row) if _would_erase(row, field)]
    if names:
        labels = ", ".join(str(row._meta.get_field(n).verbose_name) for n in names)
        words = _(
            "The database holds something that cannot be read as: %(names)s. Saving "
            "would erase it. Fill in that field, or ask an administrator to repair "
            "the row first."
        )
        raise ValidationError(words % {"names": labels})


def _would_erase(row: Any, name: str) -> bool:
    value = getattr(row, row._meta.get_field(name).attname)
    placeholders = row.__dict__.get("_placeholders", {})
    return value is None or (name in placeholders and value == placeholders[name])


def _unreadable_fields(row: Any) -> list[str]:
    """The fields whose value is read as NULL although the database holds one."""
    # Each save sets the version and `auto_now` fields, so nothing is lost there.
    fields = [
        field.name
        for field in row._meta.concrete_fields
        if not field.primary_key
        and field.name != "version"
        and not getattr(field, "auto_now", False)
    ]
    rows = type(row)._base_manager.filter(pk=row.pk)
    is_set = [Q(**{f"{name}__isnull": False}) for name in fields]
    for values in rows.values_list(*fields, *is_set):
        half = len(fields)
        read = zip(fields, values[:half], values[half:], strict=True)
        return [name for name, value, is_there in read if is_there and value is None]
    return []
