"""The pages that combine the catalogs."""

from __future__ import annotations

import sys
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caching.page_cache import set_cache_policy
from curation.views import anonymous_form, form_methods, report_about
from directory.operations.database_outage import (
    is_database_unavailable,
    outage_response,
    trip_breaker,
)
from directory.pages.find import FindSearch
from directory.pages.forms import FindForm
from directory.pages.freshness import freshness_tables
from directory.pages.map import build_map_page
from directory.pages.offline_pack import SHEET_PATHS
from directory.pages.online import build_online_page
from directory.pages.related_guides import first_guides, related_guides
from directory.pages.sections import NearSection
from directory.pages.shortlist import fields_to_carry
from directory.pages.states import build_state_page
from directory.pages.summary import (
    add_suggestions,
    build_find_facets,
    build_summary,
    unusable_criteria,
)
from directory.pages.tile_map import build_tiles
from directory.pages.typed_words import parse_search
from directory.printing.sheet import build_state_sheet
from guides.models import Credential
from listings.cards import cards
from listings.crisis.lines import VisibleCrisisLine, visible_crisis_lines
from listings.crisis.models import CrisisKind
from listings.crisis.panel import is_in_distress, parameters_to_carry
from listings.facet_panel import SINGLE_PAGE, place_links
from orgs.kind_labels import KIND_LABELS
from orgs.models import Organization
from places.forms import PlaceForm, StateForm
from places.models import Place
from places.states import STATES
from search import browsing
from search.current import index_of
from search.query import Query
from warmlines.models import Warmline
from warmlines.open_status import line_statuses, next_changes, next_changes_in_groups
from warmlines.search import WarmlineSearch

HARM_KINDS = {CrisisKind.VIOLENCE, CrisisKind.SEXUAL_ASSAULT}
MAX_HOME_LINES = 4
MAX_HOME_GUIDES = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    search = WarmlineSearch(None, QueryDict(), at, from_anywhere=True)
    lines = search.for_everyone
    context = {
        "form": PlaceForm(),
        "lines": lines[:MAX_HOME_LINES],
        "open_count": sum(ln.is_open and not ln.has_public_warning for ln in lines),
        "no_open_line": search.no_open_line,
        "states": list(STATES.values()),
        "guides": first_guides(MAX_HOME_GUIDES),
        "at": at,
    }
    page = render(request, "directory/home.html", context)
    return set_cache_policy(page, at, next_changes(lines))


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    parsed = parse_search(request.GET)
    if parsed.page:
        return redirect(parsed.page)
    params = parsed.params
    form = FindForm(params)
    form.is_valid()
    at = timezone.now()
    params = parameters_to_carry(request.GET, params)
    search = FindSearch(form, params, at, in_distress=is_in_distress(request.GET))
    sections = search.sections()
    panel = build_find_facets(search)
    add_suggestions(search, panel, sections)
    links = place_links(form, params)
    near = next((part for part in sections if isinstance(part, NearSection)), None)
    context = {
        "form": form,
        "place": search.place,
        "problem": search.problem(near),
        "candidates": [] if search.place else links,
        "other_meanings": links if search.place else [],
        "summary": build_summary(search, panel, sections),
        "panel": panel,
        # If only lines were found by name, the counts would be of listings not shown.
        "has_filters": near is not None or not search.named_line_count,
        "sections": sections,
        "guides": search.guides(),
        "picked": fields_to_carry(request.GET, search.place),
        "at": at,
    }
    return render(request, "directory/find.html", context)


@require_safe
def find_map(request: HttpRequest) -> HttpResponse:
    """Show the places of a page of the find page on a map."""
    params = parse_search(request.GET).params
    form = FindForm(params)
    form.is_valid()
    params = parameters_to_carry(request.GET, params)
    search = FindSearch(form, params, timezone.now())
    near = search.near_section()
    listed = search.listed_places(near)
    if near is None or not listed:
        # The find page explains what is missing, and suggests what to do.
        return redirect(f"{reverse('find')}?{request.GET.urlencode()}")
    rows = Organization.objects.hydrate(listed)
    context = {
        "page": build_map_page(rows, search.place, near.first_number),
        "heading": near.heading,
        "back_url": f"{reverse('find')}?{params.urlencode()}",
        "pager": near.pager,
        "is_search": True,
        "unusable_criteria": [*form.hidden_field_errors, *unusable_criteria(search)],
    }
    return render(request, "directory/map.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Allow crawlers every page except the endless combinations of a search."""
    disallowed = ["/admin/", "/find/", "/es/find/", "/meetings/?", "/es/meetings/?"]
    disallowed += ["/list/", "/es/list/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallowed), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def states(request: HttpRequest) -> HttpResponse:
    index = index_of(Organization)
    organizations = index.facets["state"].tally(index.everything)
    lines = Warmline.objects.public().state_counts()
    rows = [
        (state, organizations.get(code, 0), lines.get(code, 0))
        for code, state in STATES.items()
    ]
    context = {"rows": rows, "tiles": build_tiles(organizations)}
    return set_cache_policy(
        render(request, "directory/states.html", context), timezone.now()
    )


@require_safe
def state(request: HttpRequest, code: str) -> HttpResponse:
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    at = timezone.now()
    shown = build_state_page(place, parameters_to_carry(request.GET), at)
    context = {
        "place": place,
        "zones": STATES[place.code].zones,
        "page": shown,
        "sheet_url": reverse("state_sheet", args=[code.lower()]),
        "sheets": SHEET_PATHS,
        # Queried only if the template has no cached fragment.
        "credentials": Credential.objects.public().in_state(place.state),
        "guides": related_guides(""),
        "at": at,
    }
    page = render(request, "directory/state.html", context)
    return set_cache_policy(page, at, next_changes_in_groups(shown.line_groups))


@anonymous_form
@form_methods
def state_report(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form to report what is missing or wrong on the page of a state."""
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    return report_about(request, place)


@require_safe
def state_map(request: HttpRequest, code: str) -> HttpResponse:
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    index = index_of(Organization)
    hits = browsing.in_state(index, Query(place=place), len(index)).hits
    rows = Organization.objects.hydrate(hits)
    context = {
        "page": build_map_page(rows, place),
        "heading": _("Map of peer support in %(state)s") % {"state": place.label},
        "back_url": reverse("state", args=[place.code.lower()]),
        "pager": SINGLE_PAGE,
        "is_search": False,
        "unusable_criteria": [],
    }
    return set_cache_policy(
        render(request, "directory/map.html", context), timezone.now()
    )


@require_safe
def state_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Show the printable sheet of a state, which also works offline."""
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    address = request.build_absolute_uri(reverse("state", args=[code.lower()]))
    at = timezone.now()
    context = {"sheet": build_state_sheet(place, address, at)}
    return set_cache_policy(render(request, "directory/sheet.html", context), at)


@require_safe
def online(request: HttpRequest) -> HttpResponse:
    """Show support online and by phone; `state` adds the lines of that state."""
    form = StateForm(request.GET)
    form.is_valid()
    at = timezone.now()
    found = build_online_page(form.place, parameters_to_carry(request.GET), at)
    context = {
        "form": form,
        "place": form.place,
        "states": list(STATES.values()),
        "page": found,
        "at": at,
    }
    page = render(request, "directory/online.html", context)
    is_usable = not (form.errors or found.panel.problems)
    is_known = is_usable and (found.rows or found.line_groups)
    reads = ("state", "page") if is_known else ()
    return set_cache_policy(page, at, next_changes_in_groups(found.line_groups), reads)


@require_safe
def freshness(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    context = {"tables": freshness_tables(at.date())}
    return set_cache_policy(render(request, "directory/freshness.html", context), at)


@require_safe
def static_page(request: HttpRequest, page: str) -> HttpResponse:
    """Show a page of text: about, contact, privacy, accessibility or leaving."""
    at = timezone.now()
    context = {
        "kinds": KIND_LABELS.values(),
        "contact_email": settings.CONTACT_EMAIL,
        "exit_host": urlsplit(settings.EXIT_URL).hostname,
        "at": at,
        "lines": lines_for_harm_at_home(at) if page == "leaving" else [],
    }
    return set_cache_policy(render(request, f"directory/{page}.html", context), at)


def lines_for_harm_at_home(at: datetime) -> list[VisibleCrisisLine]:
    return [
        line for line in visible_crisis_lines(at) if HARM_KINDS.intersection(line.kinds)
    ]


def server_error(request: HttpRequest) -> HttpResponse:
    """Show the error page, which needs no database and has 988 and the exit link."""
    if is_database_unavailable(sys.exc_info()[1]):
        trip_breaker()
        return outage_response(request)
    context = {"exit_url": settings.EXIT_URL}
    return HttpResponse(render_to_string("500.html", context), status=500)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show the components of the design, for people who work on it."""
    at = timezone.now()
    found = browsing.by_name(index_of(Organization), Query(), 2).hits
    context = {
        "form": PlaceForm(),
        "lines": line_statuses(Warmline.objects.public().for_cards()[:2], at),
        "cards": cards(Organization, found, "orgs/_card.html"),
        "rows": cards(Organization, found, "orgs/_row.html"),
        "at": at,
    }
    return render(request, "directory/style.html", context)
