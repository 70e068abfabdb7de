"""Log lines tell of faults and never of visitors."""

from __future__ import annotations

import logging

import pytest
from django.test import RequestFactory

from directory.logs import NoVisitor

FORMAT = logging.Formatter("%(levelname)s %(name)s %(message)s")


def line(record):
    assert NoVisitor().filter(record) is True
    return FORMAT.format(record)


def record(name, message, *args, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, logging.ERROR, "f.py", 1, message, args, info)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("django.request", "Not Found: /find/Zzyzx"),
        ("django.security.DisallowedHost", "Invalid HTTP_HOST header: 'Zzyzx'"),
        ("django.server", '"GET /find/?near=Zzyzx HTTP/1.1" 200'),
    ],
)
def test_the_words_of_loggers_that_quote_requests_are_dropped(name, message):
    request = RequestFactory().get("/find/", {"near": "Zzyzx"})

    text = line(record(name, message, request=request, status_code=404))

    assert "Zzyzx" not in text
    assert "404" in text


def test_a_traceback_keeps_its_steps_and_drops_its_values():
    try:
        int("Zzyzx")
    except ValueError as error:
        text = line(record("listings", "It broke", error=error))

    assert "Zzyzx" not in text
    assert "test_logs.py" in text
    assert "It broke" in text


def test_other_messages_pass_as_they_are():
    assert line(record("listings", "%d rows", 3)) == "ERROR listings 3 rows"
