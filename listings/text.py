"""Normalize words, web addresses and phone numbers so that they can be compared."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from phonenumber_field.phonenumber import to_python

NON_WORD_CHARACTERS = re.compile(r"[^a-z0-9]+")
APOSTROPHES = str.maketrans("", "", "'’‘`")
# What Django's "slug" path converter accepts, as a pattern for every database.
SLUG_PATTERN = r"\A[-a-zA-Z0-9_]+\Z"
SLUG = re.compile(SLUG_PATTERN)


def fold(text: str) -> str:
    """Return lower-case words without accents, separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return NON_WORD_CHARACTERS.sub(" ", ascii_only.lower()).strip()


def squeeze(html: str) -> str:
    """Return HTML without indentation and empty lines."""
    return "\n".join(line for text in html.splitlines() if (line := text.strip()))


def is_valid_slug(slug: str) -> bool:
    """Say whether a slug can be part of a page address."""
    return SLUG.search(slug) is not None


def website_key(url: str) -> str:
    """Return host and path to compare: "example.org/path"; "" for no web address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return f"{host}{parts.path.rstrip('/')}" if host else ""


def phone_key(text: str) -> str:
    """Return a number in E.164 format, or the text unchanged if it is not a number."""
    number = to_python(text)
    return number.as_e164 if number and number.is_valid() else text
