"""Serve the site as it is deployed, with the starter data, for a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT, free_port
from tests.database_template import STARTER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if CHROMIUM is None:
        message = "No Chromium was found; on Debian, install the package chromium."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def database_url(tmp_path_factory, own_database):
    """A database of the kind under test, for the served site alone."""
    with own_database(tmp_path_factory.mktemp("site"), STARTER) as url:
        yield url


@pytest.fixture(scope="session")
def site_log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "site.log"


@pytest.fixture(scope="session")
def site_environment(database_url, tmp_path_factory):
    """The environment of the running site, and of commands on its data."""
    return os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "PORT": str(free_port()),
        "METRICS_BIND": f"127.0.0.1:{free_port()}",
        "EXIT_URL": "https://leave.example.org/",
        "PYTHONWARNINGS": "default",
        "SECOND_FACTOR": "1",
    }


@pytest.fixture(scope="session")
def site(site_environment, site_log):
    """The address of the running site."""
    prepare = [sys.executable, "manage.py", "prepare"]
    subprocess.run(
        prepare, cwd=ROOT, env=site_environment, check=True, capture_output=True
    )
    with served(["-m", "gunicorn"], site_environment, site_log) as address:
        yield address


@contextmanager
def served(gunicorn, environment, log_file):
    """Yield the address of the prepared site, served by Python with these arguments."""
    command = [
        sys.executable,
        *gunicorn,
        "--config",
        "directory/operations/gunicorn_config.py",
    ]
    with log_file.open("wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{environment['PORT']}"
    wait_for(f"{address}/readyz", server, log_file)
    yield address
    server.terminate()
    server.wait(timeout=20)


def wait_for(url, server, log):
    """Wait until the site answers, or fail with its log."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    server.kill()
    raise AssertionError(f"{url} did not answer:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def base_url(site):
    return site


@pytest.fixture(scope="session")
def copied(site, site_environment, tmp_path_factory):
    """The address of an export of Montana."""
    folder = tmp_path_factory.mktemp("stick")
    command = [
        sys.executable,
        "manage.py",
        "export_site",
        folder,
        "--states",
        "MT",
        "--processes",
        "1",
    ]
    environment = site_environment | {"SITE_URL": "https://directory.example.org"}
    subprocess.run([*command, "--quiet"], cwd=ROOT, env=environment, check=True)
    return folder.as_uri()
