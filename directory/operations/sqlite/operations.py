"""Read any value from any column of SQLite, which does not enforce column types.

A value that does not fit its column's type is read as NULL ("not known"), so that one
bad row breaks no page. caching.unreadable_values keeps a save from erasing it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from typing import Any

from django.conf import settings
from django.db.backends.sqlite3 import operations
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

Converter = Callable[[Any, Any, Any], Any]


def date_or_none(value: object) -> date | None:
    if isinstance(value, date):
        return value
    with suppress(ValueError, TypeError):
        return parse_date(_text(value))
    return None


def datetime_or_none(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    with suppress(ValueError, TypeError):
        return parse_datetime(_text(value))
    return None


def boolean_or_none(value: object) -> bool | None:
    return {"1": True, "0": False}.get(_text(value))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _as_date(value: object, expression: object, connection: object) -> date | None:
    return None if value is None else date_or_none(value)


def _as_datetime(value: Any, expression: Any, connection: Any) -> datetime | None:
    found = None if value is None else datetime_or_none(value)
    if found is None or not settings.USE_TZ or timezone.is_aware(found):
        return found
    return timezone.make_aware(found, connection.timezone)


def _as_boolean(value: object, expression: object, connection: object) -> bool | None:
    return value if isinstance(value, bool) else boolean_or_none(value)


def _as_uuid(value: Any, expression: Any, connection: Any) -> uuid.UUID | None:
    with suppress(ValueError, TypeError, AttributeError):
        return uuid.UUID(value)
    return None


def _as_integer(value: object, expression: object, connection: object) -> int | None:
    return value if isinstance(value, int) else None


def _as_float(value: object, expression: object, connection: object) -> float | None:
    if isinstance(value, int | float) and isfinite(value):
        return value
    return None


def _as_json(value: Any, expression: Any, connection: Any) -> str | None:
    """The text of a JSON value, which the field then parses."""
    with suppress(ValueError, TypeError):
        json.loads(value)
        return value if isinstance(value, str) else None
    return None


def _as_text(value: object, expression: object, connection: object) -> str | None:
    return value if value is None or isinstance(value, str) else _text(value)


CONVERTERS: dict[str, Converter] = {
    "DateField": _as_date,
    "DateTimeField": _as_datetime,
    "BooleanField": _as_boolean,
    "UUIDField": _as_uuid,
    "FloatField": _as_float,
    "JSONField": _as_json,
    **dict.fromkeys(
        (
            *("AutoField", "BigAutoField", "IntegerField", "BigIntegerField"),
            *("SmallIntegerField", "PositiveIntegerField", "PositiveBigIntegerField"),
            "PositiveSmallIntegerField",
        ),
        _as_integer,
    ),
    **dict.fromkeys(("CharField", "SlugField", "TextField"), _as_text),
}


class DatabaseOperations(operations.DatabaseOperations):
    def get_db_converters(self, expression: Any) -> list[Any]:
        field = expression.output_field
        while field.remote_field:
            field = field.target_field
        ours = CONVERTERS.get(field.get_internal_type())
        return [ours] if ours else super().get_db_converters(expression)
