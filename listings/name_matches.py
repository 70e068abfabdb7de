"""Find listings of other catalogs by name, for a page that lists one catalog."""

from __future__ import annotations

from typing import Any

from listings.models import Listing
from listings.registry import listing_models
from listings.text import fold

MAX_NAME_MATCHES = 8


def find_by_name(words: str, *, but: type[Listing] | None = None) -> list[Any]:
    """Return public listings that match the words, from every catalog but one."""
    if not fold(words):
        return []
    found: list[Any] = []
    for model in listing_models():
        if model is not but:
            public = model._default_manager.public()
            found += public.matching(words).by_relevance(words)[:MAX_NAME_MATCHES]
    return found[:MAX_NAME_MATCHES]
