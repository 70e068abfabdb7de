"""A test database on SQLite that starts as a copy of one made before.

Migrating and loading the gazetteer take eight seconds, copying the result a tenth of
one. The copy is made again when a migration, the places or the code that loads them
has changed. PostgreSQL's test databases are made afresh.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-databases"
MADE_FROM = (
    "*/migrations/*.py",
    "places/**/*.py",
    "fixtures/places*",
    "fixtures/areas*",
    "requirements-dev.txt",
)


def read() -> sqlite3.Connection | None:
    """The copy for the code and data as they are now, if there is one."""
    path = _path()
    if connection.vendor != "sqlite" or not path.exists():
        return None
    return sqlite3.connect(path)


def restore(template: sqlite3.Connection) -> None:
    """Replace everything in the test database by what the template holds."""
    with contextlib.closing(template):
        template.backup(connection.connection)


def save() -> None:
    """Write the test database down; others see the whole file or none."""
    if connection.vendor != "sqlite":
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = _path()
    for old in set(FOLDER.glob("*.sqlite3")) - {path}:
        old.unlink(missing_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with contextlib.closing(sqlite3.connect(unfinished)) as target:
        connection.connection.backup(target)
    unfinished.replace(path)


def _path() -> Path:
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        for source in sorted(ROOT.glob(pattern)):
            digest.update(source.relative_to(ROOT).as_posix().encode())
            digest.update(source.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:16]}.sqlite3"
