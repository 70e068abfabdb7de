"""The site with the starter data, in a database of its own, for everything here."""

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

# As many as the bench makes up, beside the starter data: CHAOS_LISTINGS=100000.
LISTINGS = os.environ.get("CHAOS_LISTINGS", "")


@pytest.fixture(scope="session")
def environment(tmp_path_factory, own_database):
    """What every command and the site are told; the database is filled."""
    folder = tmp_path_factory.mktemp("site")
    with own_database(folder) as url:
        told = {"HTTPS": "1", "ALLOWED_HOSTS": f"{HOST_NAME},127.0.0.1"}
        # The key of the checks is a sample, which a public name refuses.
        told |= {"SECRET_KEY": secrets.token_urlsafe(64)}
        told |= {"DATA_DIR": str(folder), "DATABASE_URL": url}
        environment = os.environ | told | {"PORT": str(free_port())}
        manage(environment, "prepare", check=True)
        if LISTINGS:
            fill = [sys.executable, "bench/synthetic.py", LISTINGS]
            subprocess.run(fill, cwd=ROOT, env=environment, check=True)
        yield environment


@pytest.fixture(scope="session")
def upstream(environment, tmp_path_factory):
    """The port of the site, told that a proxy speaks HTTPS for it."""
    with serving(environment, tmp_path_factory.mktemp("log") / "site.log"):
        yield environment["PORT"]


@contextmanager
def serving(environment, log, *before):
    """The site as deployed, as a process; `before` are words before gunicorn's."""
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
    """What another site is told, with a copy of the data in a place of its own."""
    shutil.copytree(environment["DATA_DIR"], tmp_path / "data")
    told = {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
    source = urlsplit(environment["DATABASE_URL"])
    if source.scheme == "sqlite":
        told["DATABASE_URL"] = f"sqlite:///{tmp_path}/data/db.sqlite3"
        yield environment | told
        return
    server = f"postgres://{source.netloc}"
    name = f"{source.path[1:]}_copy"
    make = f"CREATE DATABASE {name} TEMPLATE {source.path[1:]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        # A template may have nobody else in it.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [source.path[1:]],
        )
        connection.execute(make)
        yield environment | told | {"DATABASE_URL": f"{server}/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def figures(capsys):
    """Write down what a test measured, and print it, whatever pytest catches."""

    def written(name, **found):
        record_figures(name, found)
        with capsys.disabled():
            print(f"\n{name}: {found}")  # noqa: T201

    return written


def workers(site):
    """The process numbers of gunicorn's workers."""
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
