"""Rewrite the links of a page, so that they lead to the files of an export."""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from directory.export.url_map import ExportScope, ExportTarget

# The elements with links; the same words in text are no links.
LINK_TAG = re.compile(r"<(?:a|area|form|iframe|img|link|script|use)\b[^>]*>")
LINK_ATTRIBUTE = re.compile(r'(?<=\s)(href|src|action)="([^"]*)"')
# Elements that name the address of the page online, which stay as they are.
ONLINE_LINK = re.compile(r'<link rel="(canonical|alternate)"')
# Filters need a server. The search box does not, and stays.
FILTER_LIST = re.compile(r'<details class="filters".*?</details>', re.DOTALL)
# A heading directly before a form is removed with the form.
FORM = re.compile(r"(<h3>[^<]*</h3>\s*)?<form\b.*?</form>", re.DOTALL)
FIND_ACTION = re.compile(r'action="[^"]*\bfind/index\.html"')
# Suggestions, and the name of the place at a location, come from the server.
SERVER_CONTROL = re.compile(
    r' data-suggest="[^"]*"|<button[^>]*data-locate.*?</button>'
)
EXTERNAL_URL = re.compile(r"[a-z][a-z0-9+.-]*:|//|#")


@dataclass
class RewrittenPage:
    """A page of an export, and the addresses that it links to."""

    text: str
    pages: set[str] = field(default_factory=set)
    static: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class LinkRewriter:
    scope: ExportScope
    site: str
    # A cache, because every page has the same links in its header and footer.
    targets: dict[str, ExportTarget | None] = field(default_factory=dict, compare=False)

    def page(self, text: str, address: str, file: str) -> RewrittenPage:
        """Rewrite the page at an address of the site into the file of this name."""
        rewritten = RewrittenPage("")
        text = SERVER_CONTROL.sub("", FILTER_LIST.sub("", text))
        # A page opened from a disk cannot load a module, so load it as a plain script.
        text = text.replace('<script type="module" ', "<script defer ")

        def link(found: re.Match[str]) -> str:
            name, url = found[1], html.unescape(found[2])
            target = html.escape(self._link(url, address, file, rewritten))
            return f'{name}="{target}"'

        def tag(found: re.Match[str]) -> str:
            if ONLINE_LINK.match(found[0]):
                return found[0]
            return LINK_ATTRIBUTE.sub(link, found[0])

        text = LINK_TAG.sub(tag, text)
        rewritten.text = FORM.sub(
            lambda f: f[0] if FIND_ACTION.search(f[0]) else "", text
        )
        return rewritten

    def _link(self, url: str, address: str, file: str, rewritten: RewrittenPage) -> str:
        url = url.removeprefix(self.site) if url.startswith(f"{self.site}/") else url
        if EXTERNAL_URL.match(url):
            return url
        absolute = urljoin(address, url)
        if absolute not in self.targets:
            self.targets[absolute] = self.scope.target(absolute)
        found = self.targets[absolute]
        if found is None:
            return f"{self.site}{absolute}"
        if found.address:
            rewritten.pages.add(found.address)
        elif found.file.startswith("static/"):
            rewritten.static.add(found.file)
        return relative_path(found, file)


def relative_path(found: ExportTarget, file: str) -> str:
    """Return the relative link from one file of the export to another."""
    return posixpath.relpath(found.file, posixpath.dirname(file) or ".") + found.suffix
