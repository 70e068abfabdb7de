"""Facts of a listing for machines that read pages: schema.org in JSON-LD."""

from __future__ import annotations

import calendar
import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from caching.canonical_origin import canonical_url
from listings.phones import dialable

# What could end the element or start markup, written so that it cannot.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def head(request: HttpRequest, listing: Any, at: datetime) -> dict[str, object]:
    """What a listing's page puts into its head."""
    canonical = canonical_url(request, listing.get_absolute_url())
    return {"json_ld": script(facts(listing, canonical, at))}


def facts(listing: Any, canonical: str, at: datetime) -> dict[str, object]:
    """schema.org's words; a withheld street is not among them."""
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
        "areaServed": _area(listing),
        "contactPoint": _contact_point(listing, at),
    }
    return {name: value for name, value in found.items() if value}


def _address(listing: Any) -> dict[str, object]:
    if not getattr(listing, "city", ""):
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


def _area(listing: Any) -> list[dict[str, str]]:
    """The country, or the states and counties that are named; [] where not known."""
    if listing.serves_everywhere:
        return [{"@type": "Country", "name": "US"}]
    return [
        {
            "@type": "State" if place.is_state else "AdministrativeArea",
            "name": place.label,
        }
        for place in listing.service_area.all()
    ]


def _contact_point(listing: Any, at: datetime) -> dict[str, object]:
    """The phone and its hours; nothing where there is no table of a week."""
    hours = listing.opening_hours
    number = dialable(listing.phone)
    if not (number and hours.is_known and hours.is_weekly):
        return {}
    days_of: dict[tuple[str, str], list[str]] = {}
    for day in hours.usual_week(at):
        for times in day.clock_times():
            # schema.org's names of days are English on every page.
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


def script(data: dict[str, object]) -> SafeString:
    """A data block; not run as a script, and closed against markup in the facts."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  # escaped by ESCAPES
    )
