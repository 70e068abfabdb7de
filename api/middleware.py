"""Middleware of the API, the feeds and the data files."""

from __future__ import annotations

import json
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags

from api.downloads import request_cost
from api.problems import PROBLEM_JSON, ProblemResponse, problem_details
from api.revision import current_revision
from caching.http_types import GetResponse
from listings.rate_limit import client_key, hit, seconds_left

# Without /api/docs/ and /data/, which are pages for people.
OPEN_DATA_PATHS = re.compile(r"/(api/(?!docs/)|(es/)?feeds/|data/.)")
API_PREFIX = "/api/"
WINDOW_SECONDS = 60
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
READ_METHODS = ("GET", "HEAD")
ALLOWED_METHODS = "GET, HEAD, OPTIONS"
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
    "Allow": ALLOWED_METHODS,
}
# How long a cache may keep a response before it asks whether anything has changed.
CACHE_CONTROL = "public, max-age=60"


def open_data_middleware(get_response: GetResponse) -> GetResponse:
    """Add CORS headers, a rate limit and conditional GET to the open data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not OPEN_DATA_PATHS.match(request.path):
            return get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=PREFLIGHT_HEADERS)
        elif request.method not in READ_METHODS:
            response = ProblemResponse(405)
            response["Allow"] = ALLOWED_METHODS
        else:
            response = _rate_limited(request, get_response)
        for name, value in CORS_HEADERS.items():
            response[name] = value
        return response

    return middleware


def _rate_limited(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    """Answer within the rate limit of the client, and say how much of it is left."""
    limit, wait = settings.API_REQUESTS_A_MINUTE, seconds_left(WINDOW_SECONDS)
    key = f"api:{client_key(request)}"
    left = limit - hit(key, WINDOW_SECONDS)
    is_refused = left < 0
    response = (
        ProblemResponse(429) if is_refused else _conditional(request, get_response)
    )
    if (cost := request_cost(response)) > 1:
        left = limit - hit(key, WINDOW_SECONDS, cost - 1)
    # The headers of the draft standard of 2025, and those that clients have long used.
    response["RateLimit-Policy"] = f'"minute";q={limit};w={WINDOW_SECONDS}'
    response["RateLimit"] = f'"minute";r={max(left, 0)};t={wait}'
    response["RateLimit-Limit"] = str(limit)
    response["RateLimit-Remaining"] = str(max(left, 0))
    response["RateLimit-Reset"] = str(wait)
    if is_refused:
        response["Retry-After"] = str(wait)
    return response


def _conditional(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    # Read the revision before the rows. A change in between then makes the response
    # look too old, which costs one more request. The other way round, a cache would
    # keep an old response under a new tag.
    revision = current_revision(request.get_full_path(), timezone.now().date())
    response = _not_modified(request, revision.etag) or get_response(request)
    if request.path.startswith(API_PREFIX):
        response["X-Robots-Tag"] = "noindex"
        if response.status_code >= 400 and response["Content-Type"] != PROBLEM_JSON:
            _replace_with_problem(response)
    if response.status_code not in (200, 304):
        return response
    response.setdefault("Cache-Control", CACHE_CONTROL)
    response.setdefault("ETag", revision.etag)
    response.setdefault("Last-Modified", http_date(revision.modified.timestamp()))
    moment = int(revision.modified.timestamp())
    return get_conditional_response(request, response["ETag"], moment, response) or (
        response
    )


def _not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Answer 304, without any query, if the client already has this response."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return HttpResponseNotModified() if {etag, f"W/{etag}"} & set(known) else None


def _replace_with_problem(response: HttpResponse) -> None:
    """Replace an HTML error page by problem details (RFC 9457)."""
    response.content = json.dumps(problem_details(response.status_code)).encode()
    response["Content-Type"] = PROBLEM_JSON
