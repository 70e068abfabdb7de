"""A page of the site made into a page of a copy: its links lead to files beside it."""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from directory.export.url_map import Addresses, Target

# The elements that lead somewhere; what stands in text is no link.
TAG = re.compile(r"<(?:a|area|form|iframe|img|link|script|use)\b[^>]*>")
LINK = re.compile(r'(?<=\s)(href|src|action)="([^"]*)"')
# Addresses that say where the page is online, and stay.
ONLINE_LINK = re.compile(r'<link rel="(canonical|alternate)"')
# Lists of choices and their forms ask a server; the search box asks the copy.
FILTERS = re.compile(r'<details class="filters".*?</details>', re.DOTALL)
# A heading just before a form goes with it, as on paper.
FORM = re.compile(r"(<h3>[^<]*</h3>\s*)?<form\b.*?</form>", re.DOTALL)
FIND = re.compile(r'action="[^"]*\bfind/index\.html"')
# Suggestions come from a server, and so does the name of a spot on the map.
ASKING = re.compile(r' data-suggest="[^"]*"|<button[^>]*data-locate.*?</button>')
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#")


@dataclass
class Made:
    """A page of a copy, and the addresses that it leads to."""

    text: str
    pages: set[str] = field(default_factory=set)
    static: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Copier:
    addresses: Addresses
    site: str
    # Every page has the same links at its top and its foot.
    known: dict[str, Target | None] = field(default_factory=dict, compare=False)

    def page(self, text: str, address: str, file: str) -> Made:
        """The page at an address of the site, as the file of that name."""
        made = Made("")
        text = ASKING.sub("", FILTERS.sub("", text))
        # A file opened from a disk may load no module; the script works as a plain one.
        text = text.replace('<script type="module" ', "<script defer ")

        def link(found: re.Match[str]) -> str:
            name, url = found[1], html.unescape(found[2])
            told = html.escape(self._link(url, address, file, made))
            return f'{name}="{told}"'

        def tag(found: re.Match[str]) -> str:
            whole = found[0]
            return whole if ONLINE_LINK.match(whole) else LINK.sub(link, whole)

        text = TAG.sub(tag, text)
        made.text = FORM.sub(lambda f: f[0] if FIND.search(f[0]) else "", text)
        return made

    def _link(self, url: str, address: str, file: str, made: Made) -> str:
        url = url.removeprefix(self.site) if url.startswith(f"{self.site}/") else url
        if ELSEWHERE.match(url):
            return url
        whole = urljoin(address, url)
        if whole not in self.known:
            self.known[whole] = self.addresses.target(whole)
        found = self.known[whole]
        if found is None:
            return f"{self.site}{whole}"
        if found.address:
            made.pages.add(found.address)
        elif found.file.startswith("static/"):
            made.static.add(found.file)
        return relative(found, file)


def relative(found: Target, file: str) -> str:
    """How a file of the copy names another one."""
    return posixpath.relpath(found.file, posixpath.dirname(file) or ".") + found.behind
