"""Template tags that show the facts of a listing in words."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any, cast

from django import template
from django.template.defaultfilters import date as date_words
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from listings.facet_panel import Facet, FacetOption, Pager
from listings.models import Listing
from listings.phones import SHORT_CODE, dialable, national
from places.geo import format_miles

register = template.Library()
register.filter(national)


@register.simple_block_tag
def page_title(content: SafeString) -> SafeString:
    """Return the <title> and the og:title for sites that preview links."""
    # The content is escaped, so only a quotation mark could end the attribute.
    quoted = mark_safe(strip_tags(content).strip().replace('"', "&quot;"))  # noqa: S308
    return format_html('{}<meta property="og:title" content="{}">', content, quoted)


@register.simple_tag
def facet_options(facet: Facet) -> SafeString:
    """Render a labeled box with its count for each option of a filter.

    A page has about sixty options, of which only the counts are new each time.
    """
    return mark_safe(  # noqa: S308  # Everything but the counts is escaped below.
        "\n".join(_option(facet.kind, facet.name, option) for option in facet.options)
    )


def _option(kind: str, name: str, option: FacetOption) -> str:
    box, label = _option_markup(kind, name, option.value, option.label)
    checked, total = " checked" if option.checked else "", option.total
    count = "" if total is None else f'<span class="count">{total:,}</span>'
    return f"{box}{checked}> {label}{count}</label>"


# Values and labels come from the vocabulary, which has fewer than so many.
@lru_cache(maxsize=1_024)
def _option_markup(kind: str, name: str, value: str, label: str) -> tuple[str, str]:
    """Return the start of the box, and the label."""
    box = format_html('<label><input type="{}" name="{}" value="{}"', kind, name, value)
    return box, format_html("<span>{}</span>", label)


@register.simple_tag
def page_links(pager: Pager) -> SafeString:
    """Render links to pages of a long list, as list items."""
    current = mark_safe(' aria-current="page"')
    word = _("Page")
    return format_html_join(
        "\n",
        '<li><a href="{}"{}><span class="sr">{} </span>{}</a></li>',
        (
            (url, current if number == pager.page else "", word, f"{number:,}")
            for number, url in pager.jumps
        ),
    )


MAX_PLACES_SHOWN = 6


@register.simple_tag
def call_button(phone: PhoneNumber | str) -> SafeString | str:
    return _dial_link("button", _("Call %(number)s"), phone)


@register.simple_tag
def toll_free_button(phone: PhoneNumber | str) -> SafeString | str:
    return _dial_link("button quiet", _("Toll-free %(number)s"), phone)


def _dial_link(style: str, words: str, phone: PhoneNumber | str) -> SafeString | str:
    """Return a link that dials the number; "" without a number."""
    number = national(phone)
    if not number:
        return ""
    said = words % {"number": number}
    return format_html('<a class="{}" href="{}">{}</a>', style, tel(phone), said)


@register.filter
def tel(phone: PhoneNumber | str) -> str:
    """Return the tel: address of a number."""
    return f"tel:{dialable(phone)}"


@register.simple_tag
def text_link(sms_number: str) -> SafeString:
    """Return a button that starts a text message, with the keyword if there is one."""
    if found := SHORT_CODE.match(sms_number):
        words = _("Text %(word)s to %(code)s") % found.groupdict()
        # "?&body=" is the form that both iPhones and Android phones understand.
        address = f"sms:{found['code']}?&body={found['word']}"
    else:
        words = _("Text %(number)s") % {"number": national(sms_number)}
        address = f"sms:{sms_number}"
    return format_html('<a class="button quiet" href="{}">{}</a>', address, words)


@register.filter
def miles(distance: float | None) -> str:
    """Return "less than a mile away", "4.2 miles away" or "12 miles away"."""
    if distance is None:
        return ""
    if distance < 1:
        return _("less than a mile away")
    return _("%(miles)s miles away") % {"miles": format_miles(distance)}


def long_date_format() -> str:
    """Return a date format with full month names, unlike Django's DATE_FORMAT."""
    return pgettext("day", "F j, Y")


@register.filter
def long_date(value: date) -> str:
    return date_words(value, long_date_format())


@register.filter
def partial_date(text: str) -> str:
    """Return "May 3, 2022", "May 2022", "2022" or "undated" for a partial ISO date."""
    if not text:
        return _("undated")
    numbers = [int(part) for part in text.split("-") if part.isdigit()]
    try:
        first = date(*numbers, *[1] * (3 - len(numbers)))
    except (TypeError, ValueError):
        return text
    patterns = {3: long_date_format(), 2: pgettext("month", "F Y")}
    return date_words(first, patterns.get(len(numbers), "Y"))


@register.filter
def check_statement(listing: Listing) -> str:
    """Say when and how a listing was checked. The listing must have been checked."""
    how = listing.get_checked_how_display()
    on = cast("date", listing.checked_on)
    said = {"day": long_date(on), "how": how}
    return _("Checked on %(day)s %(how)s.") % said


@register.filter
def source_statement(listing: Listing) -> str:
    """Name the source of a listing and the date of the source."""
    said = {"name": listing.source_name, "day": partial_date(listing.source_seen)}
    return _("Source: %(name)s, %(day)s.") % said


@register.filter
def yes_no(value: bool | None) -> str:
    """Return "Yes", "No" or, for None, "Not known"."""
    if value is None:
        return _("Not known")
    return _("Yes") if value else _("No")


@register.filter
def service_area_text(listing: Listing) -> str:
    """Summarize the service area in one line."""
    if listing.is_nationwide:
        return _("Serves the whole country")
    names = served_place_names(listing)
    if not names:
        return _("Ask if they serve your area")
    shown = ", ".join(names[:MAX_PLACES_SHOWN])
    more = len(names) - MAX_PLACES_SHOWN
    if more <= 0:
        return _("Serves %(places)s") % {"places": shown}
    return ngettext(
        "Serves %(places)s and %(more)s more place",
        "Serves %(places)s and %(more)s more places",
        more,
    ) % {"places": shown, "more": more}


@register.filter
def served_place_names(listing: Listing) -> list[str]:
    """Return the names of the states and counties served.

    If all are counties of one state, only the last name has the state, or none if the
    list is long.
    """
    if listing.is_nationwide:
        return []
    places = sorted(
        listing.service_area.all(), key=lambda p: (p.state, p.is_county, p.name)
    )
    states = {place.state for place in places}
    if len(states) == 1 and places[0].is_county:
        names = [place.name for place in places]
        return (
            [*names[:-1], places[-1].label] if len(names) <= MAX_PLACES_SHOWN else names
        )
    return [place.label for place in places]


@register.filter
def term_labels(terms: list[Any]) -> str:
    """Join the labels of terms: "Support groups, help with work"."""
    return ", ".join([*map(str, terms[:1]), *(t.inside_sentence for t in terms[1:])])


def plain_from_english(text: str) -> str:
    """Translate source text like from_english(), but as plain text."""
    if not text or get_language() == "en":
        return text
    translated = _(text)
    if translated != text:
        return translated
    language = _("in English")
    return f"{text} ({language})"


@register.filter
def from_english(text: str) -> SafeString | str:
    """Translate the English text of a source if a translation exists.

    On a page in another language, text without a translation is marked as English.
    """
    if not text or get_language() == "en":
        return text
    translated = _(text)
    if translated != text:
        return translated
    return format_html('<span lang="en">{}</span> ({})', text, _("in English"))


@register.filter
def bare_domain(url: str) -> str:
    """Return the domain of a web address without "www.", to fit on a button."""
    return re.sub(r"^https?://(www\.)?", "", url).split("/")[0]
