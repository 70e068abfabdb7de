"""The catalog of organizations, the list of CILs, and the page of one organization."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from caching.page_cache import set_cache_policy
from listings.cards import cards
from listings.crisis.panel import parameters_to_carry
from listings.facet_panel import (
    SINGLE_PAGE,
    ActiveFilter,
    Pager,
    build_panel,
    page_number,
    page_problems,
    place_links,
)
from listings.json_ld import head_context
from listings.name_matches import find_by_name
from listings.shared_views import redirect_or_gone
from listings.vcard import share_links
from orgs.coverage import coverage_reasons
from orgs.filters import CatalogFilter
from orgs.forms import CatalogForm
from orgs.models import Organization
from places.forms import PlaceForm
from places.models import Place
from places.states import STATES
from search import browsing
from search.current import index_of
from search.facets import count_options
from search.index import SearchIndex
from search.query import Query, matching_rows
from search.results import Results

PAGE_SIZE = 30


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """List the catalog by name, or by distance from a place, with every filter."""
    form = CatalogForm(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q") or ""
    params = parameters_to_carry(request.GET)
    chosen = CatalogFilter(params)
    index, page = index_of(Organization), page_number(request.GET)
    said = Organization.objects.public().ranked_by_words(words) if words else None
    query = Query(chosen=chosen.chosen, words=said, place=form.place)
    found = _list_catalog(index, query, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    counts = count_options(index, query, chosen.filters, index.everything)
    panel = build_panel(chosen, params, counts, ["q", "near"])

    def count_excluding(active_filter: ActiveFilter) -> int:
        return _list_catalog(
            index, query.without(active_filter.name, active_filter.value), 0
        ).total

    hits, total = found.hits, found.total
    context = {
        "form": form,
        "words": words,
        "place": form.place,
        "place_links": place_links(form, params),
        "rows": cards(
            Organization,
            hits,
            "orgs/_catalog_row.html",
            level=2,
            reasons=coverage_reasons(form.place),
        ),
        "total": total,
        "panel": panel,
        "suggestions": [] if hits else panel.suggestions(count_excluding),
        "similar_names": [] if hits or not words else similar_names(words),
        "other_matches": find_by_name(words, but=Organization),
        "pager": Pager.of(params, page, total, PAGE_SIZE),
    }
    response = render(request, "orgs/organizations.html", context)
    # An unusable query would fill the cache with many copies of one page.
    is_usable = not (chosen.unknown or panel.problems)
    reads = ("state", "page") if hits and is_usable else ()
    return set_cache_policy(response, timezone.now(), parameters=reads)


def _list_catalog(
    index: SearchIndex, query: Query, limit: int, start: int = 0
) -> Results:
    if query.place is None:
        return browsing.by_name(index, query, limit, start)
    if query.place.is_state:
        return browsing.in_state(index, query, limit, start)
    return browsing.near(index, query, limit, start)


def similar_names(words: str) -> list[Organization]:
    return Organization.objects.public().with_similar_name(words)


@require_safe
def cils(request: HttpRequest) -> HttpResponse:
    """List Centers for Independent Living by state, or those that serve a place."""
    form = PlaceForm(request.GET)
    form.is_valid()
    place = form.place
    params = parameters_to_carry(request.GET)
    index, page = index_of(Organization), page_number(request.GET)
    query = Query(chosen={"kind": [Organization.Kind.CIL]}, place=place)
    context: dict[str, object] = {
        "form": form,
        "place": place,
        "problem": form.problem,
        "area_label": _county_or_place_label(place),
        "place_links": place_links(form, params),
        "problems": page_problems(request.GET),
        "states": [] if place else _states_with_counts(index, query),
        "rows": [],
        "is_named": True,
        "name_matches": [],
        "total": 0,
        "pager": SINGLE_PAGE,
    }
    if form.problem == "unknown" and (listings := find_by_name(form.typed)):
        context |= {"name_matches": listings, "problem": ""}
    if place:
        start = (page - 1) * PAGE_SIZE
        found = browsing.serving_or_in_state(index, query, PAGE_SIZE, start)
        reasons = coverage_reasons(place)
        rows = cards(Organization, found.hits, "orgs/_card.html", reasons=reasons)
        pager = Pager.of(params, page, found.total, PAGE_SIZE)
        context |= {"rows": rows, "total": found.total, "pager": pager}
        context["is_named"] = place.is_state or any(row.coverage == 0 for row in rows)
    response = render(request, "orgs/cils.html", context)
    is_usable = context["rows"] and not context["problems"]
    reads = ("state", "page") if is_usable else ()
    return set_cache_policy(response, timezone.now(), parameters=reads)


def _county_or_place_label(place: Place | None) -> str:
    if place is None:
        return ""
    county = None if place.is_area else place.own_county
    return (county or place).label


def _states_with_counts(index: SearchIndex, query: Query) -> list[tuple[str, str, int]]:
    counts = index.facets["state"].tally(matching_rows(index, query))
    return [(s.code.lower(), s.name, counts[s.code]) for s in STATES.values()]


@require_safe
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organization.objects.for_cards().find_by_url_slug(slug)
    if found is None or not found.is_public:
        return redirect_or_gone(request, Organization, slug, found)
    at = timezone.now()
    status = found.status_at(at) if found.has_known_hours else None
    context = {
        "organization": found,
        "at": at,
        "status": status,
        "zone": found.timezone,
        "branches": list(found.branches.public().by_city()),
        **head_context(request, found, at),
        **share_links(request, found),
    }
    page = render(request, "orgs/organization.html", context)
    return set_cache_policy(page, at, [status.until if status else None])
