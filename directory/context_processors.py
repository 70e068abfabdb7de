"""What every template may use."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import translate_url
from django.utils import timezone
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from caching.canonical_origin import canonical_url
from directory.pages.typed_words import understand
from listings.crisis.panel import is_in_distress, panel_for, without_words
from listings.facet_panel import page_number
from listings.snapshot import made_on

PAPER_ZONE = ZoneInfo("America/Chicago")


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": _("Peer Support Directory"),
        "exit_url": settings.EXIT_URL,
        "canonical": canonical(request),
        # Shown beside a link to any of our pages, so it says nothing of the page.
        "share_image": canonical_url(request, static("img/share.png")),
        "language": get_language(),
        "page_name": request.resolver_match and request.resolver_match.url_name,
        "languages": SimpleLazyObject(lambda: languages(request)),
        "made_on": made_on(),
        # The same day for most of the country, at most hours.
        "printed_on": timezone.now().astimezone(PAPER_ZONE),
        "site_url": settings.SITE_URL,
        # Only the pages that show it look at what was typed.
        "crisis": SimpleLazyObject(lambda: panel_for(request.GET, timezone.now())),
    }


def canonical(request: HttpRequest) -> str:
    """The one address of the page: without filters, with its number in a series."""
    page = page_number(request.GET)
    query = f"?page={page}" if page > 1 else ""
    return canonical_url(request, f"{own_path(request)}{query}")


def own_path(request: HttpRequest) -> str:
    """The path of this page, for a link that no browser reads as another host.

    As it was sent it may begin with two slashes, or have a tab between them.
    """
    return escape_leading_slashes(escape_uri_path(request.path))


def languages(request: HttpRequest) -> list[dict[str, str]]:
    """This page in each language; nothing where it has no address in the others.

    `href` keeps the search, for people, but for words of distress; `canonical` is
    without it, for machines.
    """
    query = iri_to_uri(request.META.get("QUERY_STRING", ""))
    if is_in_distress(request.GET):
        query = without_words(understand(request.GET).params).urlencode()
    here = f"{own_path(request)}?{query}" if query else own_path(request)
    known = canonical(request)
    pages = [
        {
            "code": code,
            "name": name,
            "href": translate_url(here, code),
            "canonical": translate_url(known, code),
        }
        for code, name in settings.LANGUAGES
    ]
    return pages if len({page["href"] for page in pages}) > 1 else []
