"""Test databases that are copied from a template.

There are two templates: one with the migrated gazetteer, and one with the starter data
too. Filling them takes ten and thirty seconds; copying one takes less than a second. A
template is a file on SQLite and a database on PostgreSQL. It is created again when the
data or the code that loads them have changed.
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
from tempfile import TemporaryDirectory

import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
CACHE_FOLDER = ROOT / "var" / "test-databases"
GAZETTEER, STARTER = "gazetteer", "starter"
APPS = (
    "caching",
    "places",
    "listings",
    "curation",
    "orgs",
    "warmlines",
    "meetings",
    "guides",
    "directory",
)
SOURCES = {
    GAZETTEER: (
        "*/migrations/*.py",
        "curation/roles.py",
        "places/**/*.py",
        "fixtures/places*",
        "fixtures/areas*",
        "requirements-dev.txt",
    ),
    # Cards are stored with the listings, so they depend on templates and translations.
    STARTER: (
        *(f"{app}/**/*.py" for app in APPS),
        "templates/**/*.html",
        "locale/**/*.po",
        "fixtures/**/*.*",
        "requirements-dev.txt",
    ),
}
COMMANDS = {
    GAZETTEER: (["migrate", "-v0"], ["load_places", "--if-empty", "--quiet"]),
    STARTER: (["prepare"],),
}
NUMBERS = itertools.count()


def is_sqlite() -> bool:
    return "sqlite" in settings.DATABASES["default"]["ENGINE"]


def sqlite_template(kind: str = GAZETTEER) -> Path:
    """Return the template file; create it first if there is none."""
    base = sqlite_template() if kind == STARTER else None
    with _only_one_process():
        path = CACHE_FOLDER / f"{kind}-{_digest(kind)}.sqlite3"
        if not path.exists():
            for old in CACHE_FOLDER.glob(f"{kind}-*.sqlite3*"):
                old.unlink()
            unfinished = CACHE_FOLDER / f"unfinished-{path.name}"
            unfinished.unlink(missing_ok=True)
            if base:
                shutil.copyfile(base, unfinished)
            _fill(kind, f"sqlite:///{unfinished}")
            with closing(sqlite3.connect(unfinished)) as file:
                # Without this, a part of the database would be in a journal file.
                file.execute("PRAGMA journal_mode = DELETE")
            unfinished.replace(path)
    return path


def postgresql_template(kind: str = GAZETTEER) -> str:
    """Return the name of the template database; create it first if there is none."""
    base = postgresql_template() if kind == STARTER else "template1"
    # Other working copies may have their own template on the same server.
    ours = f"template_{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}_{kind}"
    name, unfinished = f"{ours}_{_digest(kind)}", f"{ours}_unfinished"
    with _only_one_process(), _postgresql() as session:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        found = {row[0] for row in session.execute(query, [ours])}
        if name not in found:
            for old in found:
                session.execute(f"DROP DATABASE {old} WITH (FORCE)")
            session.execute(f"CREATE DATABASE {unfinished} TEMPLATE {base}")
            _fill(kind, f"{_server()}/{unfinished}")
            session.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


def fill_sqlite(kind: str) -> None:
    """Replace everything in the connected SQLite database by the template."""
    with closing(sqlite3.connect(sqlite_template(kind))) as template:
        template.backup(connection.connection)


@contextmanager
def starter_database() -> Iterator[None]:
    """Connect to a database with the starter data instead of the gazetteer alone."""
    if is_sqlite():
        connection.ensure_connection()
        fill_sqlite(STARTER)
        yield
        fill_sqlite(GAZETTEER)
        return
    plain = connection.settings_dict["NAME"]
    with _copy_of(postgresql_template(STARTER)) as name:
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        connection.settings_dict["NAME"] = plain


@contextmanager
def own_database(folder: Path, kind: str | None = GAZETTEER) -> Iterator[str]:
    """Create a database of the kind under test for another process; yield its URL.

    It has what that template has, or nothing.
    """
    if is_sqlite():
        path = folder / "db.sqlite3"
        if kind:
            shutil.copyfile(sqlite_template(kind), path)
        yield f"sqlite:///{path}"
        return
    with _copy_of(postgresql_template(kind) if kind else "template1") as name:
        yield f"{_server()}/{name}"


@contextmanager
def _copy_of(template: str) -> Iterator[str]:
    """Create a PostgreSQL database from a template; yield its name."""
    name = f"own_{os.getpid()}_{next(NUMBERS)}"
    with _postgresql() as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    with _postgresql() as session:
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _only_one_process() -> Iterator[None]:
    CACHE_FOLDER.mkdir(parents=True, exist_ok=True)
    with (CACHE_FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(kind: str, url: str) -> None:
    with TemporaryDirectory() as data:
        for command in COMMANDS[kind]:
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": url, "DATA_DIR": data},
                check=True,
                stdout=subprocess.DEVNULL,
            )


def _server() -> str:
    tested = settings.DATABASES["default"]
    return f"postgres://{tested['USER']}@{tested['HOST']}:{tested['PORT']}"


def _postgresql() -> psycopg.Connection:
    return psycopg.connect(f"{_server()}/postgres", autocommit=True)


def _digest(kind: str) -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES[kind]:
        for source in sorted(ROOT.glob(pattern)):
            digest.update(source.relative_to(ROOT).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
