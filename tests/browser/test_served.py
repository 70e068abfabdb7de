"""The served site: its log and its address for metrics."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest


def get(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def test_metrics_have_an_address_of_their_own(site, site_environment):
    get(f"{site}/healthz")

    text = get(f"http://{site_environment['METRICS_BIND']}/metrics")

    assert 'directory_requests_total{status="2xx"}' in text
    assert "directory_database_up 1" in text
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{site}/metrics")


def test_malformed_request_is_not_quoted_in_the_log(site, site_log):
    """gunicorn would log the client and the request."""
    where = urlsplit(site)

    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(b"GET /warble HTTP/1.1\r\nwibble wobble\r\n\r\n")
        answer = connection.recv(1_000)

    log = site_log.read_text()
    assert answer.startswith(b"HTTP/1.1 400")
    assert "Invalid request" in log
    assert "wibble" not in log
    assert "ip=" not in log
