"""Send the reads of visitors to a replica, and everything else to the primary.

docs/decisions/0023-read-replicas.md says why, and what a replica that lags or
is lost means for the caches.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.db import connections
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from caching.http_types import GetResponse

PRIMARY, REPLICA = "default", "replica"
READ_METHODS = ("GET", "HEAD")
ADMIN_PATH, SIGN_IN_PATHS = "/admin/", ("/admin/login/", "/admin/second-factor/")

# Whether the request of this thread may wait only a few seconds for the database.
_is_time_limited: ContextVar[bool] = ContextVar("is_time_limited", default=False)
_is_public: ContextVar[bool] = ContextVar("is_public", default=False)
_has_lost_connection: ContextVar[bool] = ContextVar(
    "has_lost_connection", default=False
)


def read_alias() -> str:
    """The database alias that this thread reads from now."""
    return REPLICA if _is_public.get() and REPLICA in settings.DATABASES else PRIMARY


def is_time_limited() -> bool:
    """Whether this thread answers a public page, a public form or a sign-in.

    The database backends then give up after a few seconds, so that one process that
    holds a lock cannot block every thread of the site.
    """
    return _is_time_limited.get()


def lift_time_limit() -> None:
    """Remove the time limit of this thread, which no request is waiting for."""
    _is_time_limited.set(False)


class ReplicaRouter:
    """The database router. The settings name it only if there is a replica."""

    def db_for_read(self, model: type[Model], **hints: object) -> str:
        return read_alias()

    def db_for_write(self, model: type[Model], **hints: object) -> str:
        return PRIMARY

    def allow_relation(self, obj1: Model, obj2: Model, **hints: object) -> bool:
        # Both databases hold the same rows.
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == PRIMARY


def replica_reads_middleware(get_response: GetResponse) -> GetResponse:
    """Choose the database for a request; retry a public read that lost its connection.

    The whole request is retried, once, because the content version and the rows must
    come from the same server. A write is never retried, since it may have succeeded.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_public = _is_public_read(request)
        _is_public.set(is_public)
        _is_time_limited.set(_needs_time_limit(request))
        _has_lost_connection.set(False)
        response = get_response(request)
        if is_public and close_broken_connections():
            _is_public.set(is_public)
            _has_lost_connection.set(False)
            response = get_response(request)
        return response

    return middleware


def use_primary(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Read from the primary in a view.

    Forms need it: what they show is compared with the current row when they are sent.
    """

    @wraps(view)
    def wrapped(*args: Any, **options: Any) -> HttpResponse:
        _is_public.set(False)
        return view(*args, **options)

    return wrapped


@receiver(request_finished)
def _reset_flags(**_sent: object) -> None:
    # Not as soon as the view returns, because a streamed file still reads rows then.
    _is_public.set(False)
    _is_time_limited.set(False)


def _is_public_read(request: HttpRequest) -> bool:
    is_admin = request.path_info.startswith(ADMIN_PATH)
    # Visitors have no cookie. Staff have one, and must see their own changes at once.
    has_cookie = bool(request.META.get("HTTP_COOKIE"))
    return request.method in READ_METHODS and not is_admin and not has_cookie


def _needs_time_limit(request: HttpRequest) -> bool:
    path = request.path_info
    return path.startswith(SIGN_IN_PATHS) or not path.startswith(ADMIN_PATH)


def close_broken_connections() -> bool:
    """Close connections that broke, and return whether one did during this request.

    The next query then opens a new one. A connection that could not be opened does not
    count, because a retry would wait just as long in vain.
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
    _has_lost_connection.set(_has_lost_connection.get() or bool(broken))
    return _has_lost_connection.get()
