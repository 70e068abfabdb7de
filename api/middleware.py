"""What every answer to machines carries: the API, the feeds and the data files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags

from api.downloads import cost_of
from api.problems import PROBLEM, Problem, details
from api.revision import state_of
from listings.rate_limit import client_key, hit, seconds_left

GetResponse = Callable[[HttpRequest], HttpResponse]

# Not the pages among them, which are for people: /api/docs/ and /data/.
OPEN = re.compile(r"/(api/(?!docs/)|(es/)?feeds/|data/.)")
API = "/api/"
MINUTE = 60
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
READ = ("GET", "HEAD")
ALLOW = "GET, HEAD, OPTIONS"
PREFLIGHT = {
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
    "Allow": ALLOW,
}
# A cache may hold an answer so long before it asks whether anything has changed.
CACHED = "public, max-age=60"


def open_data(get_response: GetResponse) -> GetResponse:
    """For anybody, from any site, but not without measure; and told once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not OPEN.match(request.path):
            return get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=PREFLIGHT)
        elif request.method not in READ:
            response = Problem(405)
            response["Allow"] = ALLOW
        else:
            response = _measured(request, get_response)
        for name, value in SHARED.items():
            response[name] = value
        return response

    return middleware


def _measured(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    """The answer under the limit for one address, with what is left of it."""
    most, wait = settings.API_REQUESTS_A_MINUTE, seconds_left(MINUTE)
    key = f"api:{client_key(request)}"
    left = most - hit(key, MINUTE)
    is_refused = left < 0
    response = Problem(429) if is_refused else _answered(request, get_response)
    if (cost := cost_of(response)) > 1:
        left = most - hit(key, MINUTE, cost - 1)
    # As in the draft standard of 2025, and as clients have long known it.
    response["RateLimit-Policy"] = f'"minute";q={most};w={MINUTE}'
    response["RateLimit"] = f'"minute";r={max(left, 0)};t={wait}'
    response["RateLimit-Limit"] = str(most)
    response["RateLimit-Remaining"] = str(max(left, 0))
    response["RateLimit-Reset"] = str(wait)
    if is_refused:
        response["Retry-After"] = str(wait)
    return response


def _answered(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    # Asked for before the rows are: a change in between makes the answer look too
    # old, which costs one more request; the other way round it would be kept wrongly.
    state = state_of(request.get_full_path(), timezone.now().date())
    response = _unchanged(request, state.etag) or get_response(request)
    if request.path.startswith(API):
        response["X-Robots-Tag"] = "noindex"
        if response.status_code >= 400 and response["Content-Type"] != PROBLEM:
            _explain(response)
    if response.status_code not in (200, 304):
        return response
    response.setdefault("Cache-Control", CACHED)
    response.setdefault("ETag", state.etag)
    response.setdefault("Last-Modified", http_date(state.modified.timestamp()))
    moment = int(state.modified.timestamp())
    return get_conditional_response(request, response["ETag"], moment, response) or (
        response
    )


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """For whoever has this very answer: nothing is read for it."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return HttpResponseNotModified() if {etag, f"W/{etag}"} & set(known) else None


def _explain(response: HttpResponse) -> None:
    """Turn a page for people, from the URL map or a fault, into problem details."""
    response.content = json.dumps(details(response.status_code)).encode()
    response["Content-Type"] = PROBLEM
