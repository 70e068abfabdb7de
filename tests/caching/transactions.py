"""Simulate a commit, which the transaction around a test never gets."""

from __future__ import annotations

from django.db import connection

from caching import content_version


def commit():
    """Run the pending on-commit callbacks; return the content version's number."""
    waiting, connection.run_on_commit = connection.run_on_commit, []
    for _savepoints, act, _robust in waiting:
        act()
    content_version.invalidate()
    return content_version.current_or_none().number
