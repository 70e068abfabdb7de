"""Words, web addresses and numbers made comparable, however they are written."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from phonenumber_field.phonenumber import to_python

NOT_WORDS = re.compile(r"[^a-z0-9]+")
APOSTROPHES = str.maketrans("", "", "'’‘`")
# What Django's "slug" takes in an address, as every database reads it.
ADDRESS_PATTERN = r"\A[-a-zA-Z0-9_]+\Z"
ADDRESS = re.compile(ADDRESS_PATTERN)


def fold(text: str) -> str:
    """Lower case, accents stripped, words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return NOT_WORDS.sub(" ", ascii_only.lower()).strip()


def fits_address(slug: str) -> bool:
    """Say whether a slug can be a part of a page's address."""
    return ADDRESS.search(slug) is not None


def site_of(url: str) -> str:
    """ "example.org/path" for "https://www.example.org/path/"; "" for no address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return f"{host}{parts.path.rstrip('/')}" if host else ""


def number_of(said: str) -> str:
    """A number in E.164; what is none stays as it was said."""
    number = to_python(said)
    return number.as_e164 if number and number.is_valid() else said
