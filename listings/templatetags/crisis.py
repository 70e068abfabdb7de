"""Template tags that list crisis lines."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from listings.crisis.lines import essential_lines, lines_for_kinds, visible_crisis_lines

register = template.Library()


@register.inclusion_tag("listings/crisis/_lines.html")
def crisis_lines(*kinds: str) -> dict[str, Any]:
    """List the lines for these CrisisKind values, with their typical hours."""
    at = timezone.now()
    return {
        "lines": lines_for_kinds(kinds, visible_crisis_lines(at, says_now=False)),
        "at": at,
    }


@register.inclusion_tag("listings/crisis/_lines.html")
def every_crisis_line() -> dict[str, Any]:
    """List all lines, for the offline page, whose script selects the matching ones."""
    at = timezone.now()
    return {"lines": visible_crisis_lines(at, says_now=False), "at": at}


@register.inclusion_tag("listings/crisis/_essential.html")
def essential_crisis_lines() -> dict[str, Any]:
    """List 988, 911 and a few others by name and number, for print and outages."""
    return {"lines": essential_lines(timezone.now())}
