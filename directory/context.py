"""What every template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from listings.panel import page_number


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": _("Peer Support Directory"),
        "exit_url": settings.EXIT_URL,
        "canonical": canonical(request),
    }


def canonical(request: HttpRequest) -> str:
    """The one address of the page: without filters, with its number in a series."""
    page = page_number(request.GET)
    query = f"?page={page}" if page > 1 else ""
    return request.build_absolute_uri(f"{request.path}{query}")
