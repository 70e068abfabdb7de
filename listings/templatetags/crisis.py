"""Crisis lines in templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from listings.crisis.lines import essential_lines, lines_for, shown_lines

register = template.Library()


@register.inclusion_tag("listings/crisis/_lines.html")
def crisis_lines(*kinds: str) -> dict[str, Any]:
    """The lines of these kinds of trouble ("violence" …), with their usual hours."""
    at = timezone.now()
    return {"lines": lines_for(kinds, shown_lines(at, says_now=False)), "at": at}


@register.inclusion_tag("listings/crisis/_lines.html")
def every_crisis_line() -> dict[str, Any]:
    """All of them, for a page without a server, whose script picks what fits."""
    at = timezone.now()
    return {"lines": shown_lines(at, says_now=False), "at": at}


@register.inclusion_tag("listings/crisis/_essential.html")
def essential_crisis_lines() -> dict[str, Any]:
    """988, 911 and a few others by name and number, for paper and for outages."""
    return {"lines": essential_lines(timezone.now())}
