"""Back up PostgreSQL with pg_dump, and restore with pg_restore and psql."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql

from directory.operations.backups.errors import BackupError
from directory.operations.backups.fingerprints import (
    EMPTY_TABLE,
    EXCLUDED_TABLES,
    Fingerprints,
    fingerprint,
)

TABLES_QUERY = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Without it, the tools warn about every object that a DROP removes.
QUIET_OPTIONS = "-c client_min_messages=warning"


class PostgreSQLEngine:
    suffix = ".dump"

    def __init__(self, params: dict[str, Any]) -> None:
        """Take Django's connection parameters, as far as libpq knows them."""
        options = psycopg.pq.Conninfo.get_defaults()
        known = {o.keyword.decode(): (o.envvar or b"").decode() for o in options}
        self.params = {k: v for k, v in params.items() if k in known and v}
        # Passed in the environment, because every user can read command lines.
        self.environment = {
            known[name]: str(value)
            for name, value in self.params.items()
            if known[name]
        }

    def fingerprints(self) -> Fingerprints:
        with self._snapshot() as connection:
            return _fingerprints(connection)

    def write(self, path: Path) -> Fingerprints:
        """Dump and fingerprint the same snapshot, while others keep writing."""
        with self._snapshot() as connection:
            exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
            snapshot = exported[0] if exported else ""
            tables = _fingerprints(connection)
            passing = [
                f"--exclude-table-data=public.{name}" for name in EXCLUDED_TABLES
            ]
            self._run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                *passing,
                f"--file={path}",
            )
        return tables | {
            name: EMPTY_TABLE for name in EXCLUDED_TABLES if name in tables
        }

    def check(self, path: Path, expected: Fingerprints) -> None:
        listed = self._run("pg_restore", "--list", str(path))
        held = set(re.findall(r" TABLE DATA public (\S+) ", listed))
        if missing := expected.keys() - held - set(EXCLUDED_TABLES):
            raise BackupError(f"{path} lacks {', '.join(sorted(missing))}.")
        # Unpacking every row finds damage that the list does not show.
        self._run("pg_restore", f"--file={os.devnull}", str(path))

    def load(self, path: Path, work: Path) -> None:
        """Restore in one transaction: readers wait, and an error changes nothing.

        The whole script is written first. If psql read from a pipe that broke, it would
        commit half of it.
        """
        with TemporaryDirectory(prefix=".restore-", dir=work) as folder:
            script = Path(folder, "script.sql")
            self._run(
                "pg_restore",
                "--no-owner",
                "--no-privileges",
                f"--file={script}",
                str(path),
            )
            self._run(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                "--command=DROP SCHEMA public CASCADE",
                "--command=CREATE SCHEMA public AUTHORIZATION pg_database_owner",
                f"--file={script}",
            )

    @contextmanager
    def _snapshot(self) -> Iterator[psycopg.Connection[Any]]:
        """A read-only transaction that sees one snapshot of the database."""
        try:
            with psycopg.connect(**self.params) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                connection.execute("SET LOCAL TimeZone = 'UTC'")
                yield connection
        except psycopg.Error as error:
            raise BackupError(f"PostgreSQL says: {error}.") from error

    def _run(self, tool: str, *arguments: str) -> str:
        """Run a PostgreSQL tool; return its output. Raises BackupError."""
        found = shutil.which(tool)
        if found is None:
            raise BackupError(
                f"{tool} was not found. It comes with PostgreSQL's client; "
                "on Debian, install the package postgresql-client."
            )
        done = subprocess.run(  # noqa: S603
            [found, *arguments],
            env=os.environ | {"PGOPTIONS": QUIET_OPTIONS} | self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["It said nothing."]
            raise BackupError(f"{tool} failed: {lines[-1]}")
        return done.stdout


def _fingerprints(connection: psycopg.Connection[Any]) -> Fingerprints:
    found = {}
    for (table,) in connection.execute(TABLES_QUERY).fetchall():
        query = sql.SQL("SELECT * FROM public.{}").format(sql.Identifier(table))
        # A named cursor fetches the rows in batches.
        with connection.cursor(name="rows") as rows:
            rows.execute(query)
            found[table] = fingerprint(rows)
    return found
