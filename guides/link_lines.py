"""Searches and sources of a guide, as lines of text that a curator can type and read.

Groups that name veterans | Grupos para veteranos | organizations?community=veterans
SAMHSA, 988 Frequently Asked Questions | https://www.samhsa.gov/988 | 2024
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Pages that a search may lead to, by the names of their addresses.
PAGES = ("find", "cils", "warmlines", "online", "organizations", "states", "become")
# Of these, the ones that can be asked about one's own place, and the page that answers.
NEAR = {
    "find": "find",
    "organizations": "find",
    "warmlines": "warmlines",
    "cils": "cils",
}
PART = "|"


@dataclass(frozen=True)
class Search:
    """A search that is ready to press: its label, and the filters it sets."""

    label_en: str
    label_es: str
    page: str
    query: str = ""

    @property
    def label(self) -> str:
        return self.label_es if get_language() == "es" else self.label_en

    @property
    def url(self) -> str:
        address = reverse(self.page)
        return f"{address}?{self.query}" if self.query else address

    @property
    def near_url(self) -> str:
        """The page that answers the same search for a place; "" where none does."""
        return reverse(NEAR[self.page]) if self.page in NEAR else ""

    @property
    def filters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query)


@dataclass(frozen=True)
class Source:
    """Where a guide's facts are from; `year` is "" where the source is undated."""

    name: str
    url: str
    year: str = ""


def searches(text: str) -> list[Search]:
    """The searches of the lines. Raises ValidationError."""
    return [_search(line, parts) for line, parts in _lines(text)]


def sources(text: str) -> list[Source]:
    """The sources of the lines. Raises ValidationError."""
    return [_source(line, parts) for line, parts in _lines(text)]


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in filter(None, (line.strip() for line in text.splitlines())):
        yield line, [part.strip() for part in line.split(PART)]


def _search(line: str, parts: list[str]) -> Search:
    if len(parts) != 3 or not all(parts):
        words = _("Write “label | label in Spanish | page?filters”: %(line)s")
        raise ValidationError(words % {"line": line})
    page, _mark, query = parts[2].partition("?")
    if page not in PAGES:
        words = _("“%(page)s” is none of these pages: %(pages)s.")
        raise ValidationError(words % {"page": page, "pages": ", ".join(PAGES)})
    return Search(parts[0], parts[1], page, query)


def _source(line: str, parts: list[str]) -> Source:
    if len(parts) not in (2, 3) or not parts[0]:
        words = _("Write “name | address | year”: %(line)s")
        raise ValidationError(words % {"line": line})
    URLValidator(schemes=["http", "https"])(parts[1])
    return Source(*parts)
