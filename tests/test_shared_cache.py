"""Workers count together: in the database's table, or in Redis (or Valkey)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.core.cache.backends.redis import RedisCache

from kept.shared import ForgivingRedis
from tests.conftest import ROOT, free_port

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
COUNT = """
import django
django.setup()
from listings.tries import count
print(count("one", 3600))
"""


def wait_for(port):
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("redis-server did not start")


@contextmanager
def running(folder, port):
    """A real server of its own, killed in the end."""
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    wait_for(port)
    yield server
    server.kill()
    server.wait()


@pytest.fixture
def redis(tmp_path):
    """Its address."""
    port = free_port()
    with running(tmp_path, port):
        yield f"redis://127.0.0.1:{port}/0"


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


@pytest.mark.skipif(SERVER is None, reason="needs redis-server or valkey-server")
def test_while_the_server_is_away_a_worker_counts_by_itself(tmp_path):
    port = free_port()
    shared = ForgivingRedis(f"redis://127.0.0.1:{port}/0", {})

    def tries():
        shared.set("one", shared.get("one", 0) + 1, 60)
        return shared.get("one")

    with running(tmp_path, port):
        assert [tries(), tries()] == [1, 2]
    assert [tries(), tries()] == [1, 2]
    assert shared._away_until > 0
    with running(tmp_path, port):
        shared._away_until = 0.0
        assert tries() == 1
        assert RedisCache(f"redis://127.0.0.1:{port}/0", {}).get("one") == 1


def test_a_server_that_says_nothing_costs_half_a_second_once():
    """It takes the connection and never answers, like a machine that hangs."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        shared = ForgivingRedis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", {})

        assert shared.get("one", 0) == 0
        away_until = shared._away_until
        shared.set("one", 1, 60)

    assert shared.get("one") == 1
    assert shared._away_until == away_until > 0
