"""Read sections, listings, links and sentences from the HTML of a page."""

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
# The text of a listing's source is marked as English, so it is left out.
BLOCKS = re.compile(r"<(p|li|dd|summary)\b(?! lang=)[^>]*>(.*?)</\1>", re.DOTALL)
# The cards in a list. The page of a listing has one article with this class.
LISTED = re.compile(r'<article(?! class="stack").*?</article>', re.DOTALL)
# Proper names and license names cannot be simplified.
NAMES = re.compile(
    r"Centers? for Independent Living|Independent Living|Peer Support Directory"
    r"|My Health My Data Act|WCAG 2\.2|CC BY(-NC)? 4\.0|SUCCURRO \(Kara Zajac\)"
    r"|NAMI National Warmline Directory|US Census Bureau|US Geological Survey"
)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def sentences(page):
    """Yield the sentences of the page's text blocks, with names replaced."""
    main = page[page.index("<main") : page.index("</main>")]
    main = LISTED.sub("", main)
    for _tag, inner in BLOCKS.findall(main):
        text = html.unescape(re.sub(r"<[^>]+>", " ", inner))
        text = NAMES.sub("It", " ".join(text.split()))
        if len(text.split()) >= 4 and text[-1] in ".!?":
            yield text


def sections_of(page):
    """Return {section: [(listing, miles)]} of a find page, in page order."""
    return {found[1]: ARTICLE.findall(found[0]) for found in SECTION.finditer(page)}


def listings_on(page):
    return [key for key, _miles in ARTICLE.findall(page)]


def links_on(page):
    """Return the links that a robot follows: all without rel="nofollow"."""
    links = [tag for tag in LINK.findall(page) if "nofollow" not in tag]
    return [html.unescape(HREF.search(tag)[1]) for tag in links]


def title_of(page):
    return html.unescape(TITLE.search(page)[1]).strip()


def public_listings():
    """Return every public listing by its key on pages."""
    return {
        row.data_key: row
        for model in listing_models()
        for row in model.objects.public().prefetch_related("service_area")
    }


def serves_by_name(listing, place):
    """Say from the facts whether a listing names the place or takes anyone."""
    if (
        listing.service_area_scope == "nationwide"
        or getattr(listing, "who_may_call", "") == "anyone"
    ):
        return True
    return any(
        served.pk == place.county_id or served.code == place.state
        for served in listing.service_area.all()
    )
