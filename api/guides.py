"""Guides and credentials as JSON of our own, because HSDS does not have them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router

from api.openapi import json_response
from api.openapi_schemas import JsonSchema, array_of, ref
from api.serializers import drop_empty, format_date, format_timestamp
from api.types import JsonObject
from guides.models import Credential, Guide

READ_METHODS = ["GET", "HEAD"]
SOURCE_FIELDS = ("source_name", "source_url", "source_seen", "source_license")

router = Router()


def describe_operation(
    shape: JsonSchema, summary: str, operation: str
) -> dict[str, Any]:
    """Return the OpenAPI arguments of an operation that answers with this shape."""
    return {
        "summary": summary,
        "operation_id": operation,
        "openapi_extra": {"responses": {200: json_response(shape)}},
    }


@router.api_operation(
    READ_METHODS,
    "/guides",
    **describe_operation(array_of(ref("Guide")), "Guides, in their order", "listGuide"),
)
def guides(request: HttpRequest) -> HttpResponse:
    found = [_serialize_guide(request, guide) for guide in Guide.objects.public()]
    return JsonResponse(found, safe=False)


@router.api_operation(
    READ_METHODS,
    "/guides/{slug}",
    **describe_operation(ref("Guide"), "One guide with its text", "getGuide"),
)
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Guide.objects.public(), slug=slug)
    sources = [drop_empty(**vars(source)) for source in found.source_list]
    details = {"text_markdown": _translations(found, "body"), "sources": sources}
    return JsonResponse(_serialize_guide(request, found) | details)


@router.api_operation(
    READ_METHODS,
    "/credentials",
    **describe_operation(
        array_of(ref("Credential")),
        "What each state asks of peer supporters",
        "listCredential",
    ),
)
def credentials(request: HttpRequest) -> HttpResponse:
    found = [_serialize_credential(one) for one in Credential.objects.public()]
    return JsonResponse(found, safe=False)


def _serialize_guide(request: HttpRequest, guide: Guide) -> JsonObject:
    return drop_empty(
        slug=guide.slug,
        title=_translations(guide, "title"),
        summary=_translations(guide, "summary"),
        page_url=request.build_absolute_uri(reverse("guide", args=[guide.slug])),
        written_on=format_date(guide.written_on),
        reviewed_on=format_date(guide.reviewed_on),
        reviewed_by=guide.reviewed_by,
        last_modified=format_timestamp(guide.changed_at),
    )


def _translations(guide: Guide, name: str) -> dict[str, str]:
    """Return the text of a field in each language."""
    return {"en": getattr(guide, name), "es": getattr(guide, f"{name}_es")}


def _serialize_credential(credential: Credential) -> JsonObject:
    facts = {name: getattr(credential, name) for name in credential.facts}
    source = {name: facts.pop(name) for name in SOURCE_FIELDS}
    checked = credential.checked_on
    provenance = drop_empty(
        **source, checked=checked is not None, checked_on=format_date(checked)
    )
    return drop_empty(
        **facts,
        provenance=provenance,
        last_modified=format_timestamp(credential.changed_at),
    )
