"""Describe a listing to search engines in schema.org terms, as JSON-LD."""

from __future__ import annotations

import calendar
import json
from datetime import datetime

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from caching.canonical_origin import canonical_url
from listings.located import AddressedListing
from listings.models import Listing
from listings.phones import dialable

# Characters that could end the script element or start markup, as JSON escapes.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def head_context(
    request: HttpRequest, listing: Listing, at: datetime
) -> dict[str, object]:
    """Return the template context for the <head> of a listing's page."""
    canonical = canonical_url(request, listing.get_absolute_url())
    return {"json_ld": json_ld_script(schema_org_facts(listing, canonical, at))}


def schema_org_facts(
    listing: Listing, canonical: str, at: datetime
) -> dict[str, object]:
    """Return the public facts as a schema.org Organization, without empty values."""
    found: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": listing.name,
        "url": canonical,
        "sameAs": listing.website,
        "telephone": dialable(listing.phone),
        "email": listing.email,
        "description": listing.summary,
        "address": _address(listing),
        "areaServed": _area_served(listing),
        "contactPoint": _contact_point(listing, at),
    }
    return {name: value for name, value in found.items() if value}


def _address(listing: Listing) -> dict[str, object]:
    if not isinstance(listing, AddressedListing) or not listing.city:
        return {}
    parts = {
        "@type": "PostalAddress",
        "streetAddress": listing.public_street,
        "addressLocality": listing.city,
        "addressRegion": listing.state,
        "postalCode": listing.public_zip_code,
        "addressCountry": "US",
    }
    return {name: value for name, value in parts.items() if value}


def _area_served(listing: Listing) -> list[dict[str, str]]:
    """Return the country, or the named states and counties; [] where not known."""
    if listing.is_nationwide:
        return [{"@type": "Country", "name": "US"}]
    return [
        {
            "@type": "State" if place.is_state else "AdministrativeArea",
            "name": place.label,
        }
        for place in listing.service_area.all()
    ]


def _contact_point(listing: Listing, at: datetime) -> dict[str, object]:
    """Return the phone and its weekly hours, or {} where hours are not weekly."""
    hours = listing.opening_hours
    number = dialable(listing.phone)
    if not (number and hours.is_known and hours.is_weekly):
        return {}
    days_of: dict[tuple[str, str], list[str]] = {}
    for day in hours.typical_week(at):
        for times in day.clock_times():
            # schema.org uses the English names of days on pages in every language.
            days_of.setdefault(times, []).append(calendar.day_name[day.date.weekday()])
    return {
        "@type": "ContactPoint",
        "telephone": number,
        "hoursAvailable": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": days,
                "opens": opens,
                "closes": closes,
            }
            for (opens, closes), days in days_of.items()
        ],
    }


def json_ld_script(data: dict[str, object]) -> SafeString:
    """Return a JSON-LD data block in which no fact can add markup."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  # escaped by ESCAPES
    )
