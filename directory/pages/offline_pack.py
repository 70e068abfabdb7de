"""The opt-in offline pack: a web app manifest and a service worker."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.pages.related_guides import CALLING_GUIDE, RURAL_GUIDE
from guides.models import Guide

# A pattern for the paths of printable sheets, used by the script in the browser.
SHEET_PATHS = r"^(/es)?/states/[a-z]{2}/(meetings/)?print/$"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker at the root, because it only controls paths below its own."""
    return render(request, "sw.js", content_type="text/javascript; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Return the web app manifest; the name on the home screen is discreet."""
    facts = {
        "name": _("Peer Support Directory"),
        "short_name": _("Directory"),
        "lang": get_language(),
        "start_url": reverse("saved_pages"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf8f3",
        "theme_color": "#0b5457",
        "icons": [
            {
                "src": static("img/favicon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any",
            }
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@require_safe
def saved_pages(request: HttpRequest) -> HttpResponse:
    context = {
        "sheets": SHEET_PATHS,
        "guides": Guide.objects.with_slugs(RURAL_GUIDE, CALLING_GUIDE),
    }
    return render(request, "directory/saved_pages.html", context)
