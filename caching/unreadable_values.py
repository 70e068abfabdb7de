"""Values that a database holds and this program cannot read.

Our database backends in directory/operations/ read them as NULL.
Where the program needs a value, a row gets a stand-in for its time in memory. No save
puts NULL or a stand-in in the place of what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _

LOG = logging.getLogger(__name__)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NAMESPACE = UUID("0b6b8e5e-2b67-4d0c-9a53-5d7a0c4a8c1e")
# The name of a field → the value for a row in which the stored one is unreadable.
StandIns = Mapping[str, Callable[[Any], Any]]


def uuid_from_key(row: Model) -> UUID:
    """The same UUID for the same row each time."""
    return uuid5(NAMESPACE, f"{row._meta.db_table}:{row.pk}")


def fill_in(row: Any, stand_ins: StandIns) -> None:
    """Give a row that was just read its stand-ins, and log which it needed."""
    values = row.__dict__
    for name, make in stand_ins.items():
        if name in values and values[name] is None:
            values[name] = make(row)
            row.__dict__.setdefault("_stand_ins", {})[name] = values[name]
            log_once(row._meta.label, row.pk, name)


@lru_cache(maxsize=1_000)
def log_once(label: str, pk: Any, name: str) -> None:
    """Name the row and its field, not the value, which may be private."""
    LOG.warning("%s %s: the value of %s cannot be used", label, pk, name)


def refuse_to_erase(row: Any) -> None:
    """Raise ValidationError where a save would replace what it could not read."""
    names = [field for field in _unreadable(row) if _would_erase(row, field)]
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
    stand_ins = row.__dict__.get("_stand_ins", {})
    return value is None or (name in stand_ins and value == stand_ins[name])


def _unreadable(row: Any) -> list[str]:
    """The fields whose stored value is read as NULL, though it is something."""
    # What is counted or dated by each save loses nothing.
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
