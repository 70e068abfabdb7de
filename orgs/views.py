"""The pages of organizations: the catalogue, the CILs, and one in full."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kept.memory import Shelf
from kept.pages import may_be_kept
from listings.cards import cards
from listings.crisis.panel import carried
from listings.linked_data import head
from listings.named import named_elsewhere
from listings.pages import or_elsewhere
from listings.panel import (
    ONE_PAGE,
    Pager,
    build_panel,
    page_number,
    page_problems,
    place_links,
)
from listings.sharing import sharing
from listings.wording import own_words
from orgs.filters import CatalogueFilter
from orgs.forms import CatalogueForm
from orgs.models import Organization, OrganizationQuerySet
from places.forms import PlaceForm
from places.models import Place
from places.near import Hit
from places.states import STATES

PAGE_SIZE = 30
# How many there are under some filters and words that are nobody's own, and a page.
TOTALS: Shelf[tuple[Any, ...], int] = Shelf(1_000)
PAGES: Shelf[tuple[Any, ...], tuple[list[Hit], int]] = Shelf(1_000)


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """The whole catalogue by name, under the filters and words of the address."""
    form = CatalogueForm(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q") or ""
    params = carried(request.GET)
    chosen = CatalogueFilter(params)
    public = Organization.objects.public()
    scope = public.matching(words)
    own = own_words(public, words)
    key = None if own is None else ("catalogue", own)
    page = page_number(request.GET)
    found = chosen.narrow(scope).by_relevance(words)

    def shown(known: int | None = None) -> tuple[list[Hit], int]:
        start = (page - 1) * PAGE_SIZE
        return found.page(limit=PAGE_SIZE, offset=start, total=known)  # type: ignore[no-any-return]

    if key:
        total = TOTALS.get((*chosen.key, *key), found.count)
        hits, total = PAGES.get((*chosen.key, *key, page), lambda: shown(total))
    else:
        hits, total = shown()
    counts = chosen.counts(lambda: scope, key)
    panel = build_panel(chosen, params, counts, ["q"])
    context = {
        "form": form,
        "words": words,
        "rows": cards(Organization, hits, "orgs/_catalogue_row.html", level=2),
        "total": total,
        "panel": panel,
        "advice": [] if hits else panel.advice(chosen.counter(scope)),
        "near_misses": [] if hits or not words else near_misses(words),
        "named": named_elsewhere(words, but=Organization),
        "pager": Pager.of(params, page, total, PAGE_SIZE),
    }
    answer = render(request, "orgs/organizations.html", context)
    # Past its end, or for a state that is none, it would be one page under many names.
    is_usable = not (chosen.unknown or panel.problems)
    reads = ("state", "page") if hits and is_usable else ()
    return may_be_kept(answer, timezone.now(), reads=reads)


def near_misses(words: str) -> list[Organization]:
    return Organization.objects.public().named_like(words)


@require_safe
def cils(request: HttpRequest) -> HttpResponse:
    """Centers for Independent Living: by state, or those that serve a county."""
    form = PlaceForm(request.GET)
    form.is_valid()
    place = form.place
    params = carried(request.GET)
    centers = Organization.objects.public().cils()
    page = page_number(request.GET)
    context: dict[str, object] = {
        "form": form,
        "place": place,
        "problem": form.problem,
        "area": _area_label(place),
        "links": place_links(form, params),
        "left_out": page_problems(request.GET),
        "states": [] if place else _states_with_counts(centers.state_counts()),
        "rows": [],
        "named": True,
        "listings": [],
        "total": 0,
        "pager": ONE_PAGE,
    }
    if form.problem == "unknown" and (listings := named_elsewhere(form.typed)):
        context |= {"listings": listings, "problem": ""}
    if place:
        found = _serving(place)
        hits, total = found.page(limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        rows = cards(Organization, hits, "orgs/_card.html")
        pager = Pager.of(params, page, total, PAGE_SIZE)
        context |= {"rows": rows, "total": total, "pager": pager}
        context["named"] = place.is_state or any(row.coverage == 0 for row in rows)
    answer = render(request, "orgs/cils.html", context)
    is_usable = context["rows"] and not context["left_out"]
    reads = ("state", "page") if is_usable else ()
    return may_be_kept(answer, timezone.now(), reads=reads)


def _serving(place: Place) -> OrganizationQuerySet:
    """Those that name the county; where none does, the state's, to be asked."""
    centers = Organization.objects.public().cils()
    if place.is_state:
        return centers.reaching_state(place).by_town()
    named = centers.serving_by_name(place)
    if named.exists():
        return named.surest_first(place)
    return centers.in_states(place.state_codes).covering(place).surest_first(place)


def _area_label(place: Place | None) -> str:
    if place is None:
        return ""
    county = None if place.is_area else place.own_county
    return (county or place).label


def _states_with_counts(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(s.code.lower(), s.name, counts.get(s.code, 0)) for s in STATES.values()]


@require_safe
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organization.objects.for_cards().filter(slug=slug).first()
    if found is None or not found.is_public:
        return or_elsewhere(request, Organization, slug, found)
    at = timezone.now()
    status = found.status_at(at) if found.has_known_hours else None
    context = {
        "organization": found,
        "at": at,
        "status": status,
        "zone": found.timezone,
        "branches": list(found.branches.public().by_town()),
        **head(request, found),
        **sharing(request, found),
    }
    page = render(request, "orgs/organization.html", context)
    return may_be_kept(page, at, [status.until if status else None])
