"""Errors as problem details (RFC 9457), which never repeat what the client sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

PROBLEM_JSON = "application/problem+json"
DETAILS = {
    HTTPStatus.BAD_REQUEST: "This request could not be read.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This API is for reading: use GET or HEAD.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some parameters cannot be used as they are.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests. Please wait, then go on.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away. Please try again soon.",
}
DEFAULT_DETAIL = "Something went wrong here. It is not your fault."


class ProblemResponse(JsonResponse):
    """An error response; `extensions` are members in addition to the standard ones."""

    def __init__(self, status: int, detail: str = "", **extensions: Any) -> None:
        body = problem_details(status, detail) | extensions
        super().__init__(body, status=status, content_type=PROBLEM_JSON)


def problem_details(status: int, detail: str = "") -> dict[str, Any]:
    standard = HTTPStatus(status)
    return {
        "type": "about:blank",
        "title": standard.phrase,
        "status": status,
        "detail": detail or DETAILS.get(standard, DEFAULT_DETAIL),
    }
