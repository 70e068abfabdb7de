"""Limits on signing in, so that a flood of passwords cannot stop the public pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

from listings.rate_limit import client_key, hit

# Sign-ins of one client, right or wrong, in a span of so many seconds.
MAX_SIGN_INS, SIGN_IN_SECONDS = 30, 15 * 60

_hashing = Lock()
# One password is hashed and one waits; every other thread is left to the public.
_places = BoundedSemaphore(2)


GetResponse = Callable[[HttpRequest], HttpResponse]
SIGN_IN = "/admin/login/"
# So many sign-ins are answered at a time, and after so many seconds one may try again.
_sign_ins = BoundedSemaphore(2)
RETRY_AFTER = 5


def few_sign_ins(get_response: GetResponse) -> GetResponse:
    """Refuse a sign-in that would be the third in this worker, before any work is done.

    Passwords are hashed one at a time anyway. All those that wait would keep threads
    from the public, and so would a page for each with the form once more.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path_info != SIGN_IN:
            return get_response(request)
        if not _sign_ins.acquire(blocking=False):
            response = render(None, "curation/sign_in_busy.html", status=429)
            response["Retry-After"] = str(RETRY_AFTER)
            return response
        try:
            return get_response(request)
        finally:
            _sign_ins.release()

    return middleware


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
