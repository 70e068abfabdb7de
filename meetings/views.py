"""The list of meetings, the page of one meeting, and their calendars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import takewhile
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caching.page_cache import set_cache_policy
from listings.crisis.panel import parameters_to_carry
from listings.facet_panel import place_links, url_with
from listings.filters import term_choices
from listings.json_ld import head_context
from listings.shared_views import redirect_or_gone
from listings.time_zones import zone_name
from listings.vcard import share_links
from meetings import schedule_text
from meetings.forms import (
    RADIUS_CHOICES_MILES,
    MeetingForm,
    list_address_errors,
    list_zone_choices,
)
from meetings.ics import calendar_file
from meetings.meeting_index import Occurrence
from meetings.models import Meeting
from meetings.schedule import next_starts
from meetings.search import DAYS_SHOWN, JOINABLE_AFTER_START, MeetingSearch
from orgs.models import Organization
from places.models import Place

MAX_NEXT_DATES = 5
# In one calendar file.
MAX_EVENTS = 1_000
# Communities offered above the list.
MAX_SHORTCUTS = 8


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """List meetings from now on, in the requested time zone."""
    return _render_list(request)


@require_safe
def organization_meetings(request: HttpRequest, slug: str) -> HttpResponse:
    """List the meetings of one organization."""
    found = _public_host(slug)
    return _render_list(request, found)


def _render_list(
    request: HttpRequest, host: Organization | None = None
) -> HttpResponse:
    form = MeetingForm(request.GET)
    form.is_valid()
    params = parameters_to_carry(request.GET)
    at = timezone.now()
    search = MeetingSearch(form, params, at, host.pk if host else 0)
    panel = search.panel()
    place = form.place
    links = place_links(form, params)
    context = {
        "form": form,
        "host": host,
        "place": place,
        "problem": form.problem,
        "problems": [*list_address_errors(form), *_day_problem(search)],
        "candidates": [] if place else links,
        "other_meanings": links if place else [],
        "search": search,
        "days": search.days,
        "total": len(search.found),
        "panel": panel,
        "suggestions": []
        if search.found
        else panel.suggestions(search.count_excluding),
        "pager": search.pager,
        "day_links": list(_day_links(search, params)),
        **_zone_context(search.zone),
        "is_zone_known": bool(place or form.cleaned_data.get("zone")),
        "radius_links": _radius_links(params),
        "shortcuts": _shortcuts(search, params),
        "sheet_url": "" if host else _with_query(reverse("meetings_sheet"), params),
        "calendar_url": _calendar_url(request.path, params),
        "hidden": _hidden_inputs(params, "near", "state", "lat", "lon"),
        "zone_hidden": _hidden_inputs(params, "zone"),
        "query": _zone_query(form),
        "at": at,
    }
    page = render(request, "meetings/meetings.html", context)
    return set_cache_policy(page, at, _next_changes(search.found, at))


@require_safe
def sheet(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the meetings of a search, or for a state, on a sheet to print.

    A state's sheet has a path of its own, so that a phone can save it.
    """
    query = request.GET.copy()
    if code:
        query["state"] = code.upper()
        get_object_or_404(Place.objects.states(), code=query["state"])
    form = MeetingForm(query)
    form.is_valid()
    params = parameters_to_carry(query)
    at = timezone.now()
    search = MeetingSearch(form, params, at)
    context = {
        "place": form.place,
        "problems": [*list_address_errors(form), *_day_problem(search)],
        "subjects": [chosen.label for chosen in search.panel().active_filters],
        "days": search.sheet_days,
        "left_out": search.left_out_of_sheet,
        "zone": search.zone,
        "zone_name": zone_name(search.zone.key),
        "back_url": _with_query(reverse("meetings"), params),
        "domain": request.get_host(),
        "printed_on": search.today,
        "at": at,
    }
    page = render(request, "meetings/sheet.html", context)
    return set_cache_policy(page, at, _next_changes(search.found, at))


def _zone_context(zone: ZoneInfo) -> dict[str, object]:
    return {
        "zone": zone,
        "zone_name": zone_name(zone.key),
        "zones": list_zone_choices(zone.key),
    }


def _radius_links(params: QueryDict) -> list[tuple[int, str]]:
    return [(n, url_with(params, radius=n)) for n in RADIUS_CHOICES_MILES]


def _shortcuts(search: MeetingSearch, params: QueryDict) -> list[tuple[str, int, str]]:
    """Return label, count and URL of the communities with the most meetings."""
    if "community" in search.filters.chosen:
        return []
    labels = dict(term_choices().get("community", []))
    most_common = search.counts["community"].most_common(MAX_SHORTCUTS)
    return [
        (labels[slug], number, url_with(params, community=slug))
        for slug, number in most_common
        if slug in labels
    ]


def _calendar_url(path: str, params: QueryDict) -> str:
    """Return the URL of this list as a calendar, with the same filters."""
    return _with_query(f"{path.rstrip('/')}.ics", params)


def _with_query(path: str, params: QueryDict) -> str:
    query = url_with(params)
    return f"{path}{query if len(query) > 1 else ''}"


def _hidden_inputs(params: QueryDict, *but: str) -> list[tuple[str, str]]:
    """Return the query parameters that a form repeats as hidden inputs."""
    names = [name for name in params if name not in (*but, "page")]
    return [(name, value) for name in names for value in params.getlist(name) if value]


def _next_changes(found: Iterable[Occurrence], at: datetime) -> list[datetime]:
    """Return when the page changes: a meeting starts, or is too late to join."""
    before = at + timedelta(hours=1)
    soon = [one.start for one in takewhile(lambda one: one.start <= before, found)]
    return [*soon, *(start + JOINABLE_AFTER_START for start in soon)]


def _day_problem(search: MeetingSearch) -> list[str]:
    if search.form.cleaned_data.get("day") and search.day is None:
        return [_("This day is past, or more than a year ahead.")]
    return []


def _day_links(
    search: MeetingSearch, params: QueryDict
) -> Iterable[tuple[str, str, bool]]:
    """Yield label, URL and "is chosen" for all days and each of the next seven."""
    yield _("All 7 days"), url_with(params, day=None), search.day is None
    for ahead in range(DAYS_SHOWN):
        day = search.today + timedelta(days=ahead)
        label = {0: _("Today"), 1: _("Tomorrow")}.get(ahead) or _weekday(day)
        said = {0: "today", 1: "tomorrow"}.get(ahead, day.isoformat())
        yield label, url_with(params, day=said), search.day == day


def _weekday(day: date) -> str:
    return f"{capfirst(str(WEEKDAYS_ABBR[day.weekday()]))} {day.day}"


def _zone_query(form: MeetingForm) -> str:
    """Return the query with the visitor's time zone, or "" if it is unknown."""
    is_known = form.place or form.cleaned_data.get("zone")
    return f"?{urlencode({'zone': form.reader_zone.key})}" if is_known else ""


@require_safe
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one meeting with its next dates in the visitor's time zone."""
    found = Meeting.objects.for_cards().find_by_url_slug(slug)
    if found is None or not found.is_public:
        return redirect_or_gone(request, Meeting, slug, found)
    form = MeetingForm(request.GET)
    form.is_valid()
    at = timezone.now()
    own = found.schedule
    is_zone_known = bool(form.place or form.cleaned_data.get("zone"))
    zone = form.reader_zone if is_zone_known or own is None else own.zone
    own_zone = own.zone if own else zone
    is_open = found.status == Meeting.Status.PUBLISHED
    starts = (
        next_starts(own, at - JOINABLE_AFTER_START, MAX_NEXT_DATES)
        if own and is_open
        else []
    )
    context: dict[str, object] = {
        "meeting": found,
        "dates": [_describe_date(start, own_zone, zone) for start in starts],
        "first": starts[0].astimezone(zone) if starts else None,
        "schedule_words": schedule_text.describe_schedule(found),
        **_zone_context(zone),
        "own_zone_name": zone_name(found.timezone),
        "problems": list_address_errors(form),
        "is_stale": found.is_stale(at.date()),
        "how": " ".join(found.ways),
        "at": at,
        **head_context(request, found, at),
        **share_links(request, found),
    }
    page = render(request, "meetings/meeting.html", context)
    return set_cache_policy(
        page, at, [start + JOINABLE_AFTER_START for start in starts]
    )


def _describe_date(
    start: datetime, own_zone: ZoneInfo, zone: ZoneInfo
) -> tuple[str, str, str, str]:
    """Return a start as ISO 8601, as text, in the other time zone, and a warning."""
    here, there = start.astimezone(zone), start.astimezone(own_zone)
    differs = here.utcoffset() != there.utcoffset()
    theirs = schedule_text.format_moment(there) if differs else ""
    warning = schedule_text.holiday_warning(there.date())
    return here.isoformat(), schedule_text.format_moment(here), theirs, warning


@require_safe
def meeting_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """Redirect from the key of a meeting in files to its page."""
    found = Meeting.objects.with_import_keys([key]).first()
    if found is None or found.status == Meeting.Status.DRAFT:
        raise Http404(_("No listing at this address."))
    return redirect(found.get_absolute_url(), permanent=True)


@require_safe
def meeting_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one meeting as a calendar file."""
    found = Meeting.objects.public().for_cards().find_by_url_slug(slug)
    if found is None:
        raise Http404(_("No listing at this address."))
    return _calendar(request, [found], found.url_slug)


def _public_host(slug: str) -> Organization:
    host = Organization.objects.public().find_by_url_slug(slug)
    if host is None:
        raise Http404(_("No listing at this address."))
    return host


@require_safe
def calendar(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Return the meetings of a list as a calendar to subscribe to."""
    host = None
    if slug:
        host = _public_host(slug)
    form = MeetingForm(request.GET)
    form.is_valid()
    search = MeetingSearch(form, request.GET, timezone.now(), host.pk if host else 0)
    keys = search.found.meeting_pks
    found = Meeting.objects.public().for_cards().filter(pk__in=keys).order_by("slug")
    return _calendar(request, found[:MAX_EVENTS], slug or "meetings")


def _calendar(
    request: HttpRequest, found: Iterable[Meeting], name: str
) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    return HttpResponse(
        calendar_file(found, site, timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.ics"',
            "X-Robots-Tag": "noindex",
        },
    )
