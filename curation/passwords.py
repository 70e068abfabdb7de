"""Passwords that are long and still the first that somebody would try."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator


class CommonPairValidator(CommonPasswordValidator):
    """Django's list has hardly any of 15 characters; two of it in a row make one."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        typed = password.lower().strip()
        for cut in range(1, len(typed) + 1):
            if {typed[:cut], typed[cut:]} - {""} <= self.passwords:
                # Says it in Django's words, as of the common password that it is.
                super().validate(next(iter(self.passwords)), user)
