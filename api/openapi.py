"""Responses and errors of the OpenAPI file; ninja adds the parameters."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from api.openapi_schemas import SCHEMAS, JsonSchema, ref
from api.problems import PROBLEM_JSON

NDJSON = "application/x-ndjson"
HEADER_DESCRIPTIONS = {
    "ETag": "Changes whenever anything in the directory does.",
    "Last-Modified": "When anything in the directory last changed.",
    "RateLimit": "What is left of the limit, and until when.",
    "RateLimit-Policy": "Requests in a window of seconds.",
}
PROBLEM_DESCRIPTIONS = {
    404: "There is nothing at this address.",
    422: "Some parameters cannot be used as they are.",
    429: "Too many requests; Retry-After says how long to wait.",
}


def describe_answer(name: str, summary: str, *, listed: bool = False) -> dict[str, Any]:
    """Return the OpenAPI arguments of an operation: its summary and its response."""
    return {
        "summary": summary,
        "operation_id": f"{'list' if listed else 'get'}{name}",
        "openapi_extra": {"responses": {200: _success_response(name, listed)}},
    }


def _success_response(name: str, listed: bool) -> dict[str, Any]:
    if not listed:
        return json_response(ref(name))
    found = json_response(ref(f"{name}Page"))
    found["content"][NDJSON] = {"schema": {}}
    found["headers"]["Link"] = {
        "description": "rel=next leads to the items that follow.",
        "schema": {"type": "string"},
    }
    return found


def json_response(schema: JsonSchema) -> dict[str, Any]:
    """Describe a successful response with this schema."""
    return {
        "description": "As asked.",
        "headers": {
            header: {"description": words, "schema": {"type": "string"}}
            for header, words in HEADER_DESCRIPTIONS.items()
        },
        "content": {"application/json": {"schema": schema}},
    }


def complete_schema(schema: dict[str, Any]) -> None:
    """Add the errors, the schemas and the terms of use, and remove HEAD."""
    schema["servers"] = [{"url": settings.SITE_URL}]
    # Each row names the license of its source; the page explains them.
    license_page = f"{settings.SITE_URL}/data/"
    schema["info"]["license"] = {"name": "By source", "url": license_page}
    # Nobody needs a key.
    schema["security"] = []
    for path, operations in schema["paths"].items():
        # HEAD is GET without a body, so a second description would add nothing.
        operations.pop("head", None)
        operations["get"]["responses"] |= _error_responses(path, operations["get"])
    # Ninja's own schemas are of the parameters, which it lists one by one anyway.
    schema["components"]["schemas"] = SCHEMAS


def _error_responses(path: str, operation: dict[str, Any]) -> dict[int, Any]:
    """Return every response but 200 that this operation can have."""
    statuses = {429}
    statuses |= {404} if "{" in path else set()
    statuses |= (
        {422} if any(one["in"] == "query" for one in operation["parameters"]) else set()
    )
    content = {PROBLEM_JSON: {"schema": ref("Problem")}}
    found: dict[int, Any] = {
        status: {"description": PROBLEM_DESCRIPTIONS[status], "content": content}
        for status in statuses
    }
    if "{id}" in path and "taxonom" not in path:
        merged = "It was merged into another, or goes by another id: see Location."
        found[301] = {"description": merged}
    return found
