"""The sitemaps: every address for search engines, and when it last changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from guides.models import Guide
from listings.models import Listing
from listings.registry import listing_models
from places.states import STATES

PAGE_URL_NAMES = [
    "home",
    "warmlines",
    "states",
    "online",
    "organizations",
    "cils",
    "about",
    "contact",
    "privacy",
    "accessibility",
    "freshness",
    "guides",
    "become",
    "data",
    "leaving",
    "api_docs",
]


class LocalizedSitemap(Sitemap):
    """Lists each page in every language, with links to the other languages."""

    i18n = True
    alternates = True


class PageSitemap(LocalizedSitemap):
    def items(self) -> list[str]:
        return PAGE_URL_NAMES

    def location(self, item: str) -> str:
        return reverse(item)


class StateSitemap(LocalizedSitemap):
    def items(self) -> list[str]:
        return list(STATES)

    def location(self, item: str) -> str:
        return reverse("state", args=[item.lower()])


class GuideSitemap(LocalizedSitemap):
    def items(self) -> Iterable[Guide]:
        return Guide.objects.public()

    def lastmod(self, item: Guide) -> datetime:
        return item.changed_at


class ListingSitemap(LocalizedSitemap):
    limit = 5_000

    def __init__(self, model: type[Listing]) -> None:
        self.model = model

    def items(self) -> Iterable[Any]:
        found = self.model.objects.public().order_by("pk")
        return found.only("slug", "changed_at")

    def lastmod(self, item: Listing) -> datetime:
        return item.changed_at


def sitemaps() -> dict[str, Sitemap]:
    listings = {m.__name__.lower(): ListingSitemap(m) for m in listing_models()}
    pages = {"pages": PageSitemap(), "states": StateSitemap(), "guides": GuideSitemap()}
    return {**pages, **listings}
