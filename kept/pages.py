"""Whole pages, kept for a minute at most, for whoever brings nothing of their own.

docs/decisions/0011-kept-pages.md says which pages, where, and why so few.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from time import time

from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from kept import version

GetResponse = Callable[[HttpRequest], HttpResponse]

SECONDS = 60
# What a CDN obeys and a browser does not know: browsers keep "no-store".
FOR_CDN = "CDN-Cache-Control"
MAX_AGE = "max-age="
# A number of a page, letters of a state: no words that a visitor typed.
PLAIN = re.compile(r"^(?:(?:page=[0-9]{1,4}|state=[A-Za-z]{2})(?:&|$))*$")
GZIP = re.compile(r"\bgzip\b")


def may_be_kept(
    response: HttpResponse, at: datetime, changes: Iterable[datetime | None] = ()
) -> HttpResponse:
    """Mark a page that says at `at` what holds until the first of `changes`.

    The next full hour is one: midnight is, in every zone, and "today" ends there.
    """
    hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ends = min([hour, *(change for change in changes if change and change > at)])
    seconds = min(SECONDS, int((ends - at).total_seconds()))
    if seconds > 0:
        response[FOR_CDN] = f"{MAX_AGE}{seconds}"
    return response


def kept_pages(get_response: GetResponse) -> GetResponse:
    """Answer from memory where the same was asked under the same version."""
    pages = caches["pages"]

    def middleware(request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key and (kept := pages.get(key)) and kept[0] > time():
            return _again(*kept)
        response = get_response(request)
        seconds = _seconds(response)
        if key and seconds:
            page = (time() + seconds, dict(response.headers), response.content)
            pages.set(key, page, seconds)
        elif FOR_CDN in response:
            del response[FOR_CDN]
        return response

    return middleware


def _key(request: HttpRequest) -> str:
    """A hash, so that no address is readable; "" where the answer may not be kept."""
    if request.META.get("HTTP_COOKIE"):
        # Somebody of the staff, who may have changed something a moment ago.
        version.look_again()
        return ""
    query = request.META.get("QUERY_STRING", "")
    if not (
        request.method in ("GET", "HEAD")
        # What is no page, /healthz and files, must not need the database.
        and request.path_info.endswith("/")
        and PLAIN.match(query)
        and "HTTP_AUTHORIZATION" not in request.META
    ):
        return ""
    try:
        host, now = request.get_host(), version.current()
    except (DatabaseError, DisallowedHost):
        # What answers further in says so, under its own headers.
        return ""
    if now is None:
        return ""
    packed = bool(GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    asked = (request.scheme, host, request.path_info, query)
    return hashlib.sha256(repr((now, packed, *asked)).encode()).hexdigest()


def _seconds(response: HttpResponse) -> int:
    """For how long the answer holds, as its view said; 0 if it may not be kept."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return 0
    return int(response.get(FOR_CDN, "").removeprefix(MAX_AGE) or 0)


def _again(until: float, headers: dict[str, str], content: bytes) -> HttpResponse:
    left = max(1, int(until - time()))
    return HttpResponse(content, headers=headers | {FOR_CDN: f"{MAX_AGE}{left}"})
