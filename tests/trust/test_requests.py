"""Hostile requests to every public page get safe responses."""

from __future__ import annotations

import random

import pytest

from tests.trust.hostile import (
    EXAMPLE_COUNT,
    HOST_LIKE_PATHS,
    ODD_TEXTS,
    PAGES,
    find_faults,
    random_requests,
)

pytestmark = pytest.mark.django_db

METHODS = ["TRACE", "TRACK", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "BREW"]


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return client


def test_odd_urls_are_answered_safely(visitor):
    """`make attack` sends 30,000 requests here, and 11,000 to a running site."""
    found = {}
    for address in random_requests(random.Random(3), 3 * EXAMPLE_COUNT):
        answer = visitor.get(address)
        page = b"".join(answer) if answer.streaming else answer.content
        where = answer.headers.get("Location", "")
        text = page.decode("utf-8", "replace")
        if problems := list(find_faults(address, answer.status_code, where, text)):
            found[address] = problems

    assert found == {}


@pytest.mark.parametrize("path", HOST_LIKE_PATHS)
def test_path_that_looks_like_a_host_is_not_found(visitor, path):
    as_sent = path.encode().decode("latin-1")

    assert visitor.get("/", PATH_INFO=as_sent).status_code == 404


@pytest.mark.parametrize("method", METHODS)
def test_unsupported_methods_are_refused(visitor, method):
    for page in PAGES:
        answer = visitor.generic(method, page)
        assert answer.status_code == 405, page
        assert "GET" in answer["Allow"]


@pytest.mark.parametrize("length", [8_000, 100_000])
def test_long_query_is_answered(visitor, length):
    for page in ("/find/", "/places/suggest/", "/orgs/", "/warmlines/"):
        for name in ("near", "q", "kind", "state"):
            answer = visitor.get(page, {name: "z" * length})
            assert answer.status_code in (200, 302)
            assert len(answer.content) < 400_000


def test_high_page_numbers_are_answered(visitor):
    for page in ("/find/?near=59301&", "/orgs/?", "/online/?", "/warmlines/?"):
        for number in ("99999", "100000", "9" * 400, "-1", "0"):
            assert visitor.get(f"{page}page={number}").status_code == 200


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_form_input_is_rejected_or_escaped(visitor, odd):
    names = [
        "name",
        "kind",
        "phone",
        "email",
        "website",
        "city",
        "state",
        "words",
        "sender_email",
        "stamp",
    ]

    answer = visitor.post("/suggest/?what=organization", dict.fromkeys(names, odd))

    text = answer.content.decode()
    assert list(find_faults("", answer.status_code, "", text)) == []
    assert "errorlist" in text or "error" in text
