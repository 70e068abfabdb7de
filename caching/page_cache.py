"""Cache whole pages for up to a minute, for requests without a cookie or typed words.

docs/decisions/0011-page-cache.md says which pages, where, and why so few.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import time
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from caching import content_version
from caching.http_types import GetResponse

MAX_CACHE_SECONDS = 60
# CDNs obey this header. Browsers ignore it and obey "Cache-Control: no-store".
CDN_HEADER = "CDN-Cache-Control"
MAX_AGE = "max-age="
# Larger pages are not cached, because a thousand of them would fill the memory.
MAX_PAGE_BYTES = 256 * 1024
# The only query strings of cached pages: a state's code and a page number, written as
# the site's own links write them. They contain no words that a visitor typed.
STATE_PARAMETER, PAGE_PARAMETER = "state=[A-Z]{2}", "page=[1-9][0-9]{0,3}"
CACHEABLE_QUERY = re.compile(
    f"(?:{STATE_PARAMETER}|{PAGE_PARAMETER}|{STATE_PARAMETER}&{PAGE_PARAMETER})?"
)


class CachedPage(NamedTuple):
    """A response, and between which times (in seconds since 1970) it is valid."""

    created_at: float
    until: float
    headers: dict[str, str]
    content: bytes


def set_cache_policy(
    response: HttpResponse,
    at: datetime,
    changes: Iterable[datetime | None] = (),
    parameters: Iterable[str] = (),
) -> HttpResponse:
    """Let a page that was rendered at `at` be cached until the first of `changes`.

    It expires at the next full hour at the latest, because midnight is one in every
    time zone, and "today" ends then. `parameters` names the query parameters that the
    page depends on. With any other parameter it is not cached, or else one page under
    a thousand page numbers would drive out all others.
    """
    response.cache_parameters = frozenset(parameters)  # type: ignore[attr-defined]
    hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ends = min([hour, *(change for change in changes if change and change > at)])
    seconds = min(MAX_CACHE_SECONDS, int((ends - at).total_seconds()))
    if seconds > 0:
        response[CDN_HEADER] = f"{MAX_AGE}{seconds}"
    return response


def page_cache_middleware(get_response: GetResponse) -> GetResponse:
    """Answer from memory if the same page was rendered under the same version."""
    pages = caches["pages"]

    def answer(request: HttpRequest) -> HttpResponse:
        key = _cache_key(request)
        page: CachedPage | None = pages.get(key) if key else None
        # Comparing with created_at too expires the page if the clock was set back.
        if page and page.created_at <= time() < page.until:
            return _to_response(page)
        response = get_response(request)
        seconds = _cacheable_seconds(response, set(request.GET)) if key else 0
        if seconds:
            at, content = time(), response.content
            if len(content) <= MAX_PAGE_BYTES:
                page = CachedPage(at, at + seconds, dict(response.headers), content)
                pages.set(key, page, seconds)
        elif CDN_HEADER in response:
            del response[CDN_HEADER]
        return response

    def middleware(request: HttpRequest) -> HttpResponse:
        with content_version.pin_version():
            return answer(request)

    return middleware


def _cache_key(request: HttpRequest) -> str:
    """A hash of everything the page depends on; "" if the page may not be cached."""
    if request.META.get("HTTP_COOKIE"):
        # Staff have a cookie, and may have changed something a moment ago.
        content_version.invalidate()
        return ""
    query = request.META.get("QUERY_STRING", "")
    if not (
        request.method in ("GET", "HEAD")
        # Addresses that are no page, like /healthz and files, must work without the
        # database, which the version in the key needs.
        and request.path_info.endswith("/")
        and CACHEABLE_QUERY.fullmatch(query)
        and "HTTP_AUTHORIZATION" not in request.META
    ):
        return ""
    host, version = _known_host(request), _current_version()
    if not (host and version):
        return ""
    parts = (version, request.scheme, host, request.path_info, query)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _current_version() -> content_version.Version | None:
    try:
        return content_version.current_or_none()
    except DatabaseError:
        # A later middleware answers with the page for an outage.
        return None


def _known_host(request: HttpRequest) -> str:
    """The host with its port; "" if either is not ours.

    A client can send any port in Host, and each would fill the cache with copies.
    """
    try:
        host: str = request.get_host()
    except DisallowedHost:
        return ""
    _name, port = split_domain_port(host)
    ports = ("", request.META.get("SERVER_PORT"), str(urlsplit(settings.SITE_URL).port))
    return host if port in ports else ""


def _cacheable_seconds(response: HttpResponse, parameters: set[str]) -> int:
    """For how long the response may be cached, as its view decided; 0 if it may not."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return 0
    if not parameters <= getattr(response, "cache_parameters", frozenset()):
        return 0
    return int(response.get(CDN_HEADER, "").removeprefix(MAX_AGE) or 0)


def _to_response(page: CachedPage) -> HttpResponse:
    left = max(1, int(page.until - time()))
    headers = page.headers | {CDN_HEADER: f"{MAX_AGE}{left}"}
    return HttpResponse(page.content, headers=headers)
