"""Whole pages, cached for a minute at most, for visitors who bring nothing of theirs.

docs/decisions/0011-kept-pages.md says which pages, where, and why so few.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
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

GetResponse = Callable[[HttpRequest], HttpResponse]

SECONDS = 60
# What a CDN obeys and a browser does not know: browsers keep "no-store".
FOR_CDN = "CDN-Cache-Control"
MAX_AGE = "max-age="
# No larger page is kept: a thousand of them would fill the machine.
LARGEST = 256 * 1024
# A number of a page, letters of a state: no words that a visitor typed. Each has one
# way to be written, which is how the site's own links write it.
STATE, NUMBER = "state=[A-Z]{2}", "page=[1-9][0-9]{0,3}"
PLAIN = re.compile(f"(?:{STATE}|{NUMBER}|{STATE}&{NUMBER})?")


class Page(NamedTuple):
    """An answer, and the moments in seconds between which it is true."""

    made_at: float
    until: float
    headers: dict[str, str]
    content: bytes


def may_be_kept(
    response: HttpResponse,
    at: datetime,
    changes: Iterable[datetime | None] = (),
    reads: Iterable[str] = (),
) -> HttpResponse:
    """Mark a page that says at `at` what holds until the first of `changes`.

    The next full hour is one: midnight is, in every zone, and "today" ends there.
    `reads` names the parameters that the page is made from. With any other it is not
    kept, or one page under a thousand numbers would drive out all the others.
    """
    response.reads = frozenset(reads)  # type: ignore[attr-defined]
    hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ends = min([hour, *(change for change in changes if change and change > at)])
    seconds = min(SECONDS, int((ends - at).total_seconds()))
    if seconds > 0:
        response[FOR_CDN] = f"{MAX_AGE}{seconds}"
    return response


def kept_pages(get_response: GetResponse) -> GetResponse:
    """Answer from memory where the same was requested under the same version."""
    pages = caches["pages"]

    def answer(request: HttpRequest) -> HttpResponse:
        key = _key(request)
        page: Page | None = pages.get(key) if key else None
        # Not before it was made: a clock that is set back makes no page younger.
        if page and page.made_at <= time() < page.until:
            return _from(page)
        response = get_response(request)
        seconds = _seconds(response, set(request.GET)) if key else 0
        if seconds:
            at, content = time(), response.content
            if len(content) <= LARGEST:
                page = Page(at, at + seconds, dict(response.headers), content)
                pages.set(key, page, seconds)
        elif FOR_CDN in response:
            del response[FOR_CDN]
        return response

    def middleware(request: HttpRequest) -> HttpResponse:
        with content_version.pinned():
            return answer(request)

    return middleware


def _key(request: HttpRequest) -> str:
    """A hash, so that no address is readable; "" where the answer may not be cached."""
    if request.META.get("HTTP_COOKIE"):
        # Somebody of the staff, who may have changed something a moment ago.
        content_version.look_again()
        return ""
    query = request.META.get("QUERY_STRING", "")
    if not (
        request.method in ("GET", "HEAD")
        # What is no page, /healthz and files, must not need the database.
        and request.path_info.endswith("/")
        and PLAIN.fullmatch(query)
        and "HTTP_AUTHORIZATION" not in request.META
    ):
        return ""
    host, now = _known_host(request), _now()
    if not (host and now):
        return ""
    parts = (now, request.scheme, host, request.path_info, query)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _now() -> content_version.Version | None:
    try:
        return content_version.current()
    except DatabaseError:
        # What answers further in says so, under its own headers.
        return None


def _known_host(request: HttpRequest) -> str:
    """The host with its port; "" where either is not ours.

    A browser can name any port in Host, and each would fill the cache with pages anew.
    """
    try:
        host: str = request.get_host()
    except DisallowedHost:
        return ""
    _name, port = split_domain_port(host)
    ports = ("", request.META.get("SERVER_PORT"), str(urlsplit(settings.SITE_URL).port))
    return host if port in ports else ""


def _seconds(response: HttpResponse, asked: set[str]) -> int:
    """For how long the answer holds, as its view said; 0 if it may not be kept."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return 0
    if not asked <= getattr(response, "reads", frozenset()):
        return 0
    return int(response.get(FOR_CDN, "").removeprefix(MAX_AGE) or 0)


def _from(page: Page) -> HttpResponse:
    left = max(1, int(page.until - time()))
    headers = page.headers | {FOR_CDN: f"{MAX_AGE}{left}"}
    return HttpResponse(page.content, headers=headers)
