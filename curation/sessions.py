"""How long staff stay signed in, and how to end all sessions of a user."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from caching.http_types import GetResponse

# The time of the last request is saved at most this often, not with every request.
SAVE_INTERVAL_SECONDS = 60


def session_limits_middleware(get_response: GetResponse) -> GetResponse:
    """Sign staff out after some idle time, and some hours after they signed in.

    Only requests with a session cookie are looked at; visitors have none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _enforce_limits(request, timezone.now().timestamp())
        return get_response(request)

    return middleware


def _enforce_limits(request: HttpRequest, now: float) -> None:
    session = request.session
    if SESSION_KEY not in session:
        return
    began, seen = session.get("began", now), session.get("seen", 0)
    idle = now - seen if seen else 0
    if idle > settings.SESSION_IDLE_AGE or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
    elif not seen or idle > SAVE_INTERVAL_SECONDS:
        session["began"], session["seen"] = began, now


def end_sessions_of(user: User) -> int:
    """Sign a user out on every device, and return the number of ended sessions.

    It reads every session. Only staff have one, so there are few.
    """
    ended = 0
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended
