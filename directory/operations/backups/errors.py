"""The error of backups."""

from __future__ import annotations


class BackupError(Exception):
    """A problem that an administrator can fix; its message is a plain sentence."""
