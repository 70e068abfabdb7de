"""Which server answers: the public's reads may go to a replica, all else may not.

docs/decisions/0025-reads-past-one-machine.md says why, and what a replica that lags or
is lost does to what is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

PRIMARY, REPLICA = "default", "replica"
READS = ("GET", "HEAD")
DESK, SIGN_IN = "/admin/", ("/admin/login/", "/admin/second-factor/")

# Does this thread answer a request that may not wait long for the database?
_is_time_limited: ContextVar[bool] = ContextVar("is_time_limited", default=False)
_is_public: ContextVar[bool] = ContextVar("is_public", default=False)
_has_lost: ContextVar[bool] = ContextVar("has_lost", default=False)


def reading_from() -> str:
    """The alias of the server that this thread reads from now."""
    return REPLICA if _is_public.get() and REPLICA in settings.DATABASES else PRIMARY


def is_time_limited() -> bool:
    """Does this thread answer a page or form outside the desk, or a sign-in?

    The database then gives up after some seconds, so that somebody who holds a lock
    cannot keep the site's threads waiting.
    """
    return _is_time_limited.get()


def take_your_time() -> None:
    """Say that nobody waits for this thread, so its reads have no time limit."""
    _is_time_limited.set(False)


class Router:
    """Named in the settings where there is a replica, and only there."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return reading_from()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return PRIMARY

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        # The same rows, read here or there.
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRIMARY


def public_reads(get_response: GetResponse) -> GetResponse:
    """Say which requests are the public's reads, and answer one that lost its server.

    The whole request is begun anew, once: the version that it is kept under and the
    rows in it must be of one server. A write never is: it may have been done.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_public = _is_public_read(request)
        _is_public.set(is_public)
        _is_time_limited.set(_may_not_wait(request))
        _has_lost.set(False)
        response = get_response(request)
        if is_public and lost():
            _is_public.set(is_public)
            _has_lost.set(False)
            response = get_response(request)
        return response

    return middleware


def from_primary(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a form: it shows what is so now, because what is sent is compared with it."""

    @wraps(view)
    def wrapped(*args: Any, **options: Any) -> HttpResponse:
        _is_public.set(False)
        return view(*args, **options)

    return wrapped


@receiver(request_finished)
def _forget(**_sent: Any) -> None:
    """Only now: a file that is sent in parts is read until here."""
    _is_public.set(False)
    _is_time_limited.set(False)


def _is_public_read(request: HttpRequest) -> bool:
    """Visitors have no cookie. Who has one may have changed what the page shows."""
    return _is_page(request) and not request.META.get("HTTP_COOKIE")


def _is_page(request: HttpRequest) -> bool:
    return request.method in READS and not request.path_info.startswith(DESK)


def _may_not_wait(request: HttpRequest) -> bool:
    path = request.path_info
    return path.startswith(SIGN_IN) or not path.startswith(DESK)


def lost() -> bool:
    """Has a connection broken in this request? It is let go of by now, so that the next
    query makes another.

    One that could not be made is none: to try again would only take as long again.
    """
    broken = [
        one
        for one in connections.all(initialized_only=True)
        if one.errors_occurred
        and one.connection is not None
        and not one.in_atomic_block
        and not one.is_usable()
    ]
    for one in broken:
        one.close()
    _has_lost.set(_has_lost.get() or bool(broken))
    return _has_lost.get()
