"""Guides and credentials as plain JSON: HSDS has no words for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router

from api.openapi import plain
from api.openapi_schemas import Shape, many, ref
from api.serializers import Thing, day, known, moment
from guides.models import Credential, Guide

READ = ["GET", "HEAD"]
SOURCE = ("source_name", "source_url", "source_seen", "source_license")

router = Router()


def tells(shape: Shape, summary: str, operation: str) -> dict[str, Any]:
    """What an operation here says of itself."""
    return {
        "summary": summary,
        "operation_id": operation,
        "openapi_extra": {"responses": {200: plain(shape)}},
    }


@router.api_operation(
    READ, "/guides", **tells(many(ref("Guide")), "Guides, in their order", "listGuide")
)
def guides(request: HttpRequest) -> HttpResponse:
    found = [_guide(request, guide) for guide in Guide.objects.public()]
    return JsonResponse(found, safe=False)


@router.api_operation(
    READ, "/guides/{slug}", **tells(ref("Guide"), "One guide with its text", "getGuide")
)
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Guide.objects.public(), slug=slug)
    sources = [known(**vars(source)) for source in found.source_list]
    further = {"text_markdown": _said(found, "body"), "sources": sources}
    return JsonResponse(_guide(request, found) | further)


@router.api_operation(
    READ,
    "/credentials",
    **tells(
        many(ref("Credential")),
        "What each state asks of peer supporters",
        "listCredential",
    ),
)
def credentials(request: HttpRequest) -> HttpResponse:
    found = [_credential(one) for one in Credential.objects.public()]
    return JsonResponse(found, safe=False)


def _guide(request: HttpRequest, guide: Guide) -> Thing:
    return known(
        slug=guide.slug,
        title=_said(guide, "title"),
        summary=_said(guide, "summary"),
        page_url=request.build_absolute_uri(reverse("guide", args=[guide.slug])),
        written_on=day(guide.written_on),
        reviewed_on=day(guide.reviewed_on),
        reviewed_by=guide.reviewed_by,
        last_modified=moment(guide.changed_at),
    )


def _said(guide: Guide, name: str) -> dict[str, str]:
    """A text in each language."""
    return {"en": getattr(guide, name), "es": getattr(guide, f"{name}_es")}


def _credential(credential: Credential) -> Thing:
    facts = {name: getattr(credential, name) for name in credential.facts}
    source = {name: facts.pop(name) for name in SOURCE}
    checked = credential.checked_on
    told = known(**source, checked=checked is not None, checked_on=day(checked))
    return known(**facts, provenance=told, last_modified=moment(credential.changed_at))
