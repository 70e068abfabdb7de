"""The guides that other pages link to."""

from __future__ import annotations

from caching.memory_cache import MemoryCache
from guides.models import Guide

MAX_GUIDES = 4
# Guides for people who find little nearby, and for people who are about to call.
RURAL_GUIDE, CALLING_GUIDE = "rural-areas", "calling-a-warmline"
_guide_cache: MemoryCache[str, list[Guide]] = MemoryCache(4)


def related_guides(words: str) -> list[Guide]:
    """Return guides that match the words; without words, those that suit the page."""
    if words:
        return list(Guide.objects.public().matching(words)[:MAX_GUIDES])
    return _guide_cache.get_or_set(
        "here", lambda: list(Guide.objects.with_slugs(RURAL_GUIDE, CALLING_GUIDE))
    )


def first_guides(count: int) -> list[Guide]:
    return _guide_cache.get_or_set(
        "first", lambda: list(Guide.objects.public()[:count])
    )
