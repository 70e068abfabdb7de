"""Addresses of the site, and the files that stand for them in a copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import get_language_from_path, override

# Pages that need a server; links to them lead to the site online.
ONLINE = {
    "api_docs",
    "confirm",
    "embed",
    "feed",
    "find_map",
    "saved_pages",
    "manifest",
    # Times of groups change from day to day, so a copy has none.
    "meeting",
    "meeting_calendar",
    "meeting_card",
    "meeting_of_key",
    "meetings",
    "meetings_calendar",
    "organization_calendar",
    "organization_meetings",
    "place-suggestions",
    "robots",
    "sitemap",
    "state_feed",
    "suggest",
    "worker",
}
# Forms of the desk; in a copy a page says how to reach us instead.
REPORT = re.compile(r"/(report|suggest)/$")
# Files that the copy brings along or makes itself.
FILES = re.compile(r"/(static|search|data)/[\w./-]*\w")
# Parameters that make a page of its own; a link with others leads to the page without.
OWN_PAGE = {"become": ("state",), "state": ("kind", "page"), "organizations": ("page",)}
# Pages that ask for a place: a state's own page answers the same at these headings.
BY_STATE = {"find": "", "warmlines": "#lines", "cils": "#cil"}
LISTING_PAGES = {"organization", "organization_card", "warmline", "warmline_card"}
SAFE = re.compile(r"[\w-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Target:
    """A file of a copy, what stands behind its name in a link, and its own address."""

    file: str
    behind: str = ""
    # What to ask the site for; "" where no page of the site is the source.
    address: str = ""


@dataclass(frozen=True)
class Addresses:
    """What is in a copy: everything, or these states and the listings named."""

    states: frozenset[str] = frozenset()
    listings: frozenset[str] = frozenset()

    def target(self, address: str) -> Target | None:
        """The file for "/states/ny/?page=2#lines"; None where a copy has none."""
        parts = urlsplit(address)
        path, behind = parts.path, f"#{parts.fragment}" if parts.fragment else ""
        if FILES.fullmatch(path):
            return Target(path[1:], behind)
        if REPORT.search(path) or bare(path) == "/suggest/":
            return Target(_beside(path, "copy/index.html"), "#report")
        if bare(path) == "/copy/":
            return Target(_beside(path, "copy/index.html"), behind)
        try:
            # An address is only known in the language that is spoken just now.
            with override(settings.LANGUAGE_CODE):
                match = resolve(bare(path))
        except Resolver404:
            return None
        if match.namespaces or match.url_name in ONLINE or not self._has(match, path):
            return None
        return self._page(match, path, dict(parse_qsl(parts.query)), behind)

    def _has(self, match: ResolverMatch, path: str) -> bool:
        if not self.states:
            return True
        if code := match.kwargs.get("code"):
            return code.upper() in self.states
        if match.url_name in LISTING_PAGES:
            return bare(path).removesuffix("contact.vcf") in self.listings
        return True

    def _page(
        self, match: ResolverMatch, path: str, query: dict[str, str], behind: str
    ) -> Target | None:
        name = match.url_name or ""
        # A copy knows no now; the page without it names the usual hours.
        query.pop("open_now", None)
        if name in BY_STATE and set(query) == {"state"}:
            code = query["state"].lower()
            return self.target(f"/{_beside(path, f'states/{code}/')}{BY_STATE[name]}")
        if name == "find" or (name in BY_STATE and query):
            asked = f"?{urlencode(query)}" if query else ""
            return Target(_beside(path, "find/index.html"), asked + behind)
        own = {key: query.get(key, "") for key in OWN_PAGE.get(name, ())}
        own = {key: value for key, value in own.items() if SAFE.fullmatch(value)}
        if self.states and own.get("state", "") not in {"", *self.states}:
            own = {}
        asked = f"?{urlencode(own)}" if own else ""
        return Target(_file(path, own), behind, f"{path}{asked}")


def bare(path: str) -> str:
    """The address without its language."""
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}") if language else path


def _beside(path: str, file: str) -> str:
    """A file in the language of an address."""
    language = get_language_from_path(path)
    return f"{language}/{file}" if language else file


def _file(path: str, query: dict[str, str]) -> str:
    if not path.endswith("/"):
        return path[1:]
    name = "-".join(f"{key}-{value}" for key, value in query.items())
    return f"{path[1:]}{name or 'index'}.html"
