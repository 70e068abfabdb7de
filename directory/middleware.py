"""Middleware: security headers, compression, languages and malformed requests."""

from __future__ import annotations

import re
import secrets
from gzip import GzipFile
from io import BytesIO

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils import translation
from django.utils.cache import patch_vary_headers

from api.middleware import OPEN_DATA_PATHS
from api.problems import ProblemResponse
from caching.http_types import GetResponse
from directory.pages.error_pages import bad_request_page

ALLOWED_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), "
    "payment=(), usb=(), browsing-topics=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
}

# Compressing a shorter response gains nothing.
MIN_COMPRESSED_BYTES = 200
MAX_RANDOM_BYTES = 100
# A quality of zero means "not acceptable" (RFC 9110, section 12.4.2).
REFUSED_ENCODING = re.compile(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", re.IGNORECASE)
# Files that pages of other sites may load. js/embed adjusts the height of a frame that
# shows /embed/. A sandboxed frame counts as another site, so it needs the others.
PARTNER_FILES = re.compile(
    r"/static/(?:js/embed|js/locate|css/site)(\.\w+)?\.(?:js|css)"
)


def refused_encodings_middleware(get_response: GetResponse) -> GetResponse:
    """Remove encodings that the client refuses with "q=0" from Accept-Encoding.

    Django, WhiteNoise and our own code only look for the name of an encoding.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if wanted := request.META.get("HTTP_ACCEPT_ENCODING"):
            accepted = [
                one for one in wanted.split(",") if not REFUSED_ENCODING.search(one)
            ]
            request.META["HTTP_ACCEPT_ENCODING"] = ",".join(accepted)
        return get_response(request)

    return middleware


class PageGZipMiddleware(GZipMiddleware):
    """Django's middleware, but pages are compressed at level 3.

    That takes a third of the time of Django's level, and pages are an eighth
    longer. docs/decisions/0013-compressed-pages.md explains it and the random length.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        if isinstance(response, HttpResponse) and re_accepts_gzip.search(accepted):
            _compress(response)
        return super().process_response(request, response)


def _compress(response: HttpResponse) -> None:
    """Compress a response, unless it is compressed already or too short.

    A response with an ETag is left to Django's middleware, which changes the ETag too.
    """
    if len(response.content) < MIN_COMPRESSED_BYTES:
        return
    if "Content-Encoding" in response or "ETag" in response:
        return
    packed = BytesIO()
    # A file name of random length in the gzip header hides the length of the content.
    name = secrets.token_hex(1 + secrets.randbelow(MAX_RANDOM_BYTES // 2))
    with GzipFile(name, "wb", compresslevel=3, fileobj=packed, mtime=0) as file:
        file.write(response.content)
    if len(packed.getvalue()) < len(response.content):
        response.content = packed.getvalue()
        response["Content-Length"] = str(len(response.content))
        response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])


def security_headers_middleware(get_response: GetResponse) -> GetResponse:
    """Add headers that keep pages out of browser caches and other sites' frames."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if PARTNER_FILES.fullmatch(request.path):
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        # Static files set their own lifetime. Nothing else may be stored.
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def malformed_request_middleware(get_response: GetResponse) -> GetResponse:
    """Refuse malformed requests before any view sees them.

    Function views would answer TRACE and unknown methods, PostgreSQL cannot store a
    null character, and a huge body could fill the disk.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # The API answers such requests in its own format.
        is_open = OPEN_DATA_PATHS.match(request.path)
        if request.method not in ALLOWED_METHODS and not is_open:
            return HttpResponseNotAllowed(ALLOWED_METHODS)
        if "\0" in request.path_info or "\0" in "".join(request.COOKIES.values()):
            if is_open:
                return ProblemResponse(400)
            raise BadRequest("null character")
        if _body_bytes(request) > _max_body_bytes(request):
            return bad_request_page(413)
        return get_response(request)

    return middleware


def _body_bytes(request: HttpRequest) -> int:
    length: str = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _max_body_bytes(request: HttpRequest) -> int:
    is_admin = request.path_info.startswith("/admin/")
    size: int = (
        settings.MAX_ADMIN_BODY_BYTES if is_admin else settings.MAX_PUBLIC_BODY_BYTES
    )
    return size


def language_middleware(get_response: GetResponse) -> GetResponse:
    """Activate Spanish under /es/ and English elsewhere.

    No cookie or header matters. Django's LocaleMiddleware would add "Vary:
    Accept-Language" to every English page, so that shared caches could not reuse it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code = translation.get_language_from_path(request.path_info)
        with translation.override(code or settings.LANGUAGE_CODE):
            response = get_response(request)
            response.setdefault("Content-Language", translation.get_language() or "")
            return response

    return middleware
