"""Test databases that are copied from a template with the migrated gazetteer.

Migrating and loading the gazetteer take ten seconds; copying the template takes less
than one. The template is a file on SQLite and a database on PostgreSQL. It is created
again when a migration, the places or the code that loads them has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
CACHE_FOLDER = ROOT / "var" / "test-databases"
SOURCES = (
    "*/migrations/*.py",
    "places/**/*.py",
    "fixtures/places*",
    "fixtures/areas*",
    "requirements-dev.txt",
)
COMMANDS = (["migrate", "-v0"], ["load_places", "--if-empty", "--quiet"])
NUMBERS = itertools.count()


def is_sqlite() -> bool:
    return "sqlite" in settings.DATABASES["default"]["ENGINE"]


def sqlite_template() -> Path:
    """Return the template file; create it first if there is none."""
    with _only_one_process():
        path = CACHE_FOLDER / f"{_digest()}.sqlite3"
        if not path.exists():
            for old in CACHE_FOLDER.glob("*.sqlite3*"):
                old.unlink()
            unfinished = CACHE_FOLDER / f"unfinished-{path.name}"
            _fill(f"sqlite:///{unfinished}")
            with closing(sqlite3.connect(unfinished)) as file:
                # Without this, a part of the database would be in a journal file.
                file.execute("PRAGMA journal_mode = DELETE")
            unfinished.replace(path)
    return path


def postgresql_template() -> str:
    """Return the name of the template database; create it first if there is none."""
    # Other working copies may have their own template on the same server.
    ours = f"template_{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}"
    name, unfinished = f"{ours}_{_digest()}", f"{ours}_unfinished"
    with _only_one_process(), _postgresql() as session:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        found = {row[0] for row in session.execute(query, [ours])}
        if name not in found:
            for old in found:
                session.execute(f"DROP DATABASE {old} WITH (FORCE)")
            session.execute(f"CREATE DATABASE {unfinished}")
            _fill(f"{_server()}/{unfinished}")
            session.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


@contextmanager
def own_database(folder: Path, *, is_empty: bool = False) -> Iterator[str]:
    """Create a database of the kind under test for another process; yield its URL.

    It has the tables and the gazetteer, unless `is_empty`.
    """
    if is_sqlite():
        path = folder / "db.sqlite3"
        if not is_empty:
            shutil.copyfile(sqlite_template(), path)
        yield f"sqlite:///{path}"
        return
    name = f"own_{os.getpid()}_{next(NUMBERS)}"
    template = "template1" if is_empty else postgresql_template()
    with _postgresql() as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{_server()}/{name}"
    with _postgresql() as session:
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _only_one_process() -> Iterator[None]:
    CACHE_FOLDER.mkdir(parents=True, exist_ok=True)
    with (CACHE_FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(url: str) -> None:
    for command in COMMANDS:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _server() -> str:
    tested = settings.DATABASES["default"]
    return f"postgres://{tested['USER']}@{tested['HOST']}:{tested['PORT']}"


def _postgresql() -> psycopg.Connection:
    return psycopg.connect(f"{_server()}/postgres", autocommit=True)


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            digest.update(source.relative_to(ROOT).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
