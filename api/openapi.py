"""The OpenAPI file: ninja knows the parameters, we know what is answered."""

from __future__ import annotations

from typing import Any

from api.openapi_schemas import SHAPES, Shape, many, ref
from api.problems import PROBLEM

NDJSON = "application/x-ndjson"
CACHE_HEADERS = {
    "ETag": "Changes whenever anything in the directory does.",
    "Last-Modified": "When anything in the directory last changed.",
    "RateLimit": "What is left of the limit, and until when.",
    "RateLimit-Policy": "Requests in a window of seconds.",
}
PROBLEMS = {
    404: "There is nothing at this address.",
    422: "Some parameters cannot be used as they are.",
    429: "Too many requests; Retry-After says how long to wait.",
}


def answers(name: str, summary: str, *, listed: bool = False) -> dict[str, Any]:
    """What an operation says of itself: its shape and its words."""
    return {
        "summary": summary,
        "operation_id": f"{'list' if listed else 'get'}{name}",
        "openapi_extra": {"responses": {200: _success(name, listed)}},
    }


def _success(name: str, listed: bool) -> dict[str, Any]:
    if not listed:
        return plain(ref(name))
    item = {"anyOf": [ref(name), ref("Minimal")]}
    page = {"allOf": [ref("Page"), {"properties": {"contents": many(item)}}]}
    found = plain(page)
    found["content"][NDJSON] = {"schema": {}}
    found["headers"]["Link"] = {
        "description": "rel=next leads to the items that follow.",
        "schema": {"type": "string"},
    }
    return found


def plain(shape: Shape) -> dict[str, Any]:
    """A successful answer of one shape, which a cache may hold."""
    return {
        "description": "As asked.",
        "headers": {
            header: {"description": words, "schema": {"type": "string"}}
            for header, words in CACHE_HEADERS.items()
        },
        "content": {"application/json": {"schema": shape}},
    }


def completed(schema: dict[str, Any]) -> None:
    """The file as ninja makes it, with problems and shapes, for GET alone."""
    for path, operations in schema["paths"].items():
        # HEAD is GET without a body; describing it twice helps nobody.
        operations.pop("head", None)
        operations["get"]["responses"] |= _otherwise(path, operations["get"])
    # Ninja's own are of the parameters, which it has taken apart already.
    schema["components"]["schemas"] = SHAPES


def _otherwise(path: str, operation: dict[str, Any]) -> dict[int, Any]:
    """Every answer but 200 that is possible here."""
    wrong = {429}
    wrong |= {404} if "{" in path else set()
    wrong |= (
        {422} if any(one["in"] == "query" for one in operation["parameters"]) else set()
    )
    content = {PROBLEM: {"schema": ref("Problem")}}
    found: dict[int, Any] = {
        status: {"description": PROBLEMS[status], "content": content}
        for status in wrong
    }
    if "{id}" in path and "taxonom" not in path:
        merged = "It was merged into another, or goes by another id: see Location."
        found[301] = {"description": merged}
    return found
