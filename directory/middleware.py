"""What every answer carries, and which methods are answered at all."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils import translation
from django.utils.cache import patch_vary_headers

from api.middleware import OPEN
from api.problems import Problem
from directory.pages.error_pages import unreadable

GetResponse = Callable[[HttpRequest], HttpResponse]

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), "
    "payment=(), usb=(), browsing-topics=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
}

# Bytes below which compressing gains nothing.
SHORTEST_PACKED = 200
MOST_RANDOM_BYTES = 100
# A quality of zero, which is "not acceptable" (RFC 9110, section 12.4.2).
REFUSED = re.compile(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", re.IGNORECASE)
# A partner's page loads the first, to make its frame of /embed/ as tall as what it
# shows. A frame in a sandbox counts as another site, and needs its style and scripts.
FOR_PARTNERS = re.compile(
    r"/static/(?:js/embed|js/locate|css/site)(\.\w+)?\.(?:js|css)"
)


def accepted_encodings(get_response: GetResponse) -> GetResponse:
    """Take out encodings that a client refuses with "q=0", before anybody compresses.

    Django's, WhiteNoise's and our own code look for the name alone.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if wanted := request.META.get("HTTP_ACCEPT_ENCODING"):
            codings = [one for one in wanted.split(",") if not REFUSED.search(one)]
            request.META["HTTP_ACCEPT_ENCODING"] = ",".join(codings)
        return get_response(request)

    return middleware


class PagesInGzip(GZipMiddleware):
    """As Django's, but whole pages at level 3: a third of the time, an eighth longer.

    docs/decisions/0014-compressed-pages.md says why, and what the random length is for.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        if isinstance(response, HttpResponse) and re_accepts_gzip.search(accepted):
            _compress(response)
        return super().process_response(request, response)


def _compress(response: HttpResponse) -> None:
    """Nothing that is compressed already, or too short to gain; nor an answer with an
    ETag, which names one form of it: Django's code knows how to change that."""
    if len(response.content) < SHORTEST_PACKED:
        return
    if "Content-Encoding" in response or "ETag" in response:
        return
    packed = BytesIO()
    # The header of the format has room for a name of any length.
    name = secrets.token_hex(1 + secrets.randbelow(MOST_RANDOM_BYTES // 2))
    with GzipFile(name, "wb", compresslevel=3, fileobj=packed, mtime=0) as file:
        file.write(response.content)
    if len(packed.getvalue()) < len(response.content):
        response.content = packed.getvalue()
        response["Content-Length"] = str(len(response.content))
        response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])


def security_headers(get_response: GetResponse) -> GetResponse:
    """Browsers keep no copy of a visit, and answers stay on our own site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if FOR_PARTNERS.fullmatch(request.path):
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        # Static files set their own lifetime; everything else is somebody's visit.
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def well_formed(get_response: GetResponse) -> GetResponse:
    """Refuse what no browser of ours sends, before anything reads it.

    TRACE and made-up methods, which plain function views would answer; a null where
    a name stands, which PostgreSQL cannot hold; and a body that could fill the disk.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # The API has words of its own.
        is_open = OPEN.match(request.path)
        if request.method not in METHODS and not is_open:
            return HttpResponseNotAllowed(METHODS)
        if "\0" in request.path_info or "\0" in "".join(request.COOKIES.values()):
            if is_open:
                return Problem(400)
            raise BadRequest("null character")
        if _body_of(request) > _longest_body(request):
            return unreadable(413)
        return get_response(request)

    return middleware


def _body_of(request: HttpRequest) -> int:
    length: str = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _longest_body(request: HttpRequest) -> int:
    at_desk = request.path_info.startswith("/admin/")
    size: int = settings.DESK_BODY if at_desk else settings.PUBLIC_BODY
    return size


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
