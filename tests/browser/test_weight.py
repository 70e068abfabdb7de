"""The compressed size of a first view."""

from __future__ import annotations

import re
import urllib.request

import pytest

KIB = 1024
FIRST_VIEWS = [
    "/",
    "/find/?near=59301",
    "/states/mt/",
    "/states/ny/",
    "/warmlines/",
    "/warmlines/mha-montana-warmline/",
    "/orgs/montanas-peer-network/",
    "/online/",
]


def fetched(address):
    """Return (compressed bytes, response headers)."""
    headers = {"Accept-Encoding": "br, gzip"}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return len(answer.read()), answer.headers


def static_files(site, kind):
    with urllib.request.urlopen(f"{site}/", timeout=20) as answer:
        return re.findall(rf'"(/static/{kind}/[^"]+)"', answer.read().decode())


def test_the_style_sheet_and_each_script_are_small(site):
    [style], scripts = static_files(site, "css"), static_files(site, "js")

    for path in (style, *scripts):
        weight, headers = fetched(site + path)
        assert headers["Content-Encoding"] == "br"
        assert weight <= 5 * KIB


@pytest.mark.parametrize("path", FIRST_VIEWS)
def test_a_first_view_is_at_most_14_kib(site, path):
    [style] = static_files(site, "css")

    page, headers = fetched(site + path)
    assert headers["Content-Encoding"] == "gzip"
    assert page + fetched(site + style)[0] <= 14 * KIB
