"""Parse the searches and sources of a guide, which curators write as lines of text.

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

# URL names of the pages that a search may lead to.
SEARCH_PAGES = (
    "find",
    "cils",
    "warmlines",
    "online",
    "organizations",
    "states",
    "become",
)
# The page that shows results near a place, by the page of a search.
NEAR_PAGES = {
    "find": "find",
    "organizations": "find",
    "warmlines": "warmlines",
    "cils": "cils",
}
SEPARATOR = "|"


@dataclass(frozen=True)
class GuideSearch:
    """A link at the end of a guide to a page with filters."""

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
        """The page with the same filters near a place, or "" if there is none."""
        return reverse(NEAR_PAGES[self.page]) if self.page in NEAR_PAGES else ""

    @property
    def filters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query)


@dataclass(frozen=True)
class GuideSource:
    """A source of a guide; `year` is "" if the source has no date."""

    name: str
    url: str
    year: str = ""


def parse_searches(text: str) -> list[GuideSearch]:
    """Parse one search per line. Raises ValidationError."""
    return [_parse_search(line, parts) for line, parts in _split_lines(text)]


def parse_sources(text: str) -> list[GuideSource]:
    """Parse one source per line. Raises ValidationError."""
    return [_parse_source(line, parts) for line, parts in _split_lines(text)]


def _split_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in filter(None, (line.strip() for line in text.splitlines())):
        yield line, [part.strip() for part in line.split(SEPARATOR)]


def _parse_search(line: str, parts: list[str]) -> GuideSearch:
    if len(parts) != 3 or not all(parts):
        words = _("Write “label | label in Spanish | page?filters”: %(line)s")
        raise ValidationError(words % {"line": line})
    page, _mark, query = parts[2].partition("?")
    if page not in SEARCH_PAGES:
        words = _("“%(page)s” is none of these pages: %(pages)s.")
        raise ValidationError(words % {"page": page, "pages": ", ".join(SEARCH_PAGES)})
    return GuideSearch(parts[0], parts[1], page, query)


def _parse_source(line: str, parts: list[str]) -> GuideSource:
    if len(parts) not in (2, 3) or not parts[0]:
        words = _("Write “name | address | year”: %(line)s")
        raise ValidationError(words % {"line": line})
    URLValidator(schemes=["http", "https"])(parts[1])
    return GuideSource(*parts)
