"""The files of an export for the addresses of the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import get_language_from_path, override

# Pages that need a server; links to them lead to the site online.
ONLINE_ONLY = {
    "api_docs",
    "confirm",
    "embed",
    "feed",
    "find_map",
    "saved_pages",
    "shortlist",
    "manifest",
    # An export has all meetings on one page, by weekday and without dates.
    "meeting",
    "meeting_calendar",
    "meeting_card",
    "meeting_by_key",
    "meetings_calendar",
    "meetings_sheet",
    "organization_calendar",
    "place-suggestions",
    "robots",
    "sitemap",
    "state_feed",
    "state_meetings_sheet",
    "suggest",
    "worker",
}
# Forms for curators. In an export, a page says how to contact us instead.
REPORT_PATH = re.compile(r"/(report|suggest)/$")
# Files that the export copies or writes.
FILE_PATH = re.compile(r"/(static|search|data)/[\w./-]*\w")
# Parameters that lead to a page of their own. Links drop all other parameters.
PAGE_PARAMETERS = {
    "become": ("state",),
    "state": ("kind", "page"),
    "organizations": ("page",),
}
# Pages that need a place, and the heading with the same answer on a state's page.
STATE_ANCHORS = {"find": "", "warmlines": "#lines", "cils": "#cil"}
LISTING_PAGES = {"organization", "organization_card", "warmline", "warmline_card"}
SAFE_VALUE = re.compile(r"[\w-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class ExportTarget:
    """A file of an export, and the query or fragment to add to its name in a link."""

    file: str
    suffix: str = ""
    # The address to render; "" if the file is not a page of the site.
    address: str = ""


@dataclass(frozen=True)
class ExportScope:
    """What an export contains: everything, or these states and these listings."""

    states: frozenset[str] = frozenset()
    listings: frozenset[str] = frozenset()

    def target(self, address: str) -> ExportTarget | None:
        """Return the file for an address like "/states/ny/?page=2#lines", or None."""
        parts = urlsplit(address)
        path, suffix = parts.path, f"#{parts.fragment}" if parts.fragment else ""
        if FILE_PATH.fullmatch(path):
            return ExportTarget(path[1:], suffix)
        if REPORT_PATH.search(path) or without_language(path) == "/suggest/":
            return ExportTarget(_localized_file(path, "copy/index.html"), "#report")
        if without_language(path) == "/copy/":
            return ExportTarget(_localized_file(path, "copy/index.html"), suffix)
        try:
            # resolve() only knows addresses of the current language.
            with override(settings.LANGUAGE_CODE):
                match = resolve(without_language(path))
        except Resolver404:
            return None
        if (
            match.namespaces
            or match.url_name in ONLINE_ONLY
            or not self._has(match, path)
        ):
            return None
        return self._page(match, path, dict(parse_qsl(parts.query)), suffix)

    def _has(self, match: ResolverMatch, path: str) -> bool:
        if not self.states:
            return True
        if code := match.kwargs.get("code"):
            return code.upper() in self.states
        if match.url_name in LISTING_PAGES:
            return without_language(path).removesuffix("contact.vcf") in self.listings
        return True

    def _page(
        self, match: ResolverMatch, path: str, query: dict[str, str], suffix: str
    ) -> ExportTarget | None:
        name = match.url_name or ""
        if name == "organization_meetings":
            return ExportTarget(_localized_file(path, "meetings/index.html"))
        # An export cannot know what is open now. The page without it has the hours.
        query.pop("open_now", None)
        if name in STATE_ANCHORS and set(query) == {"state"}:
            code = query["state"].lower()
            return self.target(
                f"/{_localized_file(path, f'states/{code}/')}{STATE_ANCHORS[name]}"
            )
        if name == "find" or (name in STATE_ANCHORS and query):
            parameters = f"?{urlencode(query)}" if query else ""
            return ExportTarget(
                _localized_file(path, "find/index.html"), parameters + suffix
            )
        own = {key: query.get(key, "") for key in PAGE_PARAMETERS.get(name, ())}
        own = {key: value for key, value in own.items() if SAFE_VALUE.fullmatch(value)}
        if self.states and own.get("state", "") not in {"", *self.states}:
            own = {}
        parameters = f"?{urlencode(own)}" if own else ""
        return ExportTarget(_file_name(path, own), suffix, f"{path}{parameters}")


def without_language(path: str) -> str:
    """Return the path without its language prefix."""
    language = get_language_from_path(path)
    return path.removeprefix(f"/{language}") if language else path


def _localized_file(path: str, file: str) -> str:
    """Return a file name in the language of a path."""
    language = get_language_from_path(path)
    return f"{language}/{file}" if language else file


def _file_name(path: str, query: dict[str, str]) -> str:
    if not path.endswith("/"):
        return path[1:]
    name = "-".join(f"{key}-{value}" for key, value in query.items())
    return f"{path[1:]}{name or 'index'}.html"
