"""Run nginx and Caddy with the shipped configuration, on local ports and paths."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from urllib.error import HTTPError

from tests.conftest import ROOT, free_port

HOST_NAME = "directory.example.org"
PROXIES = ("nginx", "caddy")
CADDY_TEST_OPTIONS = """
	local_certs
	skip_install_trust
	default_sni directory.example.org
	auto_https disable_redirects
	admin off
"""


class Proxy:
    """A running proxy, and the text of its logs."""

    def __init__(self, folder, port, process):
        self.folder, self.port, self.process = folder, port, process
        self.address = f"https://127.0.0.1:{port}"

    def get(self, path, method="GET", timeout=10, **headers):
        """Return (status, headers, text), for error statuses too."""
        context = unverified_context()
        named = {"Host": HOST_NAME} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        request = urllib.request.Request(
            f"{self.address}{path}", method=method, headers=named
        )
        try:
            answer = urllib.request.urlopen(request, timeout=timeout, context=context)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode(errors="replace")

    def log_text(self):
        files = [path for path in self.folder.rglob("*.log") if path.is_file()]
        return "\n".join(path.read_text(errors="replace") for path in files)


def unverified_context():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def create_certificate(folder):
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST_NAME}"
    files = f"-keyout {folder}/privkey.pem -out {folder}/fullchain.pem"
    subprocess.run(f"{make} {files}".split(), check=True, capture_output=True)


def nginx(folder, port, upstream):
    create_certificate(folder)
    text = (ROOT / "deploy/nginx.conf").read_text()
    for shipped, here in (
        (f"/etc/letsencrypt/live/{HOST_NAME}", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/run/nginx.pid", str(folder / "pid")),
        ("/opt/peer-support-directory", str(ROOT)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
    ):
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    path = folder / "nginx.conf"
    path.write_text(text)
    return ["nginx", "-c", path, "-g", "daemon off;"], {}


def caddy(folder, port, upstream):
    text = (ROOT / "deploy/Caddyfile").read_text()
    path = folder / "Caddyfile"
    path.write_text(text.replace("{\n", "{" + CADDY_TEST_OPTIONS, 1))
    return ["caddy", "run", "--config", path, "--adapter", "caddyfile"], {
        "SITE_NAME": f"https://{HOST_NAME}:{port}",
        "SITE_UPSTREAM": f"127.0.0.1:{upstream}",
        "SITE_SORRY": str(ROOT / "deploy"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }


@contextmanager
def running_proxy(name, folder, upstream):
    """Run nginx or Caddy with the shipped configuration in front of port `upstream`."""
    assert shutil.which(name), f"{name} is needed; on Debian, install {name}."
    port = free_port()
    command, settings = {"nginx": nginx, "caddy": caddy}[name](folder, port, upstream)
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdout=log, stderr=log
        )
    found = Proxy(folder, port, process)
    try:
        wait_for(found)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(found):
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        try:
            return found.get("/healthz")
        except (OSError, urllib.error.URLError):
            assert found.process.poll() is None, found.log_text()
            time.sleep(0.1)
    raise AssertionError(found.log_text())
