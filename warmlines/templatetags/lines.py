"""Warmlines as lists show them: made anew only where the words on them change."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from kept.memory import Shelf
from listings.templatetags.hours import hours_status
from warmlines.lines import Line

register = template.Library()

# Some 2 KB each.
SHELF: Shelf[tuple[str, int, str, str, int, bool], str] = Shelf(4_000)


@register.simple_tag
def line_card(line: Line, at: datetime) -> SafeString:
    return _made("warmlines/_card.html", line, at, 3, who=True)


@register.simple_tag
def line_row(line: Line, at: datetime, level: int, who: bool = False) -> SafeString:
    """`who`: with whom it is for."""
    return _made("warmlines/_row.html", line, at, level, who=who)


def _made(name: str, line: Line, at: datetime, level: int, *, who: bool) -> SafeString:
    """The line under a heading of that level, as it is to be said at the moment."""

    def make() -> str:
        said = {"line": line, "at": at, "level": level, "who": who}
        return get_template(name).render(said)

    words = hours_status(line.status, at, line.zone)
    key = (name, line.warmline.pk, line.open_attr, words, level, who)
    # Made by a template of ours, which has escaped what the listing says.
    return mark_safe(SHELF.get(key, make))  # noqa: S308
