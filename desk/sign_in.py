"""Limits on signing in, so that a flood of passwords cannot stop the public pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from listings.rate_limit import client_key, hit

# Sign-ins of one client, right or wrong, in a span of so many seconds.
MAX_SIGN_INS, SIGN_IN_SECONDS = 30, 15 * 60

_hashing = Lock()
# One password is hashed and one waits; every other thread is left to the public.
_places = BoundedSemaphore(2)


class SignInBusy(ValidationError):
    """Too many passwords are being checked in this worker at the moment."""


class PasswordBackend(ModelBackend):
    """Django's, but it hashes one password at a time."""

    def authenticate(self, *args: Any, **credentials: Any) -> Any:
        with _place_to_hash():
            return super().authenticate(*args, **credentials)


@contextmanager
def _place_to_hash() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise SignInBusy(
            _("Many people are signing in right now. Try again in a few seconds.")
        )
    try:
        with _hashing:
            yield
    finally:
        _places.release()


def is_over_limit(request: HttpRequest) -> bool:
    """Count a sign-in of this client, before its password is looked at."""
    return hit(f"sign-in:{client_key(request)}", SIGN_IN_SECONDS) > MAX_SIGN_INS


@receiver(pre_save, sender=AccessAttempt)
def store_no_sent_data(instance: AccessAttempt, **_sent: Any) -> None:
    """axes appends what was sent to its row with every wrong password. Nobody reads it,
    and the row would grow without end."""
    instance.get_data = instance.post_data = ""
