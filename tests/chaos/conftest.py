"""Fixtures for chaos tests: a separate site with the starter data."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.browser.conftest import wait_for
from tests.chaos.figures import record_figures
from tests.chaos.proxies import HOST_NAME
from tests.conftest import ROOT, free_port

# CHAOS_LISTINGS=100000 adds so many synthetic listings to the starter data.
LISTINGS = os.environ.get("CHAOS_LISTINGS", "")


@pytest.fixture(scope="session")
def environment(tmp_path_factory, own_database):
    """The environment of the site and its commands, with a filled database."""
    folder = tmp_path_factory.mktemp("site")
    with own_database(folder) as url:
        changed_settings = {"HTTPS": "1", "ALLOWED_HOSTS": f"{HOST_NAME},127.0.0.1"}
        # A site with a public host name refuses the sample key of the tests.
        changed_settings |= {"SECRET_KEY": secrets.token_urlsafe(64)}
        changed_settings |= {"DATA_DIR": str(folder), "DATABASE_URL": url}
        environment = os.environ | changed_settings | {"PORT": str(free_port())}
        manage(environment, "prepare", check=True)
        if LISTINGS:
            fill = [sys.executable, "bench/synthetic.py", LISTINGS]
            subprocess.run(fill, cwd=ROOT, env=environment, check=True)
        yield environment


@pytest.fixture(scope="session")
def upstream(environment, tmp_path_factory):
    """The port of a running site that trusts an HTTPS proxy."""
    with serving(environment, tmp_path_factory.mktemp("log") / "site.log"):
        yield environment["PORT"]


@contextmanager
def serving(environment, log, *before):
    """Run the site as deployed; `before` is a command prefix such as unshare."""
    serve = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "directory/operations/gunicorn_config.py",
    ]
    with log.open("wb") as out:
        site = subprocess.Popen(
            [*before, *serve], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        wait_for(f"http://127.0.0.1:{environment['PORT']}/healthz", site, log)
        yield site
    finally:
        site.terminate()
        site.wait(timeout=40)


@pytest.fixture
def copy(environment, tmp_path):
    """The environment of another site, with a copy of the database."""
    shutil.copytree(environment["DATA_DIR"], tmp_path / "data")
    changed_settings = {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
    source = urlsplit(environment["DATABASE_URL"])
    if source.scheme == "sqlite":
        changed_settings["DATABASE_URL"] = f"sqlite:///{tmp_path}/data/db.sqlite3"
        yield environment | changed_settings
        return
    server = f"postgres://{source.netloc}"
    name = f"{source.path[1:]}_copy"
    make = f"CREATE DATABASE {name} TEMPLATE {source.path[1:]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        # PostgreSQL copies a database only if nobody is connected to it.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [source.path[1:]],
        )
        connection.execute(make)
        yield environment | changed_settings | {"DATABASE_URL": f"{server}/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def figures(capsys):
    """Store and print what a test measured, in spite of pytest's capturing."""

    def written(name, **found):
        record_figures(name, found)
        with capsys.disabled():
            print(f"\n{name}: {found}")  # noqa: T201

    return written


def workers(site):
    """The process IDs of gunicorn's workers."""
    listed = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def manage(environment, *arguments, check=False):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        cwd=ROOT,
        check=check,
        capture_output=True,
        text=True,
    )
