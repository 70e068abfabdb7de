"""The link check asks nobody inside our network, by whatever name they are called."""

from __future__ import annotations

import asyncio
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from curation.link_checker import check_link, is_public
from tests.answering import answering

# The host 127.0.0.1 and its like, in every spelling that a resolver understands.
SPELLED = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1
017700000001 0x7f.1 0 0.0.0.0 127.0.0.1. localhost localhost. LOCALHOST
10.0.0.1 167772161 0x0a000001 012.0.0.1 172.16.0.1 2886729729 192.168.0.1 3232235521
0300.0250.0.1 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 100.64.0.1
198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1]
[::ffff:7f00:1] [::ffff:169.254.169.254] [::ffff:10.0.0.1] [64:ff9b::7f00:1]
[64:ff9b:1::a9fe:a9fe] [2002:7f00:1::] [2001:0:7f00:1::] [fe80::1] [fc00::1]
[fd00:ec2::254] [fec0::1] [ff02::1] [::127.0.0.1] [2001:db8::1]
"""
NAMED = {
    "inside.example.org": ["10.0.0.5"],
    "metadata.example.org": ["169.254.169.254"],
    "one-of-two.example.org": ["1.1.1.1", "127.0.0.1"],
    "six.example.org": ["::ffff:192.168.1.1"],
}


class Onward(BaseHTTPRequestHandler):
    """Redirects to the address that its path holds."""

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    """The addresses that somebody connected to."""
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
    """A name server: each name's answers, one list a question, the last for ever."""
    answers = {host: [addresses] for host, addresses in NAMED.items()}

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
    assert len({*SPELLED.split(), *NAMED}) >= 50


@pytest.mark.parametrize("host", SPELLED.split())
def test_no_spelling_of_a_private_address_is_connected_to(host, connected):
    answer = ask(f"http://{host}:9/")

    assert answer.status is None
    assert answer.problem in ("leads into a private network", "cannot be reached")
    assert connected == []


@pytest.mark.parametrize("host", NAMED)
def test_host_that_resolves_to_a_private_address_is_not_connected_to(
    host, named, connected
):
    assert ask(f"http://{host}/").problem == "leads into a private network"
    assert connected == []


def test_host_that_resolves_differently_later_is_not_connected_to(
    named, connected, monkeypatch
):
    """DNS rebinding: what is looked at is what is connected to."""
    named["two-faced.example.org"] = [["93.184.215.14"], ["127.0.0.1"]]

    def nobody_there(self, address):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", nobody_there)
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
    """The first step is allowed, by its port; what it leads to is judged anew."""
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Onward)) as server:
        asked = []

        def first_only(address):
            asked.append(address)
            return len(asked) == 1 or is_public(address)

        answer = asyncio.run(
            check_link(f"http://127.0.0.1:{server.server_port}/to/{onward}", first_only)
        )

    assert answer.problem in ("leads into a private network", "leads away from the web")
    assert connected == ["127.0.0.1"]
