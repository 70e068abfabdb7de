"""The search for the pages of partners: the only page that may be in a frame."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from directory.pages.find import FindSearch
from directory.pages.forms import FindForm
from directory.pages.sections import Section
from directory.pages.summary import build_find_facets, build_summary, unusable_criteria
from directory.pages.typed_words import parse_search
from listings.cards import Card
from listings.crisis.panel import is_in_distress, parameters_to_carry
from listings.facet_panel import place_links

# A frame is small, so it shows only so many, and a link to the find page.
MAX_CARDS = 5
# Filters in the address, which a search in the frame keeps.
FILTER_PARAMETERS = ("kind", "service", "community", "condition", "language", "how")


@csp_replace({"frame-ancestors": ["*"]})
@xframe_options_exempt
@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """Show a search box, and for a place its nearest listings and its warmlines."""
    params = parse_search(request.GET).params
    form = FindForm(params)
    form.is_valid()
    params = parameters_to_carry(request.GET, params)
    at = timezone.now()
    search = FindSearch(form, params, at, in_distress=is_in_distress(request.GET))
    near = search.near_section()
    lines = search.phone() if search.place or search.named_line_count else None
    sections: list[Section] = [section for section in (near, lines) if section]
    links = place_links(form, params)
    context = {
        "form": form,
        "place": search.place,
        "problem": search.problem(near),
        "candidates": [] if search.place else links,
        "hidden": [
            (name, v) for name in FILTER_PARAMETERS for v in params.getlist(name)
        ],
        "summary": build_summary(search, build_find_facets(search), sections),
        "unusable_criteria": unusable_criteria(search),
        "near": near,
        **_first_cards(search.listed_places(near)),
        "line_groups": lines.groups if lines else [],
        "folded_groups": lines.folded if lines else [],
        "no_open_line": lines.no_open_line if lines else None,
        "whole_url": f"{reverse('find')}?{params.urlencode()}",
        "at": at,
    }
    response = render(request, "directory/embed.html", context)
    # Pages with a Cross-Origin-Embedder-Policy can then frame this too.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _first_cards(listed: list[Card]) -> dict[str, list[Card]]:
    """Return the first MAX_CARDS cards, with those that may be open in a list of their
    own."""
    rows = [card for card in listed if not card.hit.may_be_open][:MAX_CARDS]
    maybe_open = [card for card in listed if card.hit.may_be_open]
    return {"rows": rows, "maybe_open": maybe_open[: MAX_CARDS - len(rows)]}
