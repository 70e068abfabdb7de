"""Pages that tell people how to use the open data."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.parameters import MOST_PER_PAGE, PER_PAGE


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """How to use the API; the profile of HSDS that it names."""
    context = {
        "site": request.build_absolute_uri("/").rstrip("/"),
        "per_page": PER_PAGE,
        "most": MOST_PER_PAGE,
        "requests": settings.API_REQUESTS_A_MINUTE,
    }
    return render(request, "api/docs.html", context)
