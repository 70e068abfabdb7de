"""Facts of a listing for machines that read pages: schema.org in JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kept.origin import canonical_url
from listings.phones import dialable

# What could end the element or start markup, written so that it cannot.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def head(request: HttpRequest, listing: Any) -> dict[str, object]:
    """What a listing's page puts into its head."""
    canonical = canonical_url(request, listing.get_absolute_url())
    return {"json_ld": script(facts(listing, canonical))}


def facts(listing: Any, canonical: str) -> dict[str, object]:
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


def script(data: dict[str, object]) -> SafeString:
    """A data block; not run as a script, and closed against markup in the facts."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  # escaped by ESCAPES
    )
