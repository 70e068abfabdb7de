"""The API for other directories: HSDS 3.0, for reading."""

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
from api.data_files import MADE, serve
from api.downloads import respond
from api.hsds import Frame
from api.ids import word
from api.openapi import NDJSON, answers
from api.operators import Operators
from api.parameters import (
    Listed,
    Organizations,
    Paging,
    Searching,
    Services,
    ServicesAtLocations,
    Terms,
    Whole,
)
from api.resources import (
    ORGANIZATION,
    SERVICE,
    SERVICE_AT_LOCATION,
    WITH_SERVICES,
    Entity,
    told,
)
from api.selection import Wish
from api.serializers import Thing
from listings.models import Listing, OldSlug
from places.models import Place

METRES_A_MILE = 1_609.344
READ = ["GET", "HEAD"]

router = Router()


@router.api_operation(READ, "/", **answers("About", "What this API is"))
def about(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "version": "3.0",
            "profile": request.build_absolute_uri(reverse("api_docs")),
            "openapi_url": request.build_absolute_uri(reverse("api:openapi-json")),
        }
    )


# Lists --------------------------------------------------------------------------


@router.api_operation(READ, "/services", **answers("Service", "Services", listed=True))
def services(request: HttpRequest, asked: Query[Services]) -> HttpResponseBase:
    return _page(request, asked, _wish(asked, asked.organization_id), SERVICE)


@router.api_operation(
    READ, "/organizations", **answers("Organization", "Organizations", listed=True)
)
def organizations(
    request: HttpRequest, asked: Query[Organizations]
) -> HttpResponseBase:
    entity = WITH_SERVICES if asked.full_service else ORGANIZATION
    return _page(request, asked, _wish(asked), entity, full=asked.full_service)


@router.api_operation(
    READ,
    "/service_at_locations",
    **answers("ServiceAtLocation", "Services where they are", listed=True),
)
def service_at_locations(
    request: HttpRequest, asked: Query[ServicesAtLocations]
) -> HttpResponseBase:
    wish = _where(_wish(asked, asked.organization_id), asked)
    return _page(request, asked, wish, SERVICE_AT_LOCATION)


@router.api_operation(
    READ, "/taxonomies", **answers("Taxonomy", "Our vocabularies", listed=True)
)
def list_taxonomies(request: HttpRequest, asked: Query[Searching]) -> HttpResponseBase:
    found = [
        t for t in taxonomies.taxonomies() if taxonomies.says(t["name"], asked.search)
    ]
    return _short(request, asked, found)


@router.api_operation(
    READ, "/taxonomy_terms", **answers("TaxonomyTerm", "Their words", listed=True)
)
def taxonomy_terms(request: HttpRequest, asked: Query[Terms]) -> HttpResponseBase:
    found = [
        taxonomies.whole_term(one)
        for one in taxonomies.all_words()
        if taxonomies.says(one.label, asked.search)
        and asked.taxonomy_id in (None, word(one.kind))
        and asked.parent_id is None
    ]
    return _short(request, asked, found)


# One thing ----------------------------------------------------------------------


@router.api_operation(
    READ, "/services/{id}", url_name="service", **answers("Service", "One service")
)
def service(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _one(request, id, SERVICE)


@router.api_operation(
    READ,
    "/organizations/{id}",
    url_name="organization",
    **answers("Organization", "One organization"),
)
def organization(
    request: HttpRequest, id: Path[UUID], asked: Query[Whole]
) -> HttpResponse:
    return _one(request, id, WITH_SERVICES if asked.full_service else ORGANIZATION)


@router.api_operation(
    READ,
    "/service_at_locations/{id}",
    url_name="service_at_location",
    **answers("ServiceAtLocation", "One service in one place"),
)
def service_at_location(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _one(request, id, SERVICE_AT_LOCATION)


@router.api_operation(READ, "/taxonomies/{id}", **answers("Taxonomy", "One vocabulary"))
def taxonomy(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _found(t for t in taxonomies.taxonomies() if t["id"] == str(id))


@router.api_operation(
    READ, "/taxonomy_terms/{id}", **answers("TaxonomyTerm", "One word")
)
def taxonomy_term(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    return _found(
        taxonomies.whole_term(one) for one in taxonomies.all_words() if one.id == id
    )


# How they answer ----------------------------------------------------------------


def _frame(request: HttpRequest) -> Frame:
    site = request.build_absolute_uri("/").rstrip("/")
    return Frame(timezone.now(), site, Operators.now(), {})


def _wish(asked: Listed, organization: UUID | None = None) -> Wish:
    terms, impossible = _terms(asked)
    return Wish(
        search=asked.search,
        modified_after=asked.modified_after,
        after=asked.after,
        terms=terms,
        impossible=impossible,
        organization=organization,
    )


def _terms(asked: Listed) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The terms asked for, and whether one of them does not exist."""
    wanted = {asked.taxonomy_term_id, asked.taxonomy_id} - {None}
    if not wanted:
        return (), False
    known: dict[UUID | None, tuple[str, str]] = {
        one.id: (one.kind, one.slug) for one in taxonomies.all_words()
    }
    known |= {word(kind): (kind, "") for kind in taxonomies.TAXONOMIES}
    return tuple(known[i] for i in wanted if i in known), not known.keys() >= set(
        wanted
    )


def _where(wish: Wish, asked: ServicesAtLocations) -> Wish:
    """Near a ZIP code, or serving it; nowhere is near one that we do not know."""
    if asked.postcode is None:
        return replace(wish, impossible=wish.impossible or asked.proximity is not None)
    place = Place.objects.of_zip(asked.postcode[:5])
    if place is None:
        return replace(wish, impossible=True)
    if asked.proximity is None:
        return replace(wish, serving=place)
    return replace(wish, near=(place.point, asked.proximity / METRES_A_MILE))


def _page(
    request: HttpRequest,
    asked: Listed,
    wish: Wish,
    entity: Entity,
    *,
    full: bool = False,
) -> HttpResponseBase:
    whole = asked.full or full
    if asked.format == "ndjson" and wish == Wish():
        return serve(request, hsds_zip.list_file(entity, whole=whole))
    frame = _frame(request)
    found = entity.rows(wish, frame.operators)
    if asked.format == "ndjson":
        lines = hsds_zip.ndjson(told(found.batches(), frame, entity, whole=whole))
        return respond(lambda _on_close: (lines, {"Content-Type": NDJSON}, MADE))
    total, offset = found.count(), (asked.page - 1) * asked.size
    if asked.minimal:
        stamps = found.stamps(limit=asked.size, offset=offset)
        contents = [entity.stamp(stamp, frame.operators) for stamp in stamps]
    else:
        page = found.page(limit=asked.size, offset=offset)
        contents = list(told([page], frame, entity, whole=whole))
    return _envelope(request, asked, contents, total)


def _short(request: HttpRequest, asked: Paging, found: list[Thing]) -> HttpResponseBase:
    """A page of a list that is at hand as a whole, in the order of its ids."""
    if asked.after is not None:
        found = [one for one in found if one["id"] > str(asked.after)]
    if asked.format == "ndjson":
        return StreamingHttpResponse(hsds_zip.ndjson(found), content_type=NDJSON)
    offset = (asked.page - 1) * asked.size
    return _envelope(request, asked, found[offset : offset + asked.size], len(found))


def _envelope(
    request: HttpRequest, asked: Paging, contents: list[Thing], total: int
) -> JsonResponse:
    """The Page of HSDS; a Link (RFC 8288) leads on, however the data moves."""
    pages = -(-total // asked.size)
    response = JsonResponse(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": asked.page,
            "size": len(contents),
            "first_page": asked.page == 1,
            "last_page": asked.page >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )
    if contents and asked.page < pages:
        query = request.GET.copy()
        query.pop("page", None)
        query["after"] = contents[-1]["id"]
        onward = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        response["Link"] = f'<{onward}>; rel="next"'
    return response


def _one(request: HttpRequest, id_: UUID, entity: Entity) -> HttpResponse:
    """The thing, the one it was merged into by a redirect, or that it is gone."""
    listing, frame = entity.find(id_), _frame(request)
    if listing is not None and listing.status == Listing.Status.CLOSED:
        kept = OldSlug.objects.target(type(listing), listing.slug)
        listing = kept if kept is not None and entity.has(kept) else listing
    if listing is None or not entity.has(listing):
        raise Http404
    [answer] = told([[listing]], frame, entity, whole=True)
    if answer["id"] == str(id_):
        return JsonResponse(answer)
    name = f"api:{entity.name}"
    return HttpResponsePermanentRedirect(reverse(name, args=[answer["id"]]))


def _found(things: Iterator[Thing]) -> HttpResponse:
    for thing in things:
        return JsonResponse(thing)
    raise Http404
