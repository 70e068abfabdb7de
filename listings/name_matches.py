"""Listings of every catalogue by name, for a page that shows one catalogue alone."""

from __future__ import annotations

from typing import Any

from listings.models import Listing
from listings.registry import listing_models
from listings.text import fold

MAX_SHOWN = 8


def named_elsewhere(words: str, *, but: type[Listing] | None = None) -> list[Any]:
    """Public listings that match the words, of all catalogues but one."""
    if not fold(words):
        return []
    found: list[Any] = []
    for model in listing_models():
        if model is not but:
            public = model._default_manager.public()
            found += public.matching(words).by_relevance(words)[:MAX_SHOWN]
    return found[:MAX_SHOWN]
