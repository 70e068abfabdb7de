"""The link checker, against a real server on this machine."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command

from curation.link_checker import is_public
from curation.models import LinkCheck
from tests.answering import answering
from tests.factories import organization, person, warmline

RESPONSES = {
    "/fine": (200, ""),
    "/gone": (404, ""),
    "/broken": (500, ""),
    "/guarded": (403, ""),
    "/moved": (301, "/fine"),
    "/for-now": (302, "/fine"),
    "/circle": (302, "/circle"),
    "/inside": (302, "file:///etc/passwd"),
}


class Handler(BaseHTTPRequestHandler):
    requested: list[str] = []

    def do_GET(self):
        self.requested.append(self.path)
        status, onward = RESPONSES[self.path]
        self.send_response(status)
        if onward:
            self.send_header("Location", onward)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.requested.clear()
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as made:
        yield f"http://127.0.0.1:{made.server_port}"


@pytest.mark.django_db
def test_every_result_is_stored(server, monkeypatch):
    monkeypatch.setattr("curation.link_checker.RETRY_PAUSE_SECONDS", 0)
    for path in RESPONSES:
        organization(website=f"{server}{path}")
    warmline(chat_url=f"{server}/fine")

    call_command("check_links", private=True, quiet=True)

    found = {
        check.url.removeprefix(server): (check.problem, check.moved_to[len(server) :])
        for check in LinkCheck.objects.all()
    }
    assert found == {
        "/fine": ("", ""),
        "/gone": ("answers 404", ""),
        "/broken": ("answers 500", ""),
        "/guarded": ("", ""),
        "/moved": ("", "/fine"),
        "/for-now": ("", ""),
        "/circle": ("redirects without end", ""),
        "/inside": ("leads away from the web", ""),
    }


@pytest.mark.django_db
def test_second_run_checks_only_new_addresses(server, monkeypatch):
    monkeypatch.setattr("curation.link_checker.RETRY_PAUSE_SECONDS", 0)
    for path in ("/fine", "/gone"):
        organization(website=f"{server}{path}")

    call_command("check_links", private=True, quiet=True, limit=1)
    call_command("check_links", private=True, quiet=True)
    call_command("check_links", private=True, quiet=True)

    assert sorted(Handler.requested) == ["/fine", "/gone"]


@pytest.mark.django_db
def test_two_failures_in_a_row_put_the_link_in_the_queue(server, client, monkeypatch):
    monkeypatch.setattr("curation.link_checker.RETRY_PAUSE_SECONDS", 0)
    organization(name="Broken One", website=f"{server}/gone")
    client.force_login(person())

    for shown in (False, True):
        call_command("check_links", private=True, quiet=True, days=0)
        page = client.get("/admin/").content
        assert (b'data-queue-section="link-organization"' in page) is shown


@pytest.mark.django_db
def test_addresses_of_our_network_are_not_requested(server, monkeypatch):
    monkeypatch.setattr("curation.link_checker.RETRY_PAUSE_SECONDS", 0)
    organization(website=f"{server}/fine")
    organization(website="http://localhost:1/")

    call_command("check_links", quiet=True)

    problems = set(LinkCheck.objects.values_list("problem", flat=True))
    assert problems == {"leads into a private network"}
    assert Handler.requested == []


PRIVATE = """
127.0.0.1 127.1.2.3 0.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254
192.168.0.1 192.168.255.255 169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.254
192.0.0.1 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00::1
ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 2001:db8::1
::ffff:192.168.1.1 fec0::1 100::1 2001::1 2002:7f00:1::
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111"])
def test_internet_address_is_public(address):
    assert is_public(address)
