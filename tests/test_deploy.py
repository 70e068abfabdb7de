"""The deployment files match the site."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml

from directory.operations.database_urls import databases
from tests.answering import answering
from tests.conftest import ROOT


@pytest.fixture
def hosts():
    """Serve a site that accepts one host name; yield (port, requested hosts)."""
    requested_hosts = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            requested_hosts.append(self.headers["Host"])
            known = self.headers["Host"] == "directory.example.org"
            self.send_response(200 if known else 400)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Site)
    with answering(server):
        yield server.server_port, requested_hosts


@pytest.mark.parametrize(
    ("names", "code"), [("directory.example.org,other.example.org", 0), ("", 1)]
)
def test_container_health_check_sends_allowed_host(hosts, names, code):
    port, requested_hosts = hosts

    done = subprocess.run(
        [sys.executable, "-m", "directory.operations.container_health"],
        env=os.environ | {"PORT": str(port), "ALLOWED_HOSTS": names},
        cwd=ROOT,
        capture_output=True,
    )

    assert done.returncode == code
    assert requested_hosts == [names.split(",")[0] or "127.0.0.1"]


def test_compose_exposes_only_the_proxy():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    assert {name for name, service in services.items() if "ports" in service} == {
        "proxy"
    }
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert "no-new-privileges:true" in service["security_opt"], name
    assert services["site"]["volumes"] == ["state:/data"]
    assert services["site"]["cap_drop"] == ["ALL"]


def test_docker_and_git_ignore_secrets():
    for name in (".dockerignore", ".gitignore"):
        left_out = (ROOT / name).read_text().splitlines()

        assert {".env", "secret-key"} <= set(left_out), name


def test_systemd_timer_starts_run_due():
    units = ROOT / "deploy/systemd"

    assert [path.name for path in units.glob("*.timer")] == [
        "peer-support-directory-jobs.timer"
    ]
    service = (units / "peer-support-directory-jobs.service").read_text()
    assert (
        "\nExecStart=/opt/peer-support-directory/.venv/bin/python manage.py run_due\n"
        in service
    )


def test_proxies_overwrite_client_headers():
    nginx = (ROOT / "deploy/nginx.conf").read_text()
    caddy = (ROOT / "deploy/Caddyfile").read_text()

    for header in ("X-Forwarded-Host", "X-Real-IP", "Forwarded", "Proxy"):
        assert f'proxy_set_header {header} "";' in nginx
        assert f"header_up -{header}\n" in caddy


def large_compose_file():
    """The compose file in the document about several machines."""
    page = (ROOT / "docs/past-one-machine.md").read_text()
    return yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])


def test_large_compose_file_exposes_only_the_proxy():
    services = large_compose_file()["services"]

    assert {name for name, service in services.items() if "ports" in service} == {
        "proxy"
    }
    for name, service in services.items():
        assert "no-new-privileges:true" in service["security_opt"], name


def test_large_compose_file_has_valid_database_urls():
    environment = large_compose_file()["services"]["web-two"]["environment"]
    found = databases(environment["DATABASE_URL"], environment["DATABASE_REPLICA_URL"])

    for alias in ("default", "replica"):
        assert found[alias]["HOST"] == "pgbouncer-one,pgbouncer-two"
        assert found[alias]["PORT"] == "6432,6432"
