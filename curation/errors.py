"""What an act of the desk raises where it cannot be done."""

from __future__ import annotations


class Refused(ValueError):
    """The act cannot be done; the message says why in plain words."""
