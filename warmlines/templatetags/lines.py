"""Cards and rows of warmlines, rendered again only if their text changes."""

from __future__ import annotations

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
from listings.querysets import revision
from listings.templatetags.hours import day_word, hours_status
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
def line_card(line: LineStatus, at: datetime) -> SafeString:
    return _render_cached("warmlines/_card.html", line, at, 3)


@register.simple_tag
def line_row(line: LineStatus, at: datetime, level: int) -> SafeString:
    return _render_cached("warmlines/_row.html", line, at, level)


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


def _render_cached(name: str, line: LineStatus, at: datetime, level: int) -> SafeString:
    """Render a line below a heading of this level.

    The cache has one entry for each revision of the line and text of its hours.
    """
    now, warmline = content_version.current_or_none(), line.warmline
    words = hours_status(line.status, at, line.zone)
    key = (name, warmline.pk, line.open_attr, words, level, get_language())
    revision_key = (
        (revision(warmline.changed_at), now.global_changed_at) if now else None
    )
    html = _card_cache.get(key, revision_key) if revision_key else None
    if html is None:
        said = {"line": line, "at": at, "level": level}
        html = get_template(name).render(said)
        if revision_key:
            _card_cache.set(key, revision_key, html)
    # The template has escaped the facts of the listing.
    return mark_safe(html)  # noqa: S308
