"""Write broken values with SQL, and find pages that fail because of them."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from caching import content_version, memory_cache
from listings import hours
from tests.directory.broken_values import broken_values


def cells(model):
    """Yield each broken value of each column."""
    return [
        (field.column, value)
        for field in model._meta.concrete_fields
        if not field.primary_key
        for value in broken_values(field)
    ]


@contextmanager
def unchecked(*tables):
    """Disable the constraints of these tables, and roll everything back at the end."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                if connection.vendor == "sqlite":
                    cursor.execute("PRAGMA ignore_check_constraints = ON")
                else:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    for table in tables:
                        _drop_checks(cursor, table)
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                yield
                transaction.set_rollback(True)
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def _drop_checks(cursor, table):
    cursor.execute(
        "SELECT conname FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid = %s::regclass",
        [table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def break_row(row, column, value):
    """Write the value; return False if the database refuses it."""
    cast = "CAST(%s AS TEXT)" if isinstance(value, bytes) else "%s"
    table = row._meta.db_table
    query = f'UPDATE {table} SET "{column}" = {cast} WHERE id = %s'  # noqa: S608
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, [value, row.pk])
    except (DatabaseError, ValueError):
        return False
    return True


def fault(reader, page, named="", *, empty_caches=True):
    """Return what is wrong with a page, or ""."""
    if empty_caches:
        memory_cache.clear_all()
        content_version.invalidate()
        hours._status_cache.clear()
    with transaction.atomic():
        try:
            answer = reader.get(page)
            body = answer.getvalue().decode(errors="replace")
        except Exception as error:  # a file breaks off while it is sent
            return f"{page} breaks off: {error!r}"
        finally:
            transaction.set_rollback(True)
    if answer.status_code >= 500:
        return f"{page} is a {answer.status_code}"
    if named not in body:
        return f"{page} no longer names {named}"
    return ""


def form_page(row):
    """Return the path of the row's form in the admin."""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
