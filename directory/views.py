"""The pages that join the catalogues."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.answer import advise, answer, find_panel
from directory.find import Search
from directory.forms import FindForm
from listings.panel import place_links
from places.forms import PlaceForm
from places.states import STATES
from warmlines.lines import lines_at
from warmlines.models import Warmline

HOME_LINES = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    lines = lines_at(Warmline.objects.public().from_anywhere().for_cards(), at)
    open_lines = [line for line in lines if line.is_open]
    for_anyone = [line for line in open_lines if not line.warmline.is_for_group]
    context = {
        "form": PlaceForm(),
        "lines": for_anyone[:HOME_LINES],
        "open_count": len(open_lines),
        "states": list(STATES.values()),
        "at": at,
    }
    return render(request, "directory/home.html", context)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET)
    form.is_valid()
    at = timezone.now()
    search = Search(form, request.GET, at)
    sections = search.sections()
    panel = find_panel(search)
    advise(search, panel, sections)
    links = place_links(form, request.GET)
    context = {
        "form": form,
        "place": search.place,
        "problem": form.problem,
        "candidates": [] if search.place else links,
        "other_meanings": links if search.place else [],
        "answer": answer(search, sections),
        "panel": panel,
        "sections": sections,
        "at": at,
    }
    return render(request, "directory/find.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may read every page but the endless combinations of a search."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /find/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
