"""The link checker connects to no private address, however it is written."""

from __future__ import annotations

import asyncio
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from curation.link_checker import check_link, is_public
from tests.answering import answering

# 127.0.0.1 and other private addresses, in every notation that resolvers accept.
SPELLINGS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1
017700000001 0x7f.1 0 0.0.0.0 127.0.0.1. localhost localhost. LOCALHOST
10.0.0.1 167772161 0x0a000001 012.0.0.1 172.16.0.1 2886729729 192.168.0.1 3232235521
0300.0250.0.1 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 100.64.0.1
198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1]
[::ffff:7f00:1] [::ffff:169.254.169.254] [::ffff:10.0.0.1] [64:ff9b::7f00:1]
[64:ff9b:1::a9fe:a9fe] [2002:7f00:1::] [2001:0:7f00:1::] [fe80::1] [fc00::1]
[fd00:ec2::254] [fec0::1] [ff02::1] [::127.0.0.1] [2001:db8::1]
"""
RESOLUTIONS = {
    "inside.example.org": ["10.0.0.5"],
    "metadata.example.org": ["169.254.169.254"],
    "one-of-two.example.org": ["1.1.1.1", "127.0.0.1"],
    "six.example.org": ["::ffff:192.168.1.1"],
}


class RedirectHandler(BaseHTTPRequestHandler):
    """Redirect to the address in the path."""

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    """Record the addresses that are connected to."""
    tried = []
    connect = socket.socket.connect

    def recorded(self, address):
        if isinstance(address, tuple):
            tried.append(address[0])
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    monkeypatch.setattr("curation.link_checker.RETRY_PAUSE_SECONDS", 0)
    return tried


@pytest.fixture
def named(monkeypatch):
    """Replace the name server. Each name has one list of addresses for each lookup, and
    the last one stays."""
    answers = {host: [addresses] for host, addresses in RESOLUTIONS.items()}

    def look_up(host, port, *args, **kwargs):
        found = answers[host]
        addresses = found.pop(0) if len(found) > 1 else found[0]
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


def ask(url, allowed=is_public):
    return asyncio.run(check_link(url, allowed))


def test_list_has_fifty_spellings():
    assert len({*SPELLINGS.split(), *RESOLUTIONS}) >= 50


@pytest.mark.parametrize("host", SPELLINGS.split())
def test_no_spelling_of_a_private_address_is_connected_to(host, connected):
    answer = ask(f"http://{host}:9/")

    assert answer.status is None
    assert answer.problem in ("leads into a private network", "cannot be reached")
    assert connected == []


@pytest.mark.parametrize("host", RESOLUTIONS)
def test_host_that_resolves_to_a_private_address_is_not_connected_to(
    host, named, connected
):
    assert ask(f"http://{host}/").problem == "leads into a private network"
    assert connected == []


def test_host_that_resolves_differently_later_is_not_connected_to(
    named, connected, monkeypatch
):
    """This is DNS rebinding: the verified address must be the one connected to."""
    named["two-faced.example.org"] = [["93.184.215.14"], ["127.0.0.1"]]

    def refuse_connection(self, address):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse_connection)
    answer = ask("http://two-faced.example.org/")

    assert answer.problem == "leads into a private network"
    assert set(connected) == {"93.184.215.14"}


@pytest.mark.parametrize(
    "onward",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:9/",
        "http://2852039166/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "ftp://10.0.0.1/",
        "http://user:password@192.168.0.1/",
        "http://0300.0250.0.1/",
    ],
)
def test_redirect_to_a_private_address_is_not_followed(onward, connected):
    """The first address is allowed by its port, and the next one is verified again."""
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), RedirectHandler)) as server:
        checked = []

        def first_only(address):
            checked.append(address)
            return len(checked) == 1 or is_public(address)

        answer = asyncio.run(
            check_link(f"http://127.0.0.1:{server.server_port}/to/{onward}", first_only)
        )

    assert answer.problem in ("leads into a private network", "leads away from the web")
    assert connected == ["127.0.0.1"]
