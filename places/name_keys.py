"""Make names comparable, so that "St. Louis" and "Saint Louis" are equal."""

from __future__ import annotations

import re
import unicodedata

DROPPED_CHARACTERS = str.maketrans("", "", "'’‘`.ʻ")
NOT_A_WORD = re.compile(r"[^a-z0-9]+")
ABBREVIATIONS = {
    "saint": "st",
    "sainte": "ste",
    "mount": "mt",
    "fort": "ft",
    "point": "pt",
    "mountain": "mtn",
}


def place_key(name: str) -> str:
    """Return the name without accents, case, punctuation and spaces, abbreviated."""
    plain = unicodedata.normalize("NFKD", name.translate(DROPPED_CHARACTERS))
    letters = plain.encode("ascii", "ignore").decode().lower()
    words = NOT_A_WORD.sub(" ", letters).split()
    return "".join(ABBREVIATIONS.get(word, word) for word in words)
