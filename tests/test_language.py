"""The code base uses standard terms and plain American English."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Words that no identifier contains, with the standard term to use instead.
IDENTIFIER_WORDS = {
    "advice": "suggestion",
    "anew": "again",
    "apart": "separate, variant",
    "catalogue": "catalog",
    "caution": "public_warning",
    "centre": "center",
    "chip": "active_filter",
    "colour": "color",
    "desk": "curation, admin",
    "heap": "section",
    "kept": "cached, stored, saved",
    "licence": "license",
    "meanwhile": "edit_conflict, concurrent",
    "neighbour": "neighbor",
    "shelf": "cache",
    "stands": "is_located",
    "surest": "coverage",
    "told": "serialized, public",
    "tombstone": "removal_request",
    "wherever": "",
    "whoever": "visitor, client",
    "wish": "filter, criteria, removal_request",
}
# Settings that .env.example explains to people who run the site.
SETTINGS = {"BACKUPS_KEPT"}
PHRASES = re.compile(
    r"\b(?:"
    r"whoever|wherever|meanwhile|anew"
    r"|the desk|the gate|floors?|doors"
    r"|stands? (?:at|in|for|beside)|stood"
    r"|(?:is|are|was|were) told|tells? of"
    r"|br(?:ought|ings?) in"
    r"|(?:is|are) away"
    r"|licences?|centres?|neighbours?|catalogues?|colours?|behaviours?|metres?"
    r")\b",
    re.IGNORECASE,
)


@lru_cache
def sources(pattern: str) -> list[Path]:
    """Files of the project, without installed packages and what the site wrote."""
    folders = [
        path
        for path in ROOT.iterdir()
        if path.is_dir() and path.name != "var" and not path.name.startswith(".")
    ]
    return [
        *ROOT.glob(pattern),
        *(path for folder in folders for path in folder.rglob(pattern)),
    ]


def tokens(path: Path) -> Iterator[tokenize.TokenInfo]:
    source = path.read_text(encoding="utf-8")
    return tokenize.generate_tokens(io.StringIO(source).readline)


def words_of(identifier: str) -> list[str]:
    """ "keptPages" and "kept_pages" are "kept" and "pages"."""
    return [w.lower() for w in re.split(r"_|(?<=[a-z])(?=[A-Z])", identifier)]


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each comment and docstring, or of a whole document."""
    if path.suffix != ".py":
        yield 1, path.read_text(encoding="utf-8")
        return
    for token in tokens(path):
        is_docstring = token.type == tokenize.STRING and token.string.startswith('"""')
        if token.type == tokenize.COMMENT or is_docstring:
            yield token.start[0], token.string


def test_identifiers_use_the_standard_terms():
    found = [
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"
        for path in sources("*.py")
        for token in tokens(path)
        if token.type == tokenize.NAME
        and token.string not in SETTINGS
        and set(words_of(token.string)) & IDENTIFIER_WORDS.keys()
    ]

    assert found == []


@pytest.mark.parametrize("pattern", ["*.py", "*.md"])
def test_comments_and_documents_are_in_plain_american_english(pattern):
    found = [
        f"{path.relative_to(ROOT)}:{line}: {match[0]}"
        for path in sources(pattern)
        # Guides are written for visitors.
        if "fixtures" not in path.parts
        for line, text in prose_of(path)
        for match in PHRASES.finditer(text)
    ]

    assert found == []


def test_a_word_of_the_list_is_found():
    assert words_of("KeptPage") == ["kept", "page"]
    assert PHRASES.search("Whoever asks is told.")
