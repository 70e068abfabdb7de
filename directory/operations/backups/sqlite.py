"""Back up SQLite with VACUUM INTO, and restore with SQLite's backup function."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

# Constraints call SQL functions that Django defines.
from django.db.backends.sqlite3._functions import register

from directory.operations.backups.errors import BackupError
from directory.operations.backups.fingerprints import (
    EXCLUDED_TABLES,
    Fingerprints,
    differing,
    fingerprint,
)

# How long a restore waits for other writers.
RESTORE_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class SQLiteEngine:
    path: Path
    suffix = ".sqlite3"

    def fingerprints(self) -> Fingerprints:
        if not self.path.exists():
            return {}
        with _open(self.path) as live:
            return _fingerprints(live)

    def write(self, path: Path) -> Fingerprints:
        """Copy the database while others use it; deleted rows leave no trace."""
        if not self.path.exists():
            raise BackupError(f"There is no database at {self.path}.")
        with _open(self.path) as live:
            live.execute("VACUUM INTO ?", [str(path)])
        with _open(path) as copy:
            copy.execute("PRAGMA secure_delete = ON")
            for table in set(_tables(copy)).intersection(EXCLUDED_TABLES):
                copy.execute(f'DELETE FROM "{table}"')  # noqa: S608
            copy.execute("VACUUM")
            return _fingerprints(copy)

    def check(self, path: Path, expected: Fingerprints) -> None:
        with _open(path, "mode=ro&immutable=1") as copy:
            [[word], *_more] = copy.execute("PRAGMA integrity_check").fetchall()
            if word != "ok":
                raise BackupError(f"{path} is damaged: {word}.")
            if wrong := differing(_fingerprints(copy), expected):
                raise BackupError(f"{path} lacks rows of {', '.join(wrong)}.")

    def load(self, path: Path, work: Path) -> None:
        """Restore in one transaction: readers see all old rows or all new ones."""
        deadline = time.monotonic() + RESTORE_TIMEOUT_SECONDS

        def give_up(_status: int, _left: int, _total: int) -> None:
            if time.monotonic() > deadline:
                raise BackupError("The database is busy. Stop the site, and try again.")

        with _open(path, "mode=ro&immutable=1") as copy, _open(self.path) as live:
            copy.backup(live, progress=give_up)


@contextmanager
def _open(path: Path, query: str = "mode=rwc") -> Iterator[sqlite3.Connection]:
    address = f"{path.resolve().as_uri()}?{query}"
    try:
        with closing(
            sqlite3.connect(address, uri=True, timeout=20, isolation_level=None)
        ) as opened:
            register(opened)
            yield opened
    except sqlite3.Error as error:
        raise BackupError(f"SQLite says of {path}: {error}.") from error


def _tables(opened: sqlite3.Connection) -> list[str]:
    rows = opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in rows]


def _fingerprints(opened: sqlite3.Connection) -> Fingerprints:
    return {
        table: fingerprint(opened.execute(f'SELECT * FROM "{table}"'))  # noqa: S608
        for table in _tables(opened)
    }
