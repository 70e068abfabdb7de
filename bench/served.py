"""The real site, prepared in a folder of its own and served as it is deployed."""

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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def site(database_url: str = "", settings: str = "bench.settings") -> Iterator[str]:
    """The address of the site, with the starter data, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = os.environ | {
            "DATA_DIR": folder,
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": settings,
        }
        python = [sys.executable]
        prepare = [*python, "manage.py", "prepare"]
        subprocess.run(prepare, cwd=ROOT, env=environment, check=True)  # noqa: S603
        serve = [*python, "-m", "gunicorn", "--config", "directory/gunicorn.py"]
        with Path(folder, "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603
                serve, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/readyz")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(url: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} did not answer")
