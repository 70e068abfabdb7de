"""How long staff stay signed in, and how all their sessions end at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
# Seconds; a session is written anew once a minute, not at every click.
STEP = 60


def limits(get_response: GetResponse) -> GetResponse:
    """Staff are out after a while without a click, and some hours after signing in.

    Only a request with the staff's cookie is looked at; visitors have none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _hold(request, timezone.now().timestamp())
        return get_response(request)

    return middleware


def _hold(request: HttpRequest, now: float) -> None:
    session: Any = request.session
    if SESSION_KEY not in session:
        return
    began, seen = session.get("began", now), session.get("seen", 0)
    idle = now - seen if seen else 0
    if idle > settings.SESSION_IDLE_AGE or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
    elif not seen or idle > STEP:
        session["began"], session["seen"] = began, now


def end_all(user: Any) -> int:
    """Sign somebody out on every device; how many sessions ended.

    Only staff have sessions, so that reading each of them is quick.
    """
    ended = 0
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended
