"""Logs report errors without any data about visitors."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import RequestFactory

from directory.operations.logs import JsonFormatter, RedactRequestFilter

FORMAT = logging.Formatter("%(levelname)s %(name)s %(message)s")


def line(record, form=FORMAT):
    assert RedactRequestFilter().filter(record) is True
    return form.format(record)


def json_line(record):
    text = line(record, JsonFormatter())
    assert "\n" not in text
    return json.loads(text)


def record(name, message, *args, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    log_record = logging.LogRecord(name, logging.ERROR, "f.py", 1, message, args, info)
    log_record.__dict__.update(extra)
    return log_record


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("django.request", "Not Found: /find/Zzyzx"),
        ("django.security.DisallowedHost", "Invalid HTTP_HOST header: 'Zzyzx'"),
        ("django.server", '"GET /find/?near=Zzyzx HTTP/1.1" 200'),
    ],
)
@pytest.mark.parametrize("form", [FORMAT, JsonFormatter()], ids=["text", "json"])
def test_messages_that_quote_requests_are_redacted(name, message, form):
    request = RequestFactory().get("/find/", {"near": "Zzyzx"})

    text = line(record(name, message, request=request, status_code=404), form)

    assert "Zzyzx" not in text
    assert "404" in text


@pytest.mark.parametrize(
    ("message", "args", "left"),
    [
        ("Invalid request from ip=203.0.113.9: Zzyzx", (), "Invalid request"),
        ("Error handling request %s %s", ("GET", "/Zzyzx"), "Error handling request"),
        ("Booting worker with pid: %s", (7,), "Booting worker with pid: 7"),
    ],
)
def test_gunicorn_messages_about_visitors_are_redacted(message, args, left):
    assert line(record("gunicorn.error", message, *args)) == (
        f"ERROR gunicorn.error {left}"
    )


def test_traceback_keeps_locations_without_values():
    try:
        int("Zzyzx")
    except ValueError as error:
        text = line(record("listings", "It broke", error=error))

    assert "Zzyzx" not in text
    assert "test_logs.py" in text
    assert "It broke" in text


def test_json_traceback_keeps_locations_without_values():
    try:
        int("Zzyzx")
    except ValueError as error:
        found = json_line(record("listings", "It broke", error=error))

    assert found["message"] == "It broke"
    assert found["where"][0].startswith(__file__)
    assert "Zzyzx" not in str(found)


def test_json_access_log_has_four_fields():
    atoms = {"m": "GET", "s": "200", "B": 5120, "D": 1834}
    private = {"U": "/find/", "q": "near=Zzyzx", "h": "203.0.113.9", "a": "Browser"}

    found = json_line(record("gunicorn.access", "%(m)s", atoms | private))

    assert found.pop("at").endswith("+00:00")
    assert found == {
        "level": "ERROR",
        "logger": "gunicorn.access",
        "method": "GET",
        "status": 200,
        "bytes": 5120,
        "microseconds": 1834,
    }


def test_other_messages_are_unchanged():
    assert line(record("listings", "%d rows", 3)) == "ERROR listings 3 rows"
