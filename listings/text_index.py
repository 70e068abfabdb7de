"""Create the full-text index of a catalog on each database.

SQLite gets an FTS5 table that triggers update, PostgreSQL a trigram index. Without
either, searches read every row and find the same.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connections, transaction

CREATE_ON_SQLITE = """
CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5(
  search_text, content='{table}', content_rowid='id', prefix='2 3 4',
  tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER IF NOT EXISTS {table}_words_added AFTER INSERT ON {table} BEGIN
  INSERT INTO {table}_words(rowid, search_text) VALUES (new.id, new.search_text);
END;
CREATE TRIGGER IF NOT EXISTS {table}_words_removed AFTER DELETE ON {table} BEGIN
  INSERT INTO {table}_words({table}_words, rowid, search_text)
  VALUES ('delete', old.id, old.search_text);
END;
CREATE TRIGGER IF NOT EXISTS {table}_words_changed
AFTER UPDATE OF search_text ON {table} WHEN old.search_text <> new.search_text BEGIN
  INSERT INTO {table}_words({table}_words, rowid, search_text)
  VALUES ('delete', old.id, old.search_text);
  INSERT INTO {table}_words(rowid, search_text) VALUES (new.id, new.search_text);
END
"""
FILL_ON_SQLITE = "INSERT INTO {table}_words({table}_words) VALUES ('rebuild')"
FIND_ON_SQLITE = "SELECT 1 FROM sqlite_master WHERE name = '{table}_words_added'"
FIND_ON_POSTGRESQL = "SELECT 1 FROM pg_indexes WHERE indexname = '{table}_words'"
CREATE_ON_POSTGRESQL = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX {table}_words ON {table} USING gin (search_text gin_trgm_ops)
"""


def build(connection: Any, table: str) -> None:
    """Create the index if it is missing, as after SQLite has rebuilt the table."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            (FIND_ON_SQLITE if is_sqlite else FIND_ON_POSTGRESQL).format(table=table)
        )
        if cursor.fetchone():
            return
        # This SQLite may lack FTS5, or the user may lack the right to add pg_trgm.
        with suppress(DatabaseError), transaction.atomic(using=connection.alias):
            for statement in _statements(is_sqlite, table):
                cursor.execute(statement)


def drop(connection: Any, table: str) -> None:
    is_sqlite = connection.vendor == "sqlite"
    names = ("added", "removed", "changed") if is_sqlite else ()
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_words_{name}")
        kind = "TABLE" if is_sqlite else "INDEX"
        cursor.execute(f"DROP {kind} IF EXISTS {table}_words")


def _statements(is_sqlite: bool, table: str) -> list[str]:
    if is_sqlite:
        parts = CREATE_ON_SQLITE.split("\nCREATE TRIGGER")
        statements = [parts[0].strip().rstrip(";")]
        statements += [
            f"CREATE TRIGGER{part}".rstrip().rstrip(";") for part in parts[1:]
        ]
        return [s.format(table=table) for s in [*statements, FILL_ON_SQLITE]]
    return [s.format(table=table) for s in CREATE_ON_POSTGRESQL.strip().split(";\n")]


@lru_cache(maxsize=8)
def has_index(alias: str, table: str) -> bool:
    """Say whether this SQLite database has the index. Cached for the process."""
    with connections[alias].cursor() as cursor:
        cursor.execute(FIND_ON_SQLITE.format(table=table))
        return cursor.fetchone() is not None
