"""The site with the starter data, in a database of its own, for everything here."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from tests.browser.conftest import wait_for
from tests.chaos.fronts import NAME
from tests.conftest import ROOT, free_port, own_database


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """What every command and the site are told; the database is filled."""
    folder = tmp_path_factory.mktemp("site")
    with own_database(folder) as url:
        told = {"HTTPS": "1", "ALLOWED_HOSTS": f"{NAME},127.0.0.1"}
        # The key of the checks is a sample, which a public name refuses.
        told |= {"SECRET_KEY": secrets.token_urlsafe(64)}
        told |= {"DATA_DIR": str(folder), "DATABASE_URL": url}
        environment = os.environ | told | {"PORT": str(free_port())}
        manage(environment, "prepare", check=True)
        yield environment


@pytest.fixture(scope="session")
def upstream(environment, tmp_path_factory):
    """The port of the site, told that a proxy speaks HTTPS for it."""
    log = tmp_path_factory.mktemp("log") / "site.log"
    serve = [sys.executable, "-m", "gunicorn", "--config", "directory/gunicorn.py"]
    with log.open("wb") as out:
        site = subprocess.Popen(
            serve, cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    wait_for(f"http://127.0.0.1:{environment['PORT']}/healthz", site, log)
    yield environment["PORT"]
    site.terminate()
    site.wait(timeout=40)


def manage(environment, *arguments, check=False):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        cwd=ROOT,
        check=check,
        capture_output=True,
        text=True,
    )
