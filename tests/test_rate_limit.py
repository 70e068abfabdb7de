"""All workers count requests together, and no address is stored."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from listings import rate_limit
from listings.rate_limit import client_key, client_network, hit
from tests.browser.conftest import wait_for
from tests.conftest import ROOT, free_port

pytestmark = pytest.mark.any_database

REDIS_SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
needs_redis = pytest.mark.skipif(
    REDIS_SERVER is None, reason="needs redis-server or valkey-server"
)
# A worker with four threads. Timeouts are long, because the machine may be busy.
HITS_SCRIPT = """
import json, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from listings import rate_limit
rate_limit.FILE_TIMEOUT = rate_limit.REDIS_TIMEOUT = 60
with ThreadPoolExecutor(4) as threads:
    print(json.dumps(list(threads.map(
        lambda _: rate_limit.hit("one", 10**9), range(40)
    ))))
"""
# A master process that forks workers, as gunicorn does.
FORK_SCRIPT = """
import os
import caching.daily_salt
for _worker in range(2):
    if not os.fork():
        import django
        from django.test import RequestFactory
        django.setup()
        from listings.rate_limit import client_key
        print(client_key(RequestFactory().get("/")), flush=True)
        os._exit(0)
    os.wait()
"""


def wait_for_server(port):
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("redis-server did not start")


@contextmanager
def running_redis(folder, port):
    """Run a real Redis server, which is killed at the end."""
    command = [REDIS_SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    wait_for_server(port)
    yield server
    server.kill()
    server.wait()


@pytest.fixture
def redis(tmp_path):
    """The URL of a running Redis server."""
    port = free_port()
    with running_redis(tmp_path, port):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(autouse=True)
def redis_was_never_away(monkeypatch):
    monkeypatch.setattr(rate_limit, "_redis_away_until", 0.0)


def environment(folder, **more):
    return os.environ | {
        "SECRET_KEY": "x" * 50,
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "directory.settings",
        **more,
    }


def start_python(script, env):
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def hits_of_two_workers(env):
    workers = [start_python(HITS_SCRIPT, env) for _worker in range(2)]
    return sorted(n for worker in workers for n in json.loads(worker.communicate()[0]))


def test_file_counts_hits_of_all_threads_and_workers(tmp_path):
    assert hits_of_two_workers(environment(tmp_path)) == list(range(1, 81))


@needs_redis
def test_redis_counts_hits_of_all_threads_and_workers(tmp_path, redis):
    env = environment(tmp_path, CACHE_URL=redis)

    assert hits_of_two_workers(env) == list(range(1, 81))
    assert not list(tmp_path.glob("rate-limits*"))


@needs_redis
def test_file_counts_while_redis_is_unreachable(tmp_path, settings, monkeypatch):
    port = free_port()
    settings.CACHE_URL = f"redis://127.0.0.1:{port}/0"

    with running_redis(tmp_path, port):
        assert [hit("one", 10**9), hit("one", 10**9)] == [1, 2]
    assert [hit("one", 10**9), hit("one", 10**9)] == [1, 2]
    assert settings.RATE_LIMIT_FILE.exists()
    with running_redis(tmp_path, port):
        monkeypatch.setattr(rate_limit, "_redis_away_until", 0.0)
        assert hit("one", 10**9) == 1


def test_silent_redis_delays_one_request_only(settings):
    """The server accepts the connection and never responds."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.CACHE_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"

        assert hit("one", 10**9) == 1
        away_until = rate_limit._redis_away_until
        assert hit("one", 10**9) == 2

    assert rate_limit._redis_away_until == away_until > 0


@pytest.mark.parametrize("fault", ["locked", "damaged", "no folder"])
def test_unusable_count_file_fails_no_request(settings, rate_limit_file, fault):
    name = f"with a file that is {fault}"
    if fault == "locked":
        hit("other", 60)
        holder = sqlite3.connect(rate_limit_file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    elif fault == "damaged":
        rate_limit_file.write_bytes(b"no database" * 100)
    else:
        settings.RATE_LIMIT_FILE = rate_limit_file / "missing" / "file"

    assert [hit(name, 10**9), hit(name, 10**9)] == [1, 2]


def test_new_period_starts_at_one_and_deletes_old_counts(rate_limit_file):
    with time_machine.travel("2031-01-01 12:00:00Z", tick=False):
        assert [hit("one", 60), hit("one", 60)] == [1, 2]
    with time_machine.travel("2031-01-01 12:02:00Z", tick=False):
        assert hit("one", 60) == 1

    with sqlite3.connect(rate_limit_file) as file:
        assert file.execute("SELECT count(*), sum(hits) FROM hits").fetchone() == (1, 1)


def request_from(address):
    return RequestFactory().get("/", REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", None),
        ("unix:", None),
    ],
)
def test_client_is_ipv4_address_or_ipv6_64_network(address, network):
    assert client_network(request_from(address)) == network


def test_client_key_changes_every_day():
    with time_machine.travel("2031-02-01 12:00:00Z", tick=False):
        keys = {client_key(request_from("192.0.2.7")) for _time in range(2)}
    with time_machine.travel("2031-02-02 00:00:00Z", tick=False):
        keys.add(client_key(request_from("192.0.2.7")))

    assert len(keys) == 2


def test_workers_share_a_salt_unique_to_their_master(tmp_path):
    """The salt is not derived from SECRET_KEY, which is stored on disk."""
    env = environment(tmp_path)

    masters = [
        start_python(FORK_SCRIPT, env).communicate()[0].split() for _master in range(2)
    ]

    assert [len(keys) for keys in masters] == [2, 2]
    assert [len(set(keys)) for keys in masters] == [1, 1]
    assert masters[0] != masters[1]


@needs_redis
def test_machines_that_share_redis_share_the_salt(tmp_path, redis):
    env = environment(tmp_path, CACHE_URL=redis)

    masters = [
        start_python(FORK_SCRIPT, env).communicate()[0].split() for _master in range(2)
    ]

    assert len({key for keys in masters for key in keys}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/feeds/changes.atom", "/api/services"])
def test_public_read_writes_nothing_to_main_database(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200

    statements = " ".join(query["sql"] for query in queries)
    assert not any(f"{word} " in statements for word in ("INSERT", "UPDATE", "DELETE"))
    assert "cache" not in statements


@pytest.mark.django_db
def test_count_file_contains_no_address(client, rate_limit_file):
    client.get("/api/", REMOTE_ADDR="192.0.2.7")

    stored = b"".join(
        file.read_bytes()
        for file in rate_limit_file.parent.glob(f"{rate_limit_file.name}*")
    )
    assert b"rate:api:" in stored
    assert b"192.0.2" not in stored


def statuses(port, number):
    def status(_request):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/") as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    if time.time() % 60 > 45:
        time.sleep(60 - time.time() % 60)
    with ThreadPoolExecutor(8) as threads:
        return sorted(threads.map(status, range(number)))


def test_two_workers_enforce_one_limit_per_client(tmp_path, own_database):
    """Run gunicorn as deployed. It deletes the count file of the last run."""
    (tmp_path / "rate-limits.sqlite3").write_bytes(b"of the last run" * 100)
    port = free_port()
    with own_database(tmp_path) as url:
        env = environment(tmp_path, DATABASE_URL=url, PORT=str(port), WEB_WORKERS="2")
        env |= {"API_REQUESTS_A_MINUTE": "5", "BIND": "127.0.0.1", "HTTPS": "0"}
        serve = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "directory/operations/gunicorn_config.py",
        ]
        log = tmp_path / "log"
        with log.open("wb") as out:
            site = subprocess.Popen(serve, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", site, log)
            found = statuses(port, 40)
        finally:
            site.terminate()
            site.wait(timeout=40)

    assert found == [200] * 5 + [429] * 35
