"""What can go wrong with a backup, for people."""

from __future__ import annotations


class BackupError(Exception):
    """Something that a person can mend, in one sentence."""
