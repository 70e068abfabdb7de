"""Workers count together: in the database's table, or in Redis (or Valkey)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT, free_port

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
COUNT = """
import django
django.setup()
from django.core.cache import cache
cache.add("one", 0)
print(cache.incr("one"))
"""


def wait_for(port):
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("redis-server did not start")


@pytest.fixture
def redis(tmp_path):
    """The address of a real server of its own."""
    port = free_port()
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    wait_for(port)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


@pytest.mark.skipif(SERVER is None, reason="needs redis-server or valkey-server")
def test_two_processes_count_the_same_tries(redis):
    environment = os.environ | {
        "SECRET_KEY": "x" * 50,
        "CACHE_URL": redis,
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    counts = [
        subprocess.run(
            [sys.executable, "-c", COUNT],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _process in range(2)
    ]

    assert counts == ["1", "2"]
