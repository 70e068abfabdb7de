"""Insert and update many rows with one prepared SQL statement.

bulk_create() and bulk_update() build SQL for every few rows, with an expression for
each value, which took more than half of the time of an import.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection


def insert_many(model: Any, rows: list[Any]) -> None:
    """Insert rows that have a value in every field except the id.

    The ids of the new rows are not set on the objects.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(_quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks})"  # noqa: S608  # our models' names
    _run(statement, fields, rows)


def update_many(model: Any, rows: list[Any], names: Iterable[str]) -> None:
    """Update these fields of existing rows."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = model._meta.pk
    where = f"{_quoted(key.column)} = %s"
    statement = f"UPDATE {_table(model)} SET {columns} WHERE {where}"  # noqa: S608  # our models' names
    _run(statement, [*fields, key], rows)


def _run(statement: str, fields: list[Any], rows: list[Any]) -> None:
    if not rows:
        return
    values = [
        [f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _table(model: Any) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
