"""The API object: its title, its error handlers and its OpenAPI file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from api import guides
from api.openapi import complete_schema
from api.problems import ProblemResponse
from api.views import router


class DirectoryAPI(NinjaAPI):
    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        complete_schema(schema)
        return schema


# The page at /api/docs/ is our own, because ninja's loads scripts from another site.
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
    return ProblemResponse(404)


@api.exception_handler(ValidationError)
def unusable_parameters(request: HttpRequest, error: Any) -> HttpResponse:
    """Name each unusable parameter and say why; a malformed id in the path is a 404."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return ProblemResponse(404)
    return ProblemResponse(
        422,
        errors=[
            {"parameter": str(one["loc"][-1]), "detail": one["msg"]}
            for one in error.errors
        ],
    )
