"""What a visitor may keep on a phone, only by asking: a manifest and a worker."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.pages.find import CALLING, RURAL
from guides.models import Guide

# Paths of the sheets, as the script in the browser tells them from other pages.
SHEETS = r"^(/es)?/states/[a-z]{2}/print/$"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """At the root of the site, since a worker serves only what lies below it."""
    return render(request, "sw.js", content_type="text/javascript; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The W3C's web app manifest; the name on the home screen tells little."""
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
    context = {"sheets": SHEETS, "guides": Guide.objects.named(RURAL, CALLING)}
    return render(request, "directory/saved_pages.html", context)
