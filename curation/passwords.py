"""Reject long passwords that are easy to guess."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import CommonPasswordValidator


class RepeatedCommonPasswordValidator(CommonPasswordValidator):
    """Reject two common passwords in a row, which no list of common passwords has."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError."""
        typed = password.lower().strip()
        for cut in range(1, len(typed) + 1):
            if {typed[:cut], typed[cut:]} - {""} <= self.passwords:
                # A common password makes Django raise its own message.
                super().validate(next(iter(self.passwords)), user)
