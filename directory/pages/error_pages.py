"""Pages for a request that cannot be read, or that may be forged."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.unsent_forms import keep_refused


def unreadable(status: int) -> HttpResponse:
    """Return the page for a bad request; it uses nothing from the request itself."""
    context = {"exit_url": settings.EXIT_URL}
    return render(None, "400.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return unreadable(400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of the desk may be from a session before this one: nothing is lost."""
    return keep_refused(request) or unreadable(403)
