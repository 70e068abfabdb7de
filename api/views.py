"""The read-only HSDS 3.0 API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Query, Router

from api import hsds_zip, taxonomies
from api.data_files import BUILT_FILE_COST, serve
from api.downloads import stream_download
from api.hsds import MappingContext
from api.ids import term_id
from api.openapi import NDJSON, describe_answer
from api.parameters import (
    ListParameters,
    OrganizationListParameters,
    OrganizationParameters,
    PageParameters,
    SearchParameters,
    ServiceAtLocationListParameters,
    ServiceListParameters,
    TermListParameters,
)
from api.resources import (
    ORGANIZATION,
    ORGANIZATION_WITH_SERVICES,
    SERVICE,
    SERVICE_AT_LOCATION,
    Resource,
    serialize_batches,
)
from api.selection import ListCriteria
from api.types import JsonObject
from listings.models import Listing
from listings.slugs import SlugRedirect
from places.models import Place

METERS_PER_MILE = 1_609.344
READ_METHODS = ["GET", "HEAD"]

router = Router()


@router.api_operation(READ_METHODS, "/", **describe_answer("About", "What this API is"))
def about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "version": "3.0",
            "profile": request.build_absolute_uri(reverse("api_docs")),
            "openapi_url": request.build_absolute_uri(reverse("api:openapi-json")),
        }
    )


# Lists --------------------------------------------------------------------------


@router.api_operation(
    READ_METHODS, "/services", **describe_answer("Service", "Services", listed=True)
)
def services(
    request: HttpRequest, params: Query[ServiceListParameters]
) -> HttpResponseBase:
    return _list_response(
        request, params, _list_criteria(params, params.organization_id), SERVICE
    )


@router.api_operation(
    READ_METHODS,
    "/organizations",
    **describe_answer("Organization", "Organizations", listed=True),
)
def organizations(
    request: HttpRequest, params: Query[OrganizationListParameters]
) -> HttpResponseBase:
    resource = ORGANIZATION_WITH_SERVICES if params.full_service else ORGANIZATION
    return _list_response(
        request, params, _list_criteria(params), resource, full=params.full_service
    )


@router.api_operation(
    READ_METHODS,
    "/service_at_locations",
    **describe_answer("ServiceAtLocation", "Services where they are", listed=True),
)
def service_at_locations(
    request: HttpRequest, params: Query[ServiceAtLocationListParameters]
) -> HttpResponseBase:
    criteria = _with_place(_list_criteria(params, params.organization_id), params)
    return _list_response(request, params, criteria, SERVICE_AT_LOCATION)


@router.api_operation(
    READ_METHODS,
    "/taxonomies",
    **describe_answer("Taxonomy", "Our vocabularies", listed=True),
)
def list_taxonomies(
    request: HttpRequest, params: Query[SearchParameters]
) -> HttpResponseBase:
    found = [
        t
        for t in taxonomies.serialize_taxonomies()
        if taxonomies.contains_words(t["name"], params.search)
    ]
    return _in_memory_list_response(request, params, found)


@router.api_operation(
    READ_METHODS,
    "/taxonomy_terms",
    **describe_answer("TaxonomyTerm", "Their words", listed=True),
)
def taxonomy_terms(
    request: HttpRequest, params: Query[TermListParameters]
) -> HttpResponseBase:
    found = [
        taxonomies.serialize_term_with_taxonomy(term)
        for term in taxonomies.load_terms()
        if taxonomies.contains_words(term.label, params.search)
        and params.taxonomy_id in (None, term_id(term.kind))
        and params.parent_id is None
    ]
    return _in_memory_list_response(request, params, found)


# Single items --------------------------------------------------------------------


@router.api_operation(
    READ_METHODS,
    "/services/{id}",
    url_name="service",
    **describe_answer("Service", "One service"),
)
def service(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _detail_response(request, id, SERVICE)


@router.api_operation(
    READ_METHODS,
    "/organizations/{id}",
    url_name="organization",
    **describe_answer("Organization", "One organization"),
)
def organization(
    request: HttpRequest, id: Path[UUID], params: Query[OrganizationParameters]
) -> HttpResponse:
    return _detail_response(
        request, id, ORGANIZATION_WITH_SERVICES if params.full_service else ORGANIZATION
    )


@router.api_operation(
    READ_METHODS,
    "/service_at_locations/{id}",
    url_name="service_at_location",
    **describe_answer("ServiceAtLocation", "One service in one place"),
)
def service_at_location(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _detail_response(request, id, SERVICE_AT_LOCATION)


@router.api_operation(
    READ_METHODS, "/taxonomies/{id}", **describe_answer("Taxonomy", "One vocabulary")
)
def taxonomy(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _first_or_404(
        t for t in taxonomies.serialize_taxonomies() if t["id"] == str(id)
    )


@router.api_operation(
    READ_METHODS, "/taxonomy_terms/{id}", **describe_answer("TaxonomyTerm", "One word")
)
def taxonomy_term(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _first_or_404(
        taxonomies.serialize_term_with_taxonomy(term)
        for term in taxonomies.load_terms()
        if term.id == id
    )


# Helpers ------------------------------------------------------------------------


def _mapping_context(request: HttpRequest) -> MappingContext:
    site = request.build_absolute_uri("/").rstrip("/")
    return MappingContext(timezone.now(), site)


def _list_criteria(
    params: ListParameters, organization: UUID | None = None
) -> ListCriteria:
    terms, matches_nothing = _requested_terms(params)
    return ListCriteria(
        search=params.search,
        modified_after=params.modified_after,
        after=params.after,
        terms=terms,
        matches_nothing=matches_nothing,
        organization=organization,
    )


def _requested_terms(
    params: ListParameters,
) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Return the requested terms, and whether one of them does not exist."""
    wanted = {params.taxonomy_term_id, params.taxonomy_id} - {None}
    if not wanted:
        return (), False
    known: dict[UUID | None, tuple[str, str]] = {
        term.id: (term.kind, term.slug) for term in taxonomies.load_terms()
    }
    known |= {term_id(kind): (kind, "") for kind in taxonomies.TAXONOMIES}
    terms = tuple(known[id_] for id_ in wanted if id_ in known)
    return terms, len(terms) < len(wanted)


def _with_place(
    criteria: ListCriteria, params: ServiceAtLocationListParameters
) -> ListCriteria:
    """Add a ZIP code: near it, or serving it; an unknown ZIP code matches nothing."""
    if params.postcode is None:
        return replace(
            criteria,
            matches_nothing=criteria.matches_nothing or params.proximity is not None,
        )
    place = Place.objects.get_by_zip(params.postcode[:5])
    if place is None:
        return replace(criteria, matches_nothing=True)
    if params.proximity is None:
        return replace(criteria, serving=place)
    return replace(criteria, near=(place.point, params.proximity / METERS_PER_MILE))


def _list_response(
    request: HttpRequest,
    params: ListParameters,
    criteria: ListCriteria,
    resource: Resource,
    *,
    full: bool = False,
) -> HttpResponseBase:
    in_full = params.full or full
    if params.format == "ndjson" and criteria == ListCriteria():
        return serve(request, hsds_zip.list_file(resource, in_full=in_full))
    context = _mapping_context(request)
    found = resource.select(criteria, context.operators)
    if params.format == "ndjson":
        lines = hsds_zip.ndjson_lines(
            serialize_batches(found.batches(), context, resource, in_full=in_full)
        )
        return stream_download(
            lambda _on_close: (lines, {"Content-Type": NDJSON}, BUILT_FILE_COST)
        )
    total, offset = found.count(), (params.page - 1) * params.page_size
    if params.minimal:
        minimal_rows = found.minimal_rows(limit=params.page_size, offset=offset)
        contents = [
            resource.serialize_minimal(row, context.operators) for row in minimal_rows
        ]
    else:
        page = found.page(limit=params.page_size, offset=offset)
        contents = list(serialize_batches([page], context, resource, in_full=in_full))
    return _page_response(request, params, contents, total)


def _in_memory_list_response(
    request: HttpRequest, params: PageParameters, found: list[JsonObject]
) -> HttpResponseBase:
    """Return a page of a complete list, which is in the order of its ids."""
    if params.after is not None:
        found = [one for one in found if one["id"] > str(params.after)]
    if params.format == "ndjson":
        return StreamingHttpResponse(hsds_zip.ndjson_lines(found), content_type=NDJSON)
    offset = (params.page - 1) * params.page_size
    return _page_response(
        request, params, found[offset : offset + params.page_size], len(found)
    )


def _page_response(
    request: HttpRequest, params: PageParameters, contents: list[JsonObject], total: int
) -> JsonResponse:
    """Return a Page of HSDS, with a Link (RFC 8288) to the items that follow."""
    pages = -(-total // params.page_size)
    response = JsonResponse(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": params.page,
            "size": len(contents),
            "first_page": params.page == 1,
            "last_page": params.page >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )
    if contents and params.page < pages:
        query = request.GET.copy()
        query.pop("page", None)
        query["after"] = contents[-1]["id"]
        onward = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        response["Link"] = f'<{onward}>; rel="next"'
    return response


def _detail_response(
    request: HttpRequest, id_: UUID, resource: Resource
) -> HttpResponse:
    """Return the item, a redirect to the one it was merged into, or a 404."""
    listing, context = resource.find(id_), _mapping_context(request)
    if listing is not None and listing.status == Listing.Status.CLOSED:
        target = SlugRedirect.objects.resolve(type(listing), listing.slug)
        listing = (
            target if target is not None and resource.exists_for(target) else listing
        )
    if listing is None or not resource.exists_for(listing):
        raise Http404
    [answer] = serialize_batches([[listing]], context, resource, in_full=True)
    if answer["id"] == str(id_):
        return JsonResponse(answer)
    name = f"api:{resource.name}"
    return HttpResponsePermanentRedirect(reverse(name, args=[answer["id"]]))


def _first_or_404(items: Iterator[JsonObject]) -> HttpResponse:
    for item in items:
        return JsonResponse(item)
    raise Http404
