"""Words made comparable: no accents, no case, no punctuation."""

from __future__ import annotations

import re
import unicodedata

NOT_WORDS = re.compile(r"[^a-z0-9]+")
APOSTROPHES = str.maketrans("", "", "'’‘`")


def fold(text: str) -> str:
    """Lower case, accents stripped, words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return NOT_WORDS.sub(" ", ascii_only.lower()).strip()
