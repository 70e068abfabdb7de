"""Upgrade a recorded release to today and back, in the database of the settings.

“python -m tests.upgrades.replay 0.1.0” prints the rows after each step.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
# Table → columns that a later release removed or rewrote. Its migration says why.
MAY_CHANGE: dict[str, set[str]] = {}


def read(release):
    return json.loads((FOLDER / f"{release}.json").read_text(encoding="utf-8"))


def replay(recorded):
    """The recorded columns as loaded, after the upgrade, and after the downgrade."""
    from django.core.management import call_command
    from django.db import connection

    then = [tuple(target) for target in recorded["migrations"]]
    tables = recorded["tables"]
    migrate_to(then)
    insert_rows(tables)
    steps = {"recorded": read_tables(connection, tables)}
    call_command("migrate", verbosity=0)
    steps["upgraded"] = read_tables(connection, tables)
    migrate_to(then)
    steps["taken_back"] = read_tables(connection, tables)
    call_command("migrate", verbosity=0)
    return steps


def migrate_to(targets):
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    MigrationExecutor(connection).migrate(targets)


def insert_rows(tables):
    """Replace the rows of the tables by the recorded ones."""
    from django.db import connection, transaction

    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"DELETE FROM {quote(name)}")
        for name, table in tables.items():
            columns = ", ".join(map(quote, table["columns"]))
            marks = ", ".join(["%s"] * len(table["columns"]))
            cursor.executemany(
                f"INSERT INTO {quote(name)} ({columns}) VALUES ({marks})", table["rows"]
            )
        if connection.vendor == "postgresql":
            for name in tables:
                advance_sequence(connection, cursor, name)


def advance_sequence(connection, cursor, table):
    """Set PostgreSQL's sequence, so that new rows get new numbers."""
    quote = connection.ops.quote_name
    for sequence in connection.introspection.get_sequences(cursor, table):
        column = sequence["column"]
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), max({quote(column)}))"
            f" FROM {quote(table)} HAVING max({quote(column)}) IS NOT NULL",
            [quote(table), column],
        )


def read_tables(connection, tables):
    """The recorded columns of each table, with rows as text."""
    quote = connection.ops.quote_name
    found = {}
    with connection.cursor() as cursor:
        for name, table in tables.items():
            columns_to_compare = [
                c for c in table["columns"] if c not in MAY_CHANGE.get(name, ())
            ]
            columns = ", ".join(map(quote, columns_to_compare))
            cursor.execute(f"SELECT {columns} FROM {quote(name)}")
            found[name] = sorted(repr(row) for row in cursor.fetchall())
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    import django

    django.setup()
    json.dump(replay(read(sys.argv[1])), sys.stdout)
