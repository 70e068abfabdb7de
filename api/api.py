"""The API itself: its name, its errors and its description of itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from api import guides
from api.openapi import completed
from api.problems import Problem
from api.views import router


class DirectoryAPI(NinjaAPI):
    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        completed(schema)
        return schema


# The page for people at /api/docs/ is our own; ninja's would load from elsewhere.
api = DirectoryAPI(
    title="Peer Support Directory",
    version="1.0.0",
    description=(
        "Peer-run organizations, warmlines and Centers for Independent Living in the "
        "United States, as open data in HSDS 3.0. For reading, without a key."
    ),
    urls_namespace="api",
    docs_url=None,
)
api.add_router("", router)
api.add_router("", guides.router)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return Problem(404)


@api.exception_handler(ValidationError)
def not_usable(request: HttpRequest, error: Any) -> HttpResponse:
    """Which parameter, and why; a bad id in the path is an id of nothing."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return Problem(404)
    return Problem(
        422,
        errors=[
            {"parameter": str(one["loc"][-1]), "detail": one["msg"]}
            for one in error.errors
        ],
    )
