"""Reads a page as a visitor's tools would: sections, listings, links, words."""

from __future__ import annotations

import html
import re

SECTION = re.compile(r'<section[^>]*data-section="(\w+)".*?</section>', re.DOTALL)
ARTICLE = re.compile(
    r'<article[^>]*data-listing="([^"]+)"(?:[^>]*data-miles="([^"]+)")?'
)
HREF = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def sections_of(page):
    """{section: [(listing, miles)]} of a find page, in the order of the page."""
    return {found[1]: ARTICLE.findall(found[0]) for found in SECTION.finditer(page)}


def listings_on(page):
    return [key for key, _miles in ARTICLE.findall(page)]


def links_on(page):
    return [html.unescape(address) for address in HREF.findall(page)]


def title_of(page):
    return html.unescape(TITLE.search(page)[1]).strip()
