"""The error of a step that cannot be taken."""

from __future__ import annotations


class ActionRefused(ValueError):
    """A step of curation is not possible. The message tells the curator why."""
