"""Variables for every template."""

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
from directory.pages.typed_words import parse_search
from listings.crisis.panel import is_in_distress, panel_for, without_words
from listings.facet_panel import page_number
from listings.snapshot import snapshot_date

PRINT_TIME_ZONE = ZoneInfo("America/Chicago")


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": _("Peer Support Directory"),
        "exit_url": settings.EXIT_URL,
        "canonical": canonical(request, safe_path(request)),
        # Other sites show it beside a link to any page, so it is the same for all.
        "share_image": canonical_url(request, static("img/share.png")),
        "language": get_language(),
        "page_name": request.resolver_match and request.resolver_match.url_name,
        "languages": SimpleLazyObject(lambda: language_links(request)),
        "snapshot_date": snapshot_date(),
        # In this zone it is the same day as in most of the country, at most hours.
        "printed_on": timezone.now().astimezone(PRINT_TIME_ZONE).date(),
        "site_url": settings.SITE_URL,
        # Lazy, so that the typed words are only examined on pages that show the panel.
        "crisis": SimpleLazyObject(lambda: panel_for(request.GET, timezone.now())),
    }


def canonical(request: HttpRequest, path: str) -> str:
    """The canonical URL of the page: without filters, but with its page number."""
    page = page_number(request.GET)
    query = f"?page={page}" if page > 1 else ""
    return canonical_url(request, f"{path}{query}")


def safe_path(request: HttpRequest) -> str:
    """The path of this page, escaped so that no browser reads a link as another host.

    The path of a request may begin with two slashes, or have a tab between them.
    """
    return escape_leading_slashes(escape_uri_path(request.path))


def language_links(request: HttpRequest) -> list[dict[str, str]]:
    """Links to this page in each language; empty if it has no other language.

    `href`, for people, includes the search, but not words of distress. `canonical`, for
    machines, is without it.
    """
    # Without the query, which is the same in all of them.
    path, own = safe_path(request), get_language()
    codes = [code for code, _name in settings.LANGUAGES]
    paths = {code: path if code == own else translate_url(path, code) for code in codes}
    if len(set(paths.values())) == 1:
        return []
    query = iri_to_uri(request.META.get("QUERY_STRING", ""))
    if is_in_distress(request.GET):
        query = without_words(parse_search(request.GET).params).urlencode()
    return [
        {
            "code": code,
            "name": name,
            "href": f"{paths[code]}?{query}" if query else paths[code],
            "canonical": canonical(request, paths[code]),
        }
        for code, name in settings.LANGUAGES
    ]
