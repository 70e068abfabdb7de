"""A list that a visitor makes, which is in the address of the page alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import segno
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.cards import Card, cards
from listings.facet_panel import url_without
from listings.models import Listing
from listings.phones import national
from listings.text import is_valid_slug
from orgs.coverage import coverage_reasons
from orgs.models import Organization
from places.forms import PlaceForm
from places.lookup import canonical_query
from places.models import Place
from places.nearest import SearchHit
from search.current import index_of
from warmlines.models import Warmline
from warmlines.open_status import LineStatus, line_statuses

ListingT = TypeVar("ListingT", Organization, Warmline)
# The parameters with the slugs of organizations and of warmlines.
PARAMETERS = ("o", "w")
# A longer list fits on no sheet, and in no text message.
MAX_LISTED = 30


@dataclass(frozen=True)
class Shortlist:
    lines: list[LineStatus]
    organizations: list[Card]
    # (name, address of the list without it)
    removals: list[tuple[str, str]]
    address: str
    text: str
    # Slugs that no public listing has, or that are too many.
    missing: int = 0
    left_out: int = 0
    hidden: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.organizations)

    @property
    def by_text(self) -> str:
        return f"sms:?&body={quote(self.text)}"

    @property
    def by_mail(self) -> str:
        subject = _("My list")
        return f"mailto:?subject={quote(subject)}&body={quote(self.text)}"

    @property
    def qr_code(self) -> SafeString:
        """Return the address as an SVG; its white background suits dark screens too."""
        code = segno.make(self.address, error="l", micro=False)
        drawn = code.svg_inline(border=2, light="#fff", omitsize=True)
        return mark_safe(drawn)  # noqa: S308  # segno's own markup


@require_safe
def shortlist(request: HttpRequest) -> HttpResponse:
    """Show the chosen listings. The page is never cached or indexed."""
    form = PlaceForm(request.GET)
    form.is_valid()
    at = timezone.now()
    found = build_shortlist(request, form.place, at)
    context = {"list": found, "place": form.place, "form": PlaceForm(), "at": at}
    return render(request, "directory/shortlist.html", context)


def chosen_pairs(params: QueryDict) -> list[tuple[str, str]]:
    """Return (parameter, slug) of each listing in the address, each once."""
    pairs = ((name, slug) for name in PARAMETERS for slug in params.getlist(name))
    return list(dict.fromkeys(pair for pair in pairs if pair[1]))


def fields_to_carry(params: QueryDict, place: Place | None) -> list[tuple[str, str]]:
    """Return what a form of the list sends: the listings before, and the county.

    The county decides the time zone of hours. A list may be sent to others, so it
    contains no place that is more exact.
    """
    pairs = chosen_pairs(params)
    if place is None:
        return pairs
    return [*pairs, ("near", canonical_query(place.own_county or place))]


def build_shortlist(
    request: HttpRequest, place: Place | None, at: datetime
) -> Shortlist:
    pairs = chosen_pairs(request.GET)
    listed = pairs[:MAX_LISTED]
    # No listing has an invalid slug, and PostgreSQL refuses some characters.
    valid = [(name, slug) for name, slug in listed if is_valid_slug(slug)]
    slugs, line_slugs = ([s for name, s in valid if name == one] for one in PARAMETERS)
    public = Organization.objects.public().for_cards()
    rows = _in_order(public.filter(slug__in=slugs), slugs)
    public_lines = Warmline.objects.public().for_cards()
    lines = _in_order(public_lines.filter(slug__in=line_slugs), line_slugs)
    listings: list[tuple[str, Listing]] = [
        *(("w", line) for line in lines),
        *(("o", row) for row in rows),
    ]
    address = request.build_absolute_uri()
    return Shortlist(
        lines=line_statuses(lines, at, place),
        organizations=_organization_cards(rows, place),
        removals=[
            (str(row.name), url_without(request.GET, name, str(row.slug)))
            for name, row in listings
        ],
        address=address,
        text="\n".join([*(_line_of_text(row) for _name, row in listings), address]),
        missing=len(listed) - len(listings),
        left_out=len(pairs) - len(listed),
        hidden=pairs,
    )


def _in_order(rows: Iterable[ListingT], slugs: list[str]) -> list[ListingT]:
    """Return the rows in the order of the address."""
    by_slug = {row.slug: row for row in rows}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


def _organization_cards(rows: list[Organization], place: Place | None) -> list[Card]:
    index = index_of(Organization)
    wanted = index.with_pks([row.pk for row in rows])
    coverage = index.coverage(place) if place else None
    hits = index.hits(index.by_name(wanted, len(rows)), coverage=coverage)
    by_pk = {hit.pk: hit for hit in hits}
    in_order = [by_pk.get(row.pk, SearchHit(row.pk)) for row in rows]
    reasons = coverage_reasons(place)
    return cards(Organization, in_order, "orgs/_card.html", reasons=reasons)


def _line_of_text(row: Listing) -> str:
    number = national(row.phone) if row.phone else row.website
    return f"{row.name}: {number}" if number else row.name
