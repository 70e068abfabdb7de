"""The search inside a partner's page: a frame, and the only page that may be framed."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from directory.pages.find import Near, Search, Section
from directory.pages.forms import FindForm
from directory.pages.summary import answer, find_panel, left_out
from directory.pages.typed_words import understand
from listings.cards import Card
from listings.crisis.panel import carried, is_in_distress
from listings.facet_panel import place_links
from warmlines.open_status import at_most

# A frame is small: these, and the rest behind one link to the whole answer.
PLACES, LINES = 5, 4
# What else the address may ask; a search typed in the frame keeps it.
KEPT = ("kind", "service", "community", "condition", "language", "how")


@csp_replace({"frame-ancestors": ["*"]})
@xframe_options_exempt
@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """A box, and for a place the nearest listings and the lines that answer there."""
    params = understand(request.GET).params
    form = FindForm(params)
    form.is_valid()
    params = carried(request.GET, params)
    at = timezone.now()
    search = Search(form, params, at, in_distress=is_in_distress(request.GET))
    near = search.standing()
    lines = search.phone() if search.place or search.lines_named else None
    parts: list[Section] = [part for part in (near, lines) if part]
    links = place_links(form, params)
    context = {
        "form": form,
        "place": search.place,
        "problem": search.problem(near),
        "candidates": [] if search.place else links,
        "hidden": [(name, v) for name in KEPT for v in params.getlist(name)],
        "answer": answer(search, find_panel(search), parts),
        "left_out": left_out(search),
        "near": near,
        **_at_most(near),
        "line_groups": at_most(lines.groups, LINES) if lines else [],
        "none_open": lines.none_open if lines else None,
        "whole_url": f"{reverse('find')}?{params.urlencode()}",
        "at": at,
    }
    response = render(request, "directory/embed.html", context)
    # A partner's page that shuts out everything undeclared may still frame this.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _at_most(near: Near | None) -> dict[str, list[Card]]:
    """The first PLACES cards: those that may be open apart from the others."""
    sure = [*near.rows, *near.folded][:PLACES] if near else []
    maybe_open = near.maybe_open[: PLACES - len(sure)] if near else []
    return {"rows": sure, "maybe_open": maybe_open}
