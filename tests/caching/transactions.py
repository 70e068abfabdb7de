"""What follows a commit, since a test's own transaction never has one."""

from __future__ import annotations

from django.db import connection

from caching import content_version


def commit():
    """Let the transaction's changes count; the directory's version then."""
    waiting, connection.run_on_commit = connection.run_on_commit, []
    for _savepoints, act, _robust in waiting:
        act()
    content_version.invalidate()
    return content_version.current_or_none().number
