"""Atom feeds (RFC 4287) of new, changed, checked and closed listings."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from api.changes import CHANGED, CHECKED, CLOSED, NEW, Change, recent_changes
from api.ids import NAMESPACE
from listings.querysets import ListingQuerySet
from orgs.models import Organization
from places.models import Place
from warmlines.eligibility import describe_eligibility_as_text
from warmlines.models import Warmline

MAX_ENTRIES = 50
# XML cannot contain these, and the feed writer refuses them.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
Querysets = list[ListingQuerySet[Any]]


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    querysets: Querysets = [
        Organization.objects.ever_published(),
        Warmline.objects.ever_published(),
    ]
    title = _("Peer Support Directory: changes")
    return _atom_response(request, title, reverse("home"), querysets)


@require_safe
def state_feed(request: HttpRequest, code: str) -> HttpResponse:
    """Return the changes of listings in a state, or with the state in their service
    area."""
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    querysets: Querysets = [
        Organization.objects.ever_published().in_or_serving_state(place),
        Warmline.objects.ever_published().serving_state_by_name(place.code),
    ]
    title = _("Peer Support Directory: changes in %(state)s") % {"state": place.label}
    return _atom_response(
        request, title, reverse("state", args=[code.lower()]), querysets
    )


def _atom_response(
    request: HttpRequest, title: str, page: str, querysets: Querysets
) -> HttpResponse:
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(page),
        description="",
        language=get_language(),
        author_name=_("Peer Support Directory"),
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=uuid5(NAMESPACE, request.path).urn,
    )
    for change in recent_changes(querysets, MAX_ENTRIES):
        feed.add_item(
            title=CONTROL_CHARACTERS.sub("", _title(change)),
            link=request.build_absolute_uri(change.listing.get_absolute_url()),
            description=escape(CONTROL_CHARACTERS.sub("", _summary(change))),
            unique_id=change.id.urn,
            pubdate=change.when,
            updateddate=change.when,
            categories=[change.kind],
        )
    text = feed.writeString("utf-8")
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")


def _title(change: Change) -> str:
    titles = {
        NEW: _("New: %(name)s"),
        CHANGED: _("Changed: %(name)s"),
        CHECKED: _("Checked: %(name)s"),
        CLOSED: _("Closed: %(name)s"),
    }
    return titles[change.kind] % {"name": change.listing.name}


def _summary(change: Change) -> str:
    """Say what happened, who can call (for a warmline), and any warning."""
    listing = change.listing
    sentences = [_what_happened(change)]
    if change.kind != CLOSED:
        if isinstance(listing, Warmline):
            sentences.append(f"{describe_eligibility_as_text(listing)}.")
        sentences.append(listing.public_warning)
    return " ".join(filter(None, sentences))


def _what_happened(change: Change) -> str:
    listing = change.listing
    if change.kind == CLOSED:
        return _("It is not listed any more.")
    if change.kind == CHECKED:
        day = date_format(listing.checked_on) if listing.checked_on else ""
        facts = {"day": day, "how": listing.get_checked_how_display()}
        return _("Checked on %(day)s %(how)s.") % facts
    if change.facts:
        return _("What changed: %(facts)s.") % {"facts": ", ".join(change.facts)}
    return getattr(listing, "city_line", "")
