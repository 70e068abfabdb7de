"""Answer with 988 and the warmlines of a state while the database is unavailable.

See docs/decisions/0024-database-outage.md.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from api.middleware import CORS_HEADERS, OPEN_DATA_PATHS
from api.problems import ProblemResponse
from caching import circuit_breaker, content_version
from caching.db_router import close_broken_connections, read_alias
from caching.http_types import GetResponse
from directory.operations.fallback_numbers import read_fallback_numbers
from places.states import STATES, State

STATE_PATH = re.compile(r"^/(?:es/)?states/(?P<code>[a-z]{2})/")
# Fields of the admin's forms whose values no page may repeat.
SECRET_FIELDS = {"password", "password1", "password2"}
SECRET_FIELDS |= {"old_password", "new_password1", "new_password2", "token"}
RETRY_AFTER_SECONDS = "10"


def outage_middleware(get_response: GetResponse) -> GetResponse:
    """Check that the database answers before the rest of the request needs it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.endswith("/") or OPEN_DATA_PATHS.match(request.path):
            try:
                content_version.current()
            except DatabaseError:
                return outage_response(request)
        return get_response(request)

    return middleware


def is_database_unavailable(error: BaseException | None) -> bool:
    """Whether the database is unreachable, full, locked or damaged.

    A wrong query or a row that breaks a constraint raises other classes, and is a bug.
    """
    is_damaged = type(error) is DatabaseError  # SQLite raises it for a damaged file.
    return is_damaged or isinstance(error, OperationalError | InterfaceError)


def outage_response(request: HttpRequest) -> HttpResponse:
    release_connections()
    if OPEN_DATA_PATHS.match(request.path):
        response: HttpResponse = ProblemResponse(503)
        for name, value in CORS_HEADERS.items():
            response[name] = value
    else:
        state = state_in_request(request)
        context = {
            "exit_url": settings.EXIT_URL,
            "state": state,
            "was_sent": request.method == "POST",
            "sent": _fields_to_resend(request),
            "groups": read_fallback_numbers(
                state.code if state else "", get_language() or "en"
            ),
        }
        # Rendered without the request: context processors would query the database for
        # the user.
        response = render(None, "503.html", context, status=503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _fields_to_resend(request: HttpRequest) -> list[tuple[str, str]]:
    """The submitted form fields, for a page with a button that submits them again.

    Empty if a password or a second-factor code is among them, or a file, which a page
    cannot submit again.
    """
    if request.method != "POST" or request.FILES or SECRET_FIELDS & request.POST.keys():
        return []
    return [(name, text) for name, all_ in request.POST.lists() for text in all_]


def trip_breaker() -> None:
    """If no connection could be opened, spare other requests the same wait."""
    alias = read_alias()
    if not close_broken_connections() and connections[alias].connection is None:
        circuit_breaker.trip(alias)


def release_connections() -> None:
    """Close connections that broke, and those to SQLite, whose file may be gone."""
    # This also makes caching.db_router retry a public read.
    close_broken_connections()
    for one in connections.all(initialized_only=True):
        if one.vendor == "sqlite" and not one.in_atomic_block:
            one.close()


def state_in_request(request: HttpRequest) -> State | None:
    """The state that the URL names. A ZIP code is ignored, as it needs the database."""
    found = STATE_PATH.match(request.path_info)
    words = found["code"] if found else ""
    words = words or request.GET.get("state") or request.GET.get("near") or ""
    words = words.strip().casefold()
    return next(
        (s for s in STATES.values() if words in (s.code.casefold(), s.name.casefold())),
        None,
    )
