"""Rendered cards in templates."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString, mark_safe

from listings.cards import Card

register = template.Library()


@register.filter
def card_list(cards: Iterable[Card]) -> SafeString:
    """The cards one after the other, each of which is HTML already."""
    return mark_safe("".join([card.html for card in cards]))  # noqa: S308
