"""The database taken away, for real, from the process of the tests."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connections

from kept import away, version
from tests.conftest import free_port


@contextmanager
def database_away(folder):
    """A folder where SQLite's file should be, or a port where nobody listens."""
    held = connections["default"]
    gone = held.copy()
    if held.vendor == "sqlite":
        gone.settings_dict["NAME"] = str(folder)
    else:
        gone.settings_dict["PORT"] = str(free_port())
    connections["default"] = gone
    version.look_again()
    try:
        yield
    finally:
        gone.close()
        connections["default"] = held
        version.look_again()
        away._failed_at.clear()
