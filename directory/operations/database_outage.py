"""What people get while the database is away: 988, and the lines of their state.

docs/decisions/0026-without-the-database.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from api.middleware import OPEN, SHARED
from api.problems import Problem
from caching import circuit_breaker, content_version
from caching.db_router import close_broken_connections, read_alias
from directory.operations.fallback_numbers import read
from places.states import STATES, State

GetResponse = Callable[[HttpRequest], HttpResponse]

STATE = re.compile(r"^/(?:es/)?states/(?P<code>[a-z]{2})/")
# Fields of forms of the desk that no page repeats.
SECRETS = {"password", "password1", "password2"}
SECRETS |= {"old_password", "new_password1", "new_password2", "token"}
# Seconds after which it is worth asking again.
RETRY_AFTER = "10"


def database_first(get_response: GetResponse) -> GetResponse:
    """Find out once, and early, that the database is away; every page needs it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.endswith("/") or OPEN.match(request.path):
            try:
                content_version.current()
            except DatabaseError:
                return without_database(request)
        return get_response(request)

    return middleware


def is_away(error: BaseException | None) -> bool:
    """Is the database at fault: out of reach, full, locked, damaged?

    A wrong query, or a row that breaks a rule, has a class of its own and is our fault.
    """
    unreadable = type(error) is DatabaseError  # SQLite says so of a damaged file.
    return unreadable or isinstance(error, OperationalError | InterfaceError)


def without_database(request: HttpRequest) -> HttpResponse:
    let_go()
    if OPEN.match(request.path):
        response: HttpResponse = Problem(503)
        for name, value in SHARED.items():
            response[name] = value
    else:
        state = state_named(request)
        context = {
            "exit_url": settings.EXIT_URL,
            "state": state,
            "was_sent": request.method == "POST",
            "sent": _to_send_again(request),
            "groups": read(state.code if state else "", get_language() or "en"),
        }
        # Without the request: what every page is told asks for the signed-in person.
        response = render(None, "503.html", context, status=503)
    response["Retry-After"] = RETRY_AFTER
    return response


def _to_send_again(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody sent, for a form that sends it again.

    Nothing where a password or a code of a second factor is among it, and nothing with
    a file, which no page can give back.
    """
    if request.method != "POST" or request.FILES or SECRETS & request.POST.keys():
        return []
    return [(name, text) for name, all_ in request.POST.lists() for text in all_]


def tell_others() -> None:
    """After a fault: if no connection could be made, nobody else need wait for one."""
    alias = read_alias()
    if not close_broken_connections() and connections[alias].connection is None:
        circuit_breaker.trip(alias)


def let_go() -> None:
    """SQLite would stay with a file that is gone."""
    # First those that broke: a public read then starts again (caching.db_router).
    close_broken_connections()
    for one in connections.all(initialized_only=True):
        if one.vendor == "sqlite" and not one.in_atomic_block:
            one.close()


def state_named(request: HttpRequest) -> State | None:
    """The state that the address names; a ZIP code would need the database."""
    found = STATE.match(request.path_info)
    words = found["code"] if found else ""
    words = words or request.GET.get("state") or request.GET.get("near") or ""
    words = words.strip().casefold()
    return next(
        (s for s in STATES.values() if words in (s.code.casefold(), s.name.casefold())),
        None,
    )
