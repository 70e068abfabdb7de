"""The shipped proxies: slow connections, spoofed headers, a dead site and logs."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chaos.proxies import HOST_NAME, PROXIES, running_proxy
from tests.conftest import free_port

MARK = "Zzyzx"
# slowhttptest's options: endless headers, endless bodies, unread responses.
SLOW = {
    "headers": "-H -i 5 -t GET",
    "bodies": "-B -i 5 -s 8192 -t POST",
    "readers": "-X -w 10 -y 20 -n 5 -z 32 -k 3",
}
ATTACK = "slowhttptest -c 500 -r 200 -l 14 -p 3"


@pytest.fixture
def echo():
    """The port of a server that responds with the headers of the request."""

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = str(self.headers).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def probe(found):
    """Request a page, which must be complete; return the seconds it took."""
    started = time.monotonic()
    status, _headers, text = found.get("/warmlines/?state=MT", timeout=5)
    assert status == 200
    assert "988" in text
    return time.monotonic() - started


@pytest.mark.parametrize("slow", SLOW)
@pytest.mark.parametrize("name", PROXIES)
def test_slow_connections_do_not_block_others(name, slow, upstream, tmp_path, figures):
    """Requests take at most a second, or as long as before on a busy machine."""
    with running_proxy(name, tmp_path, upstream) as found:
        before = max(probe(found) for _ in range(10))
        command = f"{ATTACK} {SLOW[slow]} -u {found.address}/find/?near=59301"
        attack = subprocess.Popen(command.split(), stdout=subprocess.PIPE, text=True)
        time.sleep(4)
        times = []
        for _ in range(10):
            times.append(probe(found))
            time.sleep(0.5)
        said, _none = attack.communicate(timeout=60)

    figures(f"slow_{slow}_{name}", probes=len(times), slowest=max(times), before=before)
    assert "connected" in said
    assert max(times) <= max(1, 3 * before)


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_overwrites_address_and_scheme(name, echo, tmp_path):
    with running_proxy(name, tmp_path, echo) as found:
        _status, _headers, got = found.get(
            "/",
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Proto="http",
            X_Forwarded_Host="evil.example.org",
            X_Forwarded_Port="81",
            X_Real_IP="203.0.113.9",
            Forwarded="for=203.0.113.9",
            Proxy="evil.example.org",
        )

    sent = {line.split(": ")[0].lower(): line for line in got.splitlines() if line}
    assert "203.0.113" not in got
    assert "evil" not in got
    assert sent["x-forwarded-for"].endswith(": 127.0.0.1")
    assert sent["x-forwarded-proto"].endswith(": https")
    assert sent["host"].partition(": ")[2].split(":")[0] == HOST_NAME


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_answers_for_dead_site_with_988(name, tmp_path):
    with running_proxy(name, tmp_path, free_port()) as found:
        status, headers, text = found.get("/find/?near=59301", timeout=3)

    assert status == 503
    assert headers["Cache-Control"] == "no-store"
    assert 'href="tel:988"' in text


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_log_has_no_visitor_data(name, upstream, tmp_path):
    """This includes failing requests, which proxies tend to quote."""
    for port in (upstream, free_port()):
        folder = tmp_path / str(port)
        folder.mkdir()
        with running_proxy(name, folder, port) as found:
            found.get(f"/find/?near={MARK}", User_Agent=MARK, Referer=MARK)
            found.get(f"/{MARK}/", method="POST")
            found.get(f"/find/?near={MARK * 20_000}"[:30_000])
            # nginx closes the connection; Caddy sends an empty page.
            with suppress(OSError, HTTPException):
                found.get("/", Host=f"{MARK}.example.org")
            written = found.log_text()

        assert MARK not in written
        assert "127.0.0.1:" not in written.replace(f"127.0.0.1:{found.port}", "")


def test_nginx_limits_sign_ins_per_client(echo, tmp_path):
    """A client may send eleven at once, and then one every three seconds."""
    with running_proxy("nginx", tmp_path, echo) as found:
        sign_ins = [found.get("/admin/login/", "POST")[0] for _try in range(40)]
        reports = [found.get("/orgs/ours/report/", "POST")[0] for _try in range(40)]
        pages = [found.get("/admin/login/")[0] for _try in range(40)]

    assert sign_ins[:11] == [200] * 11
    assert sign_ins.count(429) >= 10
    assert set(reports) == set(pages) == {200}
