"""What every answer carries, and which methods are answered at all."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), "
    "payment=(), usb=(), browsing-topics=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def known_methods(get_response: GetResponse) -> GetResponse:
    """Refuse TRACE and made-up methods, which plain function views would answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return get_response(request)

    return middleware


def security_headers(get_response: GetResponse) -> GetResponse:
    """Browsers keep no copy of a visit, and answers stay on our own site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        # Static files set their own lifetime; everything else is somebody's visit.
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def language_of_address(get_response: GetResponse) -> GetResponse:
    """Spanish under /es/, else English; no cookie and no header of the browser counts.

    Django's LocaleMiddleware would add "Vary: Accept-Language" to every English page,
    and so keep a shared cache from knowing it again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code = translation.get_language_from_path(request.path_info)
        with translation.override(code or settings.LANGUAGE_CODE):
            response = get_response(request)
            response.setdefault("Content-Language", translation.get_language() or "")
            return response

    return middleware
