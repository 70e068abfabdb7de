"""Limit sign-ins, so that a flood of passwords cannot slow the public pages."""

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
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from caching.http_types import GetResponse
from listings.rate_limit import client_key, hit

# One client may send this many sign-ins, right or wrong, in this time.
MAX_SIGN_INS, SIGN_IN_SECONDS = 30, 15 * 60
SIGN_IN_PATH = "/admin/login/"
RETRY_AFTER_SECONDS = 5

# At most two sign-ins at a time; one of them hashes its password, the other one waits.
# All other threads of the worker are left for visitors.
_sign_in_slots = BoundedSemaphore(2)
_hash_slots = BoundedSemaphore(2)
_hashing = Lock()


def limit_concurrent_sign_ins(get_response: GetResponse) -> GetResponse:
    """Refuse the third sign-in at a time in this worker, before it costs any work.

    Passwords are hashed one at a time. Without this, the threads of those that wait
    would not be free for visitors.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path_info != SIGN_IN_PATH:
            return get_response(request)
        if not _sign_in_slots.acquire(blocking=False):
            response = render(None, "curation/sign_in_busy.html", status=429)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response
        try:
            return get_response(request)
        finally:
            _sign_in_slots.release()

    return middleware


class SignInBusy(ValidationError):
    """Too many passwords are being checked in this worker at the moment."""


class PasswordBackend(ModelBackend):
    """Django's backend, which hashes one password at a time."""

    def authenticate(self, *args: Any, **credentials: Any) -> Any:
        with _hash_slot():
            return super().authenticate(*args, **credentials)


@contextmanager
def _hash_slot() -> Iterator[None]:
    if not _hash_slots.acquire(blocking=False):
        raise SignInBusy(
            _("Many people are signing in right now. Try again in a few seconds.")
        )
    try:
        with _hashing:
            yield
    finally:
        _hash_slots.release()


def is_over_sign_in_limit(request: HttpRequest) -> bool:
    """Count a sign-in of this client, before its password is checked."""
    return hit(f"sign-in:{client_key(request)}", SIGN_IN_SECONDS) > MAX_SIGN_INS


@receiver(pre_save, sender=AccessAttempt)
def discard_submitted_data(instance: AccessAttempt, **_kwargs: object) -> None:
    """Do not store what was sent with a failed sign-in.

    axes appends it to the row at every attempt, so the row would grow without limit.
    """
    instance.get_data = instance.post_data = ""
