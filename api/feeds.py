"""Atom feeds (RFC 4287) of what is new, changed, checked and closed."""

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

from api.changes import CHANGED, CHECKED, CLOSED, NEW, Change, changes
from api.ids import NAMESPACE
from listings.querysets import ListingQuerySet
from orgs.models import Organization
from places.models import Place
from warmlines.eligibility import plain_who_words
from warmlines.models import Warmline

LAST = 50
# XML has no way to write these, and the feed's writer refuses them.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
Told = list[ListingQuerySet[Any]]


@require_safe
def whole(request: HttpRequest) -> HttpResponse:
    told: Told = [Organization.objects.told(), Warmline.objects.told()]
    title = _("Peer Support Directory: changes")
    return _feed(request, title, reverse("home"), told)


@require_safe
def state(request: HttpRequest, code: str) -> HttpResponse:
    """What stands in the state or serves it by name."""
    place = get_object_or_404(Place.objects.states(), code=code.upper())
    told: Told = [
        Organization.objects.told().reaching_state(place),
        Warmline.objects.told().naming_state(place.code),
    ]
    title = _("Peer Support Directory: changes in %(state)s") % {"state": place.label}
    return _feed(request, title, reverse("state", args=[code.lower()]), told)


def _feed(request: HttpRequest, title: str, page: str, told: Told) -> HttpResponse:
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(page),
        description="",
        language=get_language(),
        author_name=_("Peer Support Directory"),
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=uuid5(NAMESPACE, request.path).urn,
    )
    for change in changes(told, LAST):
        feed.add_item(
            title=CONTROLS.sub("", _title(change)),
            link=request.build_absolute_uri(change.listing.get_absolute_url()),
            description=escape(CONTROLS.sub("", _summary(change))),
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
    """What happened; of a line, whom it takes too; and any warning."""
    listing = change.listing
    said = [_what_happened(change)]
    if change.kind != CLOSED:
        if isinstance(listing, Warmline):
            said.append(f"{plain_who_words(listing)}.")
        said.append(listing.caution)
    return " ".join(filter(None, said))


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
    return getattr(listing, "town_line", "")
