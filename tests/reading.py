"""Reads a page as a visitor's tools would: sections, listings, links, words."""

from __future__ import annotations

import html
import re

from listings.registry import listing_models

SECTION = re.compile(r'<section[^>]*data-section="(\w+)".*?</section>', re.DOTALL)
ARTICLE = re.compile(
    r'<article[^>]*data-listing="([^"]+)"(?:[^>]*data-miles="([^"]+)")?'
)
LINK = re.compile(r"<a\b[^>]*>")
HREF = re.compile(r'\bhref="([^"]*)"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def sections_of(page):
    """{section: [(listing, miles)]} of a find page, in the order of the page."""
    return {found[1]: ARTICLE.findall(found[0]) for found in SECTION.finditer(page)}


def listings_on(page):
    return [key for key, _miles in ARTICLE.findall(page)]


def links_on(page):
    """Where a robot would go: every link that does not ask it to stay away."""
    links = [tag for tag in LINK.findall(page) if "nofollow" not in tag]
    return [html.unescape(HREF.search(tag)[1]) for tag in links]


def title_of(page):
    return html.unescape(TITLE.search(page)[1]).strip()


def public_listings():
    """Every listing a visitor may see, by the key it has on pages."""
    return {
        row.data_key: row
        for model in listing_models()
        for row in model.objects.public().prefetch_related("serves")
    }


def serves_by_name(listing, place):
    """Plainly, from the facts: it names the county or state, or takes anyone."""
    if listing.area == "nationwide" or getattr(listing, "who_may_call", "") == "anyone":
        return True
    return any(
        served.pk == place.county_id or served.code == place.state
        for served in listing.serves.all()
    )
