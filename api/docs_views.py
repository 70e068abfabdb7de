"""The documentation page of the API."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.parameters import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Explain how to use the API. HSDS calls this page the profile."""
    context = {
        "site": request.build_absolute_uri("/").rstrip("/"),
        "per_page": DEFAULT_PAGE_SIZE,
        "most": MAX_PAGE_SIZE,
        "requests": settings.API_REQUESTS_A_MINUTE,
    }
    return render(request, "api/docs.html", context)
