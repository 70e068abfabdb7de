"""Errors as problem details (RFC 9457); they repeat nothing of what was sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

PROBLEM = "application/problem+json"
WORDS = {
    HTTPStatus.BAD_REQUEST: "This request could not be read.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This API is for reading: use GET or HEAD.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some parameters cannot be used as they are.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests. Please wait, then go on.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away. Please try again soon.",
}
OTHERWISE = "Something went wrong here. It is not your fault."


class Problem(JsonResponse):
    """`further` are members beside those of the standard."""

    def __init__(self, status: int, detail: str = "", **further: Any) -> None:
        body = details(status, detail) | further
        super().__init__(body, status=status, content_type=PROBLEM)


def details(status: int, detail: str = "") -> dict[str, Any]:
    known = HTTPStatus(status)
    return {
        "type": "about:blank",
        "title": known.phrase,
        "status": status,
        "detail": detail or WORDS.get(known, OTHERWISE),
    }
