"""Facts of a listing in words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, cast

from django import template
from django.template.defaultfilters import date as date_words
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from listings.models import Listing
from listings.phones import SHORT_CODE, dialable, national
from places.geo import format_miles

register = template.Library()
register.filter(national)


@register.simple_block_tag
def page_title(content: SafeString) -> SafeString:
    """A <title>, and the same for sites that show a link to the page."""
    # Markup already, in which only a quotation mark could end the attribute.
    quoted = mark_safe(strip_tags(content).strip().replace('"', "&quot;"))  # noqa: S308
    return format_html('{}<meta property="og:title" content="{}">', content, quoted)


AREA_SHOWN = 6


@register.simple_tag
def call_button(phone: PhoneNumber | str) -> SafeString | str:
    return _dialling("button", _("Call %(number)s"), phone)


@register.simple_tag
def toll_free_button(phone: PhoneNumber | str) -> SafeString | str:
    return _dialling("button quiet", _("Toll-free %(number)s"), phone)


def _dialling(style: str, words: str, phone: PhoneNumber | str) -> SafeString | str:
    """Nothing where there is no number."""
    number = national(phone)
    if not number:
        return ""
    said = words % {"number": number}
    return format_html('<a class="{}" href="{}">{}</a>', style, tel(phone), said)


@register.filter
def tel(phone: PhoneNumber | str) -> str:
    """The address that dials."""
    return f"tel:{dialable(phone)}"


@register.simple_tag
def text_link(sms_number: str) -> SafeString:
    """A button that starts a text message, saying what to write if anything."""
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
    """ "less than a mile", "4.2 miles", "12 miles"."""
    if distance is None:
        return ""
    if distance < 1:
        return _("less than a mile away")
    return _("%(miles)s miles away") % {"miles": format_miles(distance)}


def day_pattern() -> str:
    """Django's DATE_FORMAT cuts the names of English months short; this does not."""
    return pgettext("day", "F j, Y")


@register.filter
def day(value: date) -> str:
    return date_words(value, day_pattern())


@register.filter
def partial_date(text: str) -> str:
    """ "May 3, 2022" for "2022-05-03", "May 2022", "2022"; "" is undated."""
    if not text:
        return _("undated")
    numbers = [int(part) for part in text.split("-") if part.isdigit()]
    try:
        first = date(*numbers, *[1] * (3 - len(numbers)))
    except (TypeError, ValueError):
        return text
    patterns = {3: day_pattern(), 2: pgettext("month", "F Y")}
    return date_words(first, patterns.get(len(numbers), "Y"))


@register.filter
def checked_words(listing: Listing) -> str:
    """When and how it was checked, of a listing that was."""
    how = listing.get_checked_how_display()
    on = cast("date", listing.checked_on)
    said = {"day": day(on), "how": how}
    return _("Checked on %(day)s %(how)s.") % said


@register.filter
def source_words(listing: Listing) -> str:
    """Who says so and since when, of a listing with a source."""
    said = {"name": listing.source_name, "day": partial_date(listing.source_seen)}
    return _("Source: %(name)s, %(day)s.") % said


@register.filter
def yes_no(value: bool | None) -> str:
    """Unknown is a value of its own, and never "no"."""
    if value is None:
        return _("Not known")
    return _("Yes") if value else _("No")


@register.filter
def service_area_text(listing: Listing) -> str:
    """Where it serves, in a line."""
    if listing.serves_everywhere:
        return _("Serves the whole country")
    names = served_names(listing)
    if not names:
        return _("Area not listed – ask")
    shown = ", ".join(names[:AREA_SHOWN])
    more = len(names) - AREA_SHOWN
    if more <= 0:
        return _("Serves %(places)s") % {"places": shown}
    return ngettext(
        "Serves %(places)s and %(more)s more place",
        "Serves %(places)s and %(more)s more places",
        more,
    ) % {"places": shown, "more": more}


@register.filter
def served_names(listing: Any) -> list[str]:
    """The states and counties it serves; a county's state named once at the end."""
    if listing.serves_everywhere:
        return []
    places = sorted(
        listing.service_area.all(), key=lambda p: (p.state, p.is_county, p.name)
    )
    states = {place.state for place in places}
    if len(states) == 1 and places[0].is_county:
        names = [place.name for place in places]
        return [*names[:-1], places[-1].label] if len(names) <= AREA_SHOWN else names
    return [place.label for place in places]


@register.filter
def labels(terms: list[Any]) -> str:
    """ "Support groups, help with work"."""
    return ", ".join([*map(str, terms[:1]), *(t.inside_sentence for t in terms[1:])])


def plain_from_english(text: str) -> str:
    """As from_english, for what holds no markup."""
    if not text or get_language() == "en":
        return text
    translated = _(text)
    return translated if translated != text else f"{text} ({_('in English')})"


@register.filter
def from_english(text: str) -> SafeString | str:
    """Words of a source, which are English. On a page in another language they are
    translated where we have the translation, and otherwise marked as English."""
    if not text or get_language() == "en":
        return text
    translated = _(text)
    if translated != text:
        return translated
    return format_html('<span lang="en">{}</span> ({})', text, _("in English"))


@register.filter
def bare_address(url: str) -> str:
    """ "example.org" for "https://www.example.org/"; what a button can hold."""
    return re.sub(r"^https?://(www\.)?", "", url).split("/")[0]
