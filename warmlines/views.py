"""The list of warmlines and the page of one warmline."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from caching.page_cache import set_cache_policy
from listings.crisis.panel import parameters_to_carry
from listings.facet_panel import place_links
from listings.json_ld import head_context
from listings.shared_views import redirect_or_gone
from listings.snapshot import snapshot_date
from listings.text import fold
from listings.vcard import share_links
from places.states import STATES
from warmlines.forms import WarmlineForm
from warmlines.models import Warmline
from warmlines.open_status import LineGroup, LineStatus, line_statuses, next_changes
from warmlines.search import WarmlineSearch


def is_line_name(form: WarmlineForm) -> bool:
    """Return True if the text in the place field names a line and no place."""
    if form.problem != "unknown" or not fold(form.typed):
        return False
    return Warmline.objects.public().matching(form.typed).exists()


@require_safe
def warmlines(request: HttpRequest) -> HttpResponse:
    """List the lines that accept callers from a place, or all lines."""
    form = WarmlineForm(request.GET)
    form.is_valid()
    at = timezone.now()
    place, open_now = form.place, bool(form.cleaned_data.get("open_now"))
    words = form.typed if is_line_name(form) else ""
    params = parameters_to_carry(request.GET)
    search = WarmlineSearch(place, params, at, open_now=open_now, words=words)
    lines, everyone = search.lines, search.for_everyone
    panel = search.panel(keep=["near", "state", "lat", "lon"])
    links = place_links(form, params)
    context = {
        "form": form,
        "place": place,
        "problem": "" if words else form.problem,
        "words": words,
        "candidates": [] if place else links,
        "other_meanings": links if place else [],
        "panel": panel,
        "groups": search.groups if place else [],
        **_group_by_area(search),
        "lines_by_name": lines if words else [],
        "suggestions": [] if lines else search.suggestions(panel),
        "line_count": sum(not line.has_public_warning for line in everyone),
        "open_count": sum(ln.is_open and not ln.has_public_warning for ln in everyone),
        "more_count": len({*map(_line_pk, lines)} - {*map(_line_pk, everyone)}),
        "no_open_line": search.no_open_line,
        "call_first": next((ln for ln in everyone if ln.can_be_called_now), None),
        "at": at,
    }
    page = render(request, "warmlines/warmlines.html", context)
    moments = next_changes([*lines, *everyone])
    return set_cache_policy(page, at, moments, parameters=("state",) if place else ())


def _group_by_area(search: WarmlineSearch) -> dict[str, list[LineGroup]]:
    """Return groups for a page without a place.

    States are collapsed to links, unless the list is filtered or a snapshot.
    """
    if search.place or search.words:
        return {"area_groups": [], "state_groups": []}
    groups = search.groups_by_area
    if search.is_filtered or search.open_now or snapshot_date():
        return {"area_groups": groups, "state_groups": []}
    return {
        "area_groups": [group for group in groups if group.slug.upper() not in STATES],
        "state_groups": [group for group in groups if group.slug.upper() in STATES],
    }


def _line_pk(line: LineStatus) -> int:
    return line.warmline.pk


@require_safe
def warmline(request: HttpRequest, slug: str) -> HttpResponse:
    found = Warmline.objects.for_cards().find_by_url_slug(slug)
    if found is None or not found.is_public:
        return redirect_or_gone(request, Warmline, slug, found)
    at: datetime = timezone.now()
    [line] = line_statuses([found], at)
    context = {
        "warmline": found,
        "line": line,
        "at": at,
        **head_context(request, found, at),
        **share_links(request, found),
    }
    page = render(request, "warmlines/warmline.html", context)
    return set_cache_policy(page, at, next_changes([line]))
