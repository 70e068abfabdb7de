"""Serve the real site from a temporary folder, as it is deployed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    """A running server, and the environment for commands on its data."""

    address: str
    pid: int
    environment: dict[str, str]
    start_seconds: float

    def run(self, *arguments: str) -> str:
        """Return the output of a command of the project. Raises CalledProcessError."""
        return run_python(self.environment, *arguments)


def run_python(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(  # our own commands
        command,
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def site_environment(folder: str, database_url: str, settings: str) -> dict[str, str]:
    """Return the environment for commands on the data in the folder."""
    return os.environ | {
        "DATA_DIR": folder,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": settings,
        # A restarted worker would lose its CPU time.
        "GUNICORN_CMD_ARGS": "--max-requests 0",
    }


@contextmanager
def serve(environment: dict[str, str], *app: str) -> Iterator[Site]:
    """Serve the site, or another application, as it is deployed."""
    port = free_port()
    environment = environment | {"PORT": str(port)}
    serve = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "directory/operations/gunicorn_config.py",
    ]
    start = time.perf_counter()
    with Path(environment["DATA_DIR"], "log").open("wb") as log:
        server = subprocess.Popen(
            [*serve, *app], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/readyz")
        took = time.perf_counter() - start
        yield Site(address, server.pid, environment, took)
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def serve_starter_data(
    database_url: str = "", settings: str = "bench.settings"
) -> Iterator[str]:
    """Yield the address of a site with the starter data."""
    with tempfile.TemporaryDirectory() as folder:
        environment = site_environment(folder, database_url, settings)
        run_python(environment, "manage.py", "prepare")
        with serve(environment) as found:
            yield found.address


def wait_for(url: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not answer")
