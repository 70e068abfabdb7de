"""Read values that Python cannot represent as NULL, "not known".

PostgreSQL has dates after the year 9999, before the year 1 and "infinity", and the
number NaN. caching.unreadable_values keeps a save from erasing such a value.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from psycopg import DataError
from psycopg.adapt import Loader
from psycopg.pq import Format

# Types with such values. Django registers its own loader for "timestamptz".
TYPE_NAMES = ("date", "timestamptz", "float8")


def register_loaders(connection: Any) -> None:
    adapters = connection.adapters
    for name in TYPE_NAMES:
        oid = adapters.types[name].oid
        adapters.register_loader(oid, _or_none(adapters.get_loader(oid, Format.TEXT)))


def _or_none(inner: Any) -> Any:
    """Wrap a loader: None for values that it refuses and for numbers not finite."""

    class OrNone(Loader):
        # Django compares this with the time zone of the connection.
        timezone = getattr(inner, "timezone", None)

        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._load = inner(oid, context).load

        def load(self, data: Any) -> Any:
            try:
                value = self._load(data)
            except (DataError, OverflowError):
                return None
            is_number = isinstance(value, float)
            return value if not is_number or isfinite(value) else None

    return OrNone
