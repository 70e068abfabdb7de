"""Serving: addresses, files, the first start and database errors."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
import yaml
from django.core.cache import caches
from django.test import Client

from tests.conftest import ROOT, free_port
from tests.test_settings import print_setting

pytestmark = pytest.mark.any_database

KEY = {"SECRET_KEY": "a7Kq9" * 12}
# Like `manage.py prepare`, but waiting for the database one second instead of 30.
PREPARE_IMPATIENTLY = """
import django
from django.core.management import execute_from_command_line
django.setup()
from directory.management.commands import prepare
prepare.DATABASE_WAIT_SECONDS = 1
execute_from_command_line(["manage.py", "prepare"])
"""


def manage(folder, *words, **environment):
    return python(folder, "manage.py", *words, **environment)


def python(folder, *words, **environment):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME")}
    inherited |= {
        "DJANGO_SETTINGS_MODULE": "directory.settings",
        "DATA_DIR": str(folder),
    }
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**inherited, **KEY, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"), [("/healthz", b"ok"), ("/readyz", b"ready")]
)
def test_probe_with_unknown_host_is_answered(path, words):
    found = Client(headers={"host": "10.0.0.7:8000"}).get(path)

    assert (found.status_code, found.content.strip()) == (200, words)
    assert Client(headers={"host": "10.0.0.7:8000"}).get("/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted", ["gzip;q=0", "br, gzip; q=0.0", "identity, gzip;q=0"]
)
def test_refused_encoding_is_not_used(wanted):
    page = Client(headers={"accept-encoding": wanted}).get("/about/")
    packed = Client(headers={"accept-encoding": "gzip;q=0.5"}).get("/about/")

    assert "Content-Encoding" not in page.headers
    assert packed["Content-Encoding"] == "gzip"


@pytest.mark.django_db
def test_foreign_ports_do_not_fill_page_cache():
    pages = caches["pages"]
    pages.clear()
    Client(headers={"host": "localhost:80"}).get("/about/")
    first = len(pages._cache)

    for port in range(9000, 9010):
        assert Client(headers={"host": f"localhost:{port}"}).get("/about/").content

    assert (first, len(pages._cache)) == (1, 1)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HTTPS": "1"}, "(86400, False, False)"),
        ({"HTTPS": "1", "HSTS_SECONDS": "60"}, "(60, False, False)"),
        (
            {"HSTS_SECONDS": "31536000", "HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}
            | {"HTTPS": "1"},
            "(31536000, True, True)",
        ),
        ({}, "(0, False, False)"),
    ],
)
def test_hsts_follows_settings(environment, expected):
    names = ("SECONDS", "INCLUDE_SUBDOMAINS", "PRELOAD")
    run = print_setting(
        f"tuple(getattr(settings, 'SECURE_HSTS_' + n) for n in {names})", **environment
    )

    assert run.stdout.strip() == expected


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"HSTS_PRELOAD": "1"}, "HSTS_PRELOAD=1 needs HSTS_SUBDOMAINS=1"),
        ({"HSTS_SECONDS": "-1"}, "HSTS_SECONDS"),
        ({"SCRIPT_NAME": "/peer"}, "SCRIPT_NAME puts the site under the path /peer"),
        ({"SITE_URL": "https://example.org/peer"}, "SITE_URL puts the site under"),
        ({"EMAIL_URL": "smtp://h/?tls=maybe"}, "tls is 1 or 0, not “maybe”"),
        ({"EMAIL_URL": "smtp://h/?tls=1&ssl=1"}, "tls=1 or ssl=1, and not both"),
    ],
)
def test_impossible_setting_is_one_sentence(environment, words):
    run = print_setting("settings.DEBUG", **environment)

    assert run.returncode != 0
    assert words in run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "False False"),
        ("?tls=0", "False False"),
        ("?ssl=false", "False False"),
        ("?tls=1", "True False"),
        ("?ssl=1&tls=0", "False True"),
    ],
)
def test_mail_encryption_follows_url(query, expected):
    run = print_setting(
        "settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL", EMAIL_URL=f"smtp://h/{query}"
    )

    assert run.stdout.strip() == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PORT": "8107"}, "http://127.0.0.1:8107"),
        ({"PORT": "8107", "BIND": "0.0.0.0"}, "http://127.0.0.1:8107"),  # noqa: S104
        ({"BIND": "[::1]"}, "http://[::1]:8000"),
        ({"BIND": "::1"}, "http://[::1]:8000"),
        ({"PORT": "1", "SITE_URL": "https://a.example.org/"}, "https://a.example.org"),
    ],
)
def test_site_url_follows_port_and_bind(environment, expected):
    assert print_setting("settings.SITE_URL", **environment).stdout.strip() == expected


def test_public_bind_allows_machine_hostnames():
    run = print_setting("settings.ALLOWED_HOSTS", BIND="0.0.0.0")  # noqa: S104
    one = print_setting("settings.ALLOWED_HOSTS", BIND="192.0.2.20")
    given = {"BIND": "192.0.2.20", "ALLOWED_HOSTS": "a.example", **KEY}
    named = print_setting("settings.ALLOWED_HOSTS", **given)

    assert f"'{socket.gethostname().lower()}'" in run.stdout
    assert "'192.0.2.20'" in one.stdout
    assert named.stdout.strip() == "['a.example']"


def test_simultaneous_first_starts_create_one_private_database(tmp_path):
    starts = [manage(tmp_path, "prepare") for _two in range(2)]
    printed = [start.communicate(timeout=400) for start in starts]

    assert [start.returncode for start in starts] == [0, 0], printed
    assert [errors for _output, errors in printed] == ["", ""]
    loaded = sorted(output.count("Loaded ") for output, _errors in printed)
    assert loaded == [0, 8]
    assert any("Loaded 655 Centers for Independent Living." in o for o, _e in printed)
    rights = stat.S_IMODE((tmp_path / "db.sqlite3").stat().st_mode)
    assert rights == 0o600


def test_readable_database_file_becomes_private(tmp_path):
    file = tmp_path / "db.sqlite3"
    file.touch(mode=0o644)
    file.chmod(0o644)

    start = manage(tmp_path, "migrate", "caching", "--verbosity", "0")
    start.communicate(timeout=60)

    assert start.returncode == 0

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_unreachable_database_is_one_sentence(tmp_path):
    url = f"postgres://ada@127.0.0.1:{free_port()}/rows"

    start = python(tmp_path, "-c", PREPARE_IMPATIENTLY, DATABASE_URL=url)
    _out, said = start.communicate(timeout=120)

    assert start.returncode == 1
    [line] = said.strip().splitlines()
    assert "The database does not answer, see DATABASE_URL" in line


@pytest.fixture
def served(tmp_path):
    """Return a function that starts gunicorn at an address and returns its port."""
    running = []

    def serve(bind):
        port = free_port()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME")}
        environment = {**inherited, **KEY, "DATA_DIR": str(tmp_path), "PORT": str(port)}
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                "directory/operations/gunicorn_config.py",
            ],
            cwd=ROOT,
            env={**environment, "BIND": bind, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(server)
        return port

    yield serve
    for server in running:
        server.terminate()
        server.wait(timeout=40)


def test_the_development_server_prints_the_path_of_each_request(tmp_path):
    port = free_port()
    server = manage(tmp_path, "runserver", "--noreload", f"127.0.0.1:{port}", DEBUG="1")
    wait_for(f"http://127.0.0.1:{port}/healthz?a=1")
    server.terminate()
    _output, errors = server.communicate(timeout=40)

    assert '"GET /healthz?a=1 HTTP/1.1" 200' in errors


def wait_for(address):
    for _try in range(150):
        try:
            return urllib.request.urlopen(address, timeout=2).read()
        except urllib.error.HTTPError as error:
            return error.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(address)


@pytest.mark.parametrize("bind", ["::1", "[::1]"])
def test_site_listens_on_ipv6(served, bind):
    port = served(bind)

    assert wait_for(f"http://[::1]:{port}/healthz") == b"ok\n"


def test_too_long_url_gets_page_with_988(served, tmp_path):
    # The error page refers to static files, which have to be collected first.
    collect = manage(tmp_path, "collectstatic", "--no-input", "--verbosity", "0")
    collect.communicate(timeout=120)
    port = served("127.0.0.1")
    wait_for(f"http://127.0.0.1:{port}/healthz")

    page = wait_for(f"http://127.0.0.1:{port}/find/?near={'9' * 9000}").decode()

    assert 'href="tel:988"' in page


def test_compose_limits_every_service():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    role = (ROOT / "deploy/database-role.sh").read_text()

    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
    assert "POSTGRES_USER" not in services["db"]["environment"]
    assert "NOSUPERUSER" in role
    assert services["site"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["proxy"]["depends_on"]["site"]["condition"] == "service_healthy"


def test_skipped_test_prints_its_reason(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\n\ndef test_it():\n    pytest.skip('no such machine')\n"
    )

    command = [sys.executable, "-m", "pytest", "-q", "-c", ROOT / "pyproject.toml"]
    done = subprocess.run(
        [*command, "--rootdir", ROOT, tmp_path / "test_it.py"],
        env=os.environ | KEY,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert "no such machine" in done.stdout
