"""What both databases can do for a backup, and which of the two it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from directory.operations.backups.fingerprints import Fingerprints
from directory.operations.backups.postgresql import PostgreSQL
from directory.operations.backups.sqlite import SQLite


class Engine(Protocol):
    suffix: str

    def fingerprints(self) -> Fingerprints:
        """The tables of the live database."""

    def write(self, path: Path) -> Fingerprints:
        """Write one moment of the database to a new file."""

    def check(self, path: Path, expected: Fingerprints) -> None:
        """Read the file from end to end; raise BackupError where it is not whole."""

    def load(self, path: Path, work: Path) -> None:
        """Put the file in the place of the live database, all of it or nothing."""


def engine_of(connection: Any) -> Engine:
    """For Django's connection to SQLite or PostgreSQL."""
    if connection.vendor == "sqlite":
        return SQLite(Path(connection.settings_dict["NAME"]))
    return PostgreSQL(connection.get_connection_params())
