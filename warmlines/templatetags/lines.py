"""Cards and rows of warmlines, rendered again only if their text changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caching import content_version
from caching.memory_cache import MemoryCache
from listings.hours_text import format_at_time
from listings.templatetags.hours import day_word, hours_status
from listings.text import squeeze
from listings.time_zones import zone_name
from warmlines.eligibility import describe_eligibility
from warmlines.models import Warmline
from warmlines.open_status import LineStatus, NoOpenLine

register = template.Library()

# A card needs about 2 KB. There are few warmlines, so no table stores their cards.
MAX_CACHED_CARDS = 4_000
_card_cache: MemoryCache[tuple[str | int | None, ...], str] = MemoryCache(
    MAX_CACHED_CARDS
)


@register.simple_tag
def line_cards(lines: Iterable[LineStatus], at: datetime) -> SafeString:
    return _render_list("warmlines/_card.html", lines, at, 3)


@register.simple_tag
def line_rows(lines: Iterable[LineStatus], at: datetime, level: int) -> SafeString:
    return _render_list("warmlines/_row.html", lines, at, level)


@register.filter
def eligibility(warmline: Warmline) -> SafeString:
    return describe_eligibility(warmline)


@register.simple_tag
def next_opening_text(found: NoOpenLine, at: datetime) -> str:
    """Return "NAMI HelpLine opens Monday at 5 am, Hawaii time.", or "" if unknown.

    A line that opens sooner for people in some states is named first.
    """
    words = _opening_text(found.next_line, at)
    if not found.next_for_some:
        return words
    facts = {
        "states": found.some_states,
        "line_opens": _opening_text(found.next_for_some, at),
    }
    sooner = _("For people in %(states)s: %(line_opens)s") % facts
    return f"{sooner} {words}".strip()


def _opening_text(line: LineStatus | None, at: datetime) -> str:
    if line is None or line.status.opens is None:
        return ""
    zone = ZoneInfo(line.zone)
    opens = line.status.opens.astimezone(zone)
    return _("%(name)s opens %(day)s %(at_time)s, %(zone)s.") % {
        "name": line.warmline.name,
        "day": day_word(opens.date(), at.astimezone(zone).date()),
        "at_time": format_at_time(opens),
        "zone": zone_name(line.zone),
    }


def _render_list(
    template_name: str, lines: Iterable[LineStatus], at: datetime, level: int
) -> SafeString:
    """Render lines below a heading of this level."""
    version = content_version.current_or_none()
    changed_at = version.global_changed_at if version else None
    parts = [_render_cached(template_name, ln, at, level, changed_at) for ln in lines]
    # The template has escaped the facts of the listings.
    return mark_safe("".join(parts))  # noqa: S308


def _render_cached(
    template_name: str,
    line: LineStatus,
    at: datetime,
    level: int,
    global_changed_at: datetime | None,
) -> str:
    """Render a line, once for each revision of it and text of its hours.

    Nothing is cached without `global_changed_at`, while a transaction changes facts.
    """
    warmline, words = line.warmline, hours_status(line.status, at, line.zone)
    key = (template_name, warmline.pk, line.open_attr, words, level, get_language())
    revision = (warmline.changed_at, global_changed_at)
    html = _card_cache.get(key, revision) if global_changed_at else None
    if html is None:
        facts = {"line": line, "at": at, "level": level}
        html = squeeze(get_template(template_name).render(facts))
        if global_changed_at:
            _card_cache.set(key, revision, html)
    return html
