"""The interface of a backup engine, and the engine of each kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from directory.operations.backups.fingerprints import Fingerprints
from directory.operations.backups.postgresql import PostgreSQLEngine
from directory.operations.backups.sqlite import SQLiteEngine


class Engine(Protocol):
    suffix: str

    def fingerprints(self) -> Fingerprints:
        """Fingerprint every table of the live database."""

    def write(self, path: Path) -> Fingerprints:
        """Write a consistent copy of the database to a new file."""

    def check(self, path: Path, expected: Fingerprints) -> None:
        """Read the whole file; raise BackupError if it is damaged or incomplete."""

    def load(self, path: Path, work: Path) -> None:
        """Replace the rows of the live database by the file's, in one transaction."""


def get_engine(connection: Any) -> Engine:
    """The backup engine for Django's connection to SQLite or PostgreSQL."""
    if connection.vendor == "sqlite":
        return SQLiteEngine(Path(connection.settings_dict["NAME"]))
    return PostgreSQLEngine(connection.get_connection_params())
