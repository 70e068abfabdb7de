"""Make the database unavailable for the process of the tests."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connections

from caching import circuit_breaker, content_version
from tests.conftest import free_port


@contextmanager
def database_away(folder):
    """Use a folder in place of SQLite's file, or a port without a server."""
    held = connections["default"]
    gone = held.copy()
    if held.vendor == "sqlite":
        gone.settings_dict["NAME"] = str(folder)
    else:
        gone.settings_dict["PORT"] = str(free_port())
    connections["default"] = gone
    content_version.invalidate()
    try:
        yield
    finally:
        gone.close()
        connections["default"] = held
        content_version.invalidate()
        circuit_breaker.clear()
