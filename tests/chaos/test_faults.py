"""Break things while fifty clients request pages of the site as deployed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from tests.chaos.conftest import manage, serving, workers
from tests.chaos.load import ask, percentile, run_load, running_load, slowest, statuses
from tests.chaos.proxies import PROXIES, running_proxy, unverified_context
from tests.chaos.tcp_relay import TcpRelay
from tests.conftest import free_port
from tests.test_rate_limit import running_redis

# The goal is ten minutes: CHAOS_SECONDS=600.
SECONDS = int(os.environ.get("CHAOS_SECONDS", "30"))
REQUESTS = int(os.environ.get("CHAOS_REQUESTS", "3000"))
FORM = "application/x-www-form-urlencoded"
MEGABYTES = 96


def memory(site):
    """The resident memory of all workers in MB."""
    files = [Path(f"/proc/{pid}/status").read_text() for pid in workers(site)]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in files) / 1024


def test_steady_load_is_served_without_errors_or_memory_growth(copy, tmp_path, figures):
    with serving(copy, tmp_path / "log") as site:
        with running_load(copy["PORT"]) as seen:
            seen.wait_for(2_000)
        before = memory(site)
        found = run_load(copy["PORT"], SECONDS)
        after = memory(site)

    met = {int(status): count for status, count in found["statuses"].items() if count}
    times = {name: found[name] for name in ("p50", "p99", "slowest")}
    figures(
        "steady_load",
        seconds=SECONDS,
        answers=sum(met.values()),
        failed=sum(met.values()) - met.get(200, 0),
        memory_before=round(before),
        memory_after=round(after),
        **times,
    )
    assert met.keys() == {200}
    # The goal is half a second, with three times that for a busy machine.
    assert found["p99"] <= 1.5
    assert after <= 1.1 * before + 10


@pytest.fixture
def breakable(copy):
    """Yield (environment, ways to stop the database, function that restores it)."""
    source = urlsplit(copy["DATABASE_URL"])
    if source.scheme == "sqlite":
        path = Path(source.path)
        whole = path.read_bytes()
        junk = os.urandom(len(whole))
        # Written into the same file, so that open connections of workers break too.
        yield (
            copy,
            {"damaged": lambda: path.write_bytes(junk)},
            (lambda: path.write_bytes(whole)),
        )
        return
    relay = TcpRelay((source.hostname, source.port), free_port())
    relay.open()
    netloc = f"{source.username}@127.0.0.1:{relay.port}"
    through = source._replace(netloc=netloc).geturl()
    ways = {"stopped": relay.close, "silent": relay.silence}
    yield copy | {"DATABASE_URL": through}, ways, relay.open
    relay.close()


def test_site_survives_database_outage(breakable, tmp_path, figures):
    environment, ways, mend = breakable
    port = environment["PORT"]
    with serving(environment, tmp_path / "log") as site:
        before = workers(site)
        for name, take_away in ways.items():
            with running_load(port) as seen:
                seen.wait_for(1_500)
                gone_at = time.monotonic()
                take_away()
                time.sleep(8)
                health = [ask(port, path).status for path in ("/healthz", "/readyz")]
                lines = ask(port, "/states/wy/print/?state=WY&x=1")
                back_at = time.monotonic()
                mend()
                time.sleep(9)
            gone = seen.between(gone_at, back_at)
            back = seen.between(back_at + 5)
            plain = [a for a in gone if a.status == 503]
            late = [a for a in seen.between(back_at) if a.status != 200]
            back_after = max((a.at for a in late), default=back_at) - back_at
            figures(
                f"database_{name}",
                answers=len(gone),
                slowest=slowest(gone),
                back_after=back_after,
            )
            assert statuses(gone).keys() <= {200, 503}
            assert plain
            assert slowest(gone) <= 3
            for answer in plain:
                assert 'href="tel:988"' in answer.text
                assert 'data-listing="warmline:' in answer.text
            assert lines.status == 503
            assert "Wyoming" in lines.text
            assert health == [200, 503]
            assert statuses(back).keys() == {200}
        assert workers(site) == before


def test_killed_worker_costs_few_requests(copy, tmp_path, figures):
    with serving(copy, tmp_path / "log") as site, running_load(copy["PORT"]) as seen:
        seen.wait_for(REQUESTS // 2)
        os.kill(workers(site)[0], signal.SIGKILL)
        seen.wait_for(REQUESTS // 2)

    failed = [a for a in seen.answers if a.status != 200]
    figures("killed_worker_alone", failed=len(failed), answers=len(seen.answers))
    assert {a.status for a in failed} <= {0}
    # Each of the fifty clients had at most one request in progress.
    assert len(failed) <= 50


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_retries_when_a_worker_is_killed(name, copy, tmp_path, figures):
    """The proxy repeats requests except forms. Responses that had begun are cut off."""
    with (
        serving(copy, tmp_path / "log") as site,
        running_proxy(name, tmp_path, copy["PORT"]) as found,
        running_load(found.port, tls=unverified_context()) as seen,
    ):
        seen.wait_for(REQUESTS // 4)
        os.kill(workers(site)[0], signal.SIGKILL)
        seen.wait_for(REQUESTS // 4)

    failed = [a for a in seen.answers if a.status != 200]
    figures(f"killed_behind_{name}", failed=len(failed), answers=len(seen.answers))
    assert {a.status for a in failed} <= {0}
    # A worker has four threads, each with one response in progress.
    assert len(failed) <= 4


def test_replacing_workers_costs_no_request(copy, tmp_path, figures):
    with serving(copy, tmp_path / "log") as site, running_load(copy["PORT"]) as seen:
        before = workers(site)
        for _time in range(4):
            seen.wait_for(REQUESTS // 5)
            site.send_signal(signal.SIGHUP)
        seen.wait_for(REQUESTS // 5)
        after = workers(site)

    failed = [a for a in seen.answers if a.status != 200]
    figures(
        "reloads",
        answers=len(seen.answers),
        failed=len(failed),
        p95=percentile(seen.answers, 0.95),
        slowest=slowest(seen.answers),
    )
    assert not set(before) & set(after)
    assert failed == []
    # New workers compete with the load for cores, and their caches are empty.
    assert percentile(seen.answers, 0.95) <= 3
    assert slowest(seen.answers) <= 20


def test_site_survives_cache_server_outage(copy, tmp_path, figures):
    port = free_port()
    changed_settings = {"CACHE_URL": f"redis://127.0.0.1:{port}/0"}
    changed_settings |= {"API_REQUESTS_A_MINUTE": "1000000"}
    pages = ["/api/organizations?per_page=5", "/feeds/changes.atom", "/"]
    parts = []
    with serving(copy | changed_settings, tmp_path / "log"):
        with running_redis(tmp_path, port), running_load(copy["PORT"], pages) as seen:
            time.sleep(5)
        parts.append(seen.answers)
        with (
            running_redis(tmp_path, port) as server,
            running_load(copy["PORT"], pages) as seen,
        ):
            time.sleep(2)
            server.kill()
            time.sleep(8)
        parts.append(seen.answers)

    before, killed = (percentile(part, 0.99) for part in parts)
    failed = [a for part in parts for a in part if a.status != 200]
    figures(
        "cache_server_killed",
        answers=sum(map(len, parts)),
        failed=len(failed),
        p99_before=before,
        p99=killed,
    )
    assert failed == []
    assert killed <= max(2 * before, 2)


@pytest.fixture
def disk(tmp_path):
    """A file system of 96 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={MEGABYTES}m"
    mount, umount = shutil.which("mount"), shutil.which("umount")
    subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    yield folder
    subprocess.run([umount, "--lazy", folder], check=True)


@pytest.fixture
def small_disk(environment, disk, tmp_path, request):
    """The environment of a site with its database on the small disk."""
    changed_settings = {"PORT": str(free_port())}
    if urlsplit(environment["DATABASE_URL"]).scheme == "sqlite":
        shutil.copytree(environment["DATA_DIR"], disk / "data")
        yield (
            environment
            | changed_settings
            | {"DATA_DIR": f"{disk}/data", "DATABASE_URL": ""}
        )
        return
    copy = request.getfixturevalue("copy")
    server, name = copy["DATABASE_URL"].rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        space = disk / "space"
        space.mkdir()
        os.chown(space, Path(row[0]).stat().st_uid, -1)
        # The user of the database server needs access.
        for folder in [disk, *tmp_path.parents]:
            folder.chmod(folder.stat().st_mode | 0o011)
        tmp_path.chmod(0o711)
        connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        connection.execute(f"ALTER DATABASE {name} SET TABLESPACE small")
        yield copy | changed_settings
        connection.execute(f"ALTER DATABASE {name} SET TABLESPACE pg_default")
        connection.execute("DROP TABLESPACE small")


def fill(path):
    """Fill the disk with one file."""
    with path.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4_096))


def report(port):
    """Send a report like a browser; return the response."""
    page = ask(port, "/states/mt/report/").text
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp, page[-3_000:]
    time.sleep(3.2)
    # The text is long and random, so that the row needs space on the disk.
    words = f"A made-up report. {secrets.token_hex(900)}"
    form = {"stamp": stamp[1], "problem": "other", "words": words}
    headers = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
    return ask(port, "/states/mt/report/", "POST", urlencode(form), **headers)


def reports(environment):
    count = "from curation.models import Suggestion; print(Suggestion.objects.count())"
    return int(manage(environment, "shell", "-v0", "-c", count, check=True).stdout)


def test_site_survives_full_disk(small_disk, disk, tmp_path, figures):
    environment, folder = small_disk, disk
    port = environment["PORT"]
    with serving(environment, tmp_path / "log"):
        taken = report(port)
        with running_load(port) as seen:
            seen.wait_for(500)
            fill(folder / "filler")
            full_at = time.monotonic()
            tried = [report(port) for _time in range(6)]
            seen.wait_for(500)
            room_at = time.monotonic()
            (folder / "filler").unlink()
            taken_again = report(port)
        full = seen.between(full_at, room_at)

    refused = [answer for answer in tried if answer.status != 200]
    figures(
        "full_disk",
        pages=len(full),
        failed=len([a for a in full if a.status != 200]),
        slowest=slowest(full),
        writes=len(tried),
        refused=len(refused),
    )
    assert statuses(seen.answers).keys() == {200}
    assert slowest(full) <= 5
    assert statuses([taken, taken_again]) == {200: 2}
    # The last page of a PostgreSQL table may have space for one or two rows.
    assert refused
    for answer in refused:
        assert answer.status == 503
        assert "was not saved" in answer.text
        assert "Traceback" not in answer.text
    assert reports(environment) == 2 + len(tried) - len(refused)
