"""Pages for a request that cannot be read, or that fails the CSRF check."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.unsent_forms import restore_after_csrf_failure


def bad_request_page(status: int) -> HttpResponse:
    """Return the page for a bad request, which uses nothing of the request."""
    context = {"exit_url": settings.EXIT_URL}
    return render(None, "400.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return bad_request_page(400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return what was typed if it is a form of the admin from an earlier session."""
    return restore_after_csrf_failure(request) or bad_request_page(403)
