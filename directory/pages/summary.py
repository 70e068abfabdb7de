"""The find page in one glance: a sentence that answers, and the filters in use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.pages.find import FAR_MILES, Near, Phone, Search, Section
from directory.pages.forms import RADII
from listings.facet_panel import (
    Chip,
    Group,
    Option,
    Panel,
    build_panel,
    query_with,
    switch,
)
from places.geo import rounded_miles
from warmlines.open_status import Line, NoneOpen


@dataclass(frozen=True)
class Answer:
    """The answer in one sentence, one about what reaches people at home, and the lines
    that they can call this minute."""

    lead: str
    more: str = ""
    lines: list[Line] = field(default_factory=list)
    none_open: NoneOpen | None = None


def answer(search: Search, panel: Panel, sections: list[Section]) -> Answer:
    phone = next((part for part in sections if isinstance(part, Phone)), None)
    return Answer(
        lead=_lead(search, panel, sections),
        more=_what_reaches(sections),
        lines=phone.to_call_now if phone else [],
        none_open=phone.none_open if phone else None,
    )


def _lead(search: Search, panel: Panel, sections: list[Section]) -> str:
    near = next((part for part in sections if isinstance(part, Near)), None)
    if search.in_distress and not search.place:
        return _("Here's more support you can reach from anywhere.")
    if search.lines_named or (near and near.total and search.name_found is not None):
        return _name_words(search, sections)
    if near is None:
        return _("Here is what you can reach from anywhere.")
    if not near.total:
        serving = any(part.total for part in sections if part.name == "serving")
        missing = "" if serving else panel.missing
        return missing or _nothing(search)
    if search.names_like is not None:
        return _("Here is what has a name like “%(words)s”.") % {
            "words": search.name_typed
        }
    if near.pager.is_past_end:
        return _page_words(near)
    if search.open_now and near.pager.page == 1 and not near.rows:
        return _(
            "No place listed here is known to be open right now. The ones below don't "
            "list their hours, so call before you go."
        )
    if search.words or not near.has_miles:
        return _count_words(near)
    if near.pager.page > 1:
        return _page_words(near)
    return _nearest_words(near)


def _nothing(search: Search) -> str:
    if search.radius:
        return _("Nothing is listed within %(miles)s miles.") % {"miles": search.radius}
    if search.words and not search.place:
        return _("No listing matches “%(words)s”.") % {"words": search.words}
    return _("No place listed here matches these filters.")


def _count_words(near: Near) -> str:
    return ngettext(
        "%(count)s listing found.", "%(count)s listings found.", near.total
    ) % {"count": f"{near.total:,}"}


def _name_words(search: Search, sections: list[Section]) -> str:
    near = sum(part.total for part in sections if isinstance(part, Near))
    total = near + search.lines_named
    words = ngettext(
        "We found %(count)s listing for “%(words)s”. To see what's near you, enter a "
        "ZIP code, or a town and state.",
        "We found %(count)s listings for “%(words)s”. To see what's near you, enter a "
        "ZIP code, or a town and state.",
        total,
    )
    return words % {"count": f"{total:,}", "words": search.name_typed}


def _page_words(near: Near) -> str:
    if near.pager.is_past_end:
        return _("There is no page %(page)s. The last page is %(pages)s.") % {
            "page": f"{near.pager.page:,}",
            "pages": f"{near.pager.pages:,}",
        }
    return _("Page %(page)s of %(pages)s, nearest first.") % {
        "page": f"{near.pager.page:,}",
        "pages": f"{near.pager.pages:,}",
    }


def _nearest_words(near: Near) -> str:
    nearest = near.cards[0]
    distance = nearest.distance_miles or 0
    facts = {
        "miles": rounded_miles(distance),
        "limit": FAR_MILES,
        "town": nearest.city or nearest.name,
    }
    if near.far:
        words = _(
            "Nothing is listed within %(limit)s miles. "
            "The nearest is %(miles)s miles away, in %(town)s."
        )
    elif distance < 1:
        words = _("The nearest is less than a mile away, in %(town)s.")
    else:
        words = _("The nearest is %(miles)s miles away, in %(town)s.")
    return words % facts


def _what_reaches(sections: list[Section]) -> str:
    """ "You don't have to travel: …", from the sections that reach people at home."""
    parts = [words for part in sections if (words := _reach_words(part))]
    if not parts:
        return ""
    return _("You don't have to travel: %(list)s.") % {"list": ", ".join(parts)}


def _reach_words(section: Any) -> str:
    if section.name == "phone" and section.open_total:
        return ngettext(
            "%(count)s warmline anyone here can call, open now",
            "%(count)s warmlines anyone here can call, open now",
            section.open_total,
        ) % {"count": f"{section.open_total:,}"}
    if section.name == "serving" and section.total:
        return ngettext(
            "%(count)s that serves or may serve your area",
            "%(count)s that serve or may serve your area",
            section.total,
        ) % {"count": f"{section.total:,}"}
    if section.name == "online" and section.total:
        return ngettext(
            "%(count)s group meets online",
            "%(count)s groups meet online",
            section.total,
        ) % {"count": f"{section.total:,}"}
    return ""


def find_panel(search: Search) -> Panel:
    """The filters of the find page; counts are of what can reach the place."""
    panel = build_panel(
        search.filter,
        search.params,
        search.counts(),
        keep=["near", "state", "lat", "lon", "q"],
    )
    parts = [switch(search.params, "open_now", _("Open now"), on=search.open_now)]
    if search.place and not search.place.is_state:
        parts.append(_radius(search))
    label = _("Your words") if search.in_distress else f"“{search.words}”"
    led = panel.led_by(parts, search.params)
    return led.with_words(search.words, search.params, label)


def left_out(search: Search) -> list[str]:
    """What the address asks and the search could not use, for a page that shows no
    filters."""
    panel = find_panel(search)
    filters = [
        f"{group.legend}: {error}" for group in panel.groups for error in group.errors
    ]
    return [*panel.problems, *filters]


def _radius(search: Search) -> tuple[Group, list[Chip]]:
    chosen = str(search.radius or "")
    within = _("Within %(miles)s miles")
    choices = [(str(miles), within % {"miles": miles}) for miles in RADII]
    choices.insert(0, ("", _("Any distance")))
    options = [Option(v, words, None, v == chosen) for v, words in choices]
    errors = [str(error) for error in search.form.errors.get("radius", [])]
    group = Group("radius", _("Distance"), options, errors, "radio")
    if not chosen:
        return group, []
    words = _("Within %(miles)s miles") % {"miles": chosen}
    url = query_with(search.params, radius=None)
    return group, [Chip("radius", chosen, words, url)]


def advise(search: Search, panel: Panel, sections: list[Section]) -> None:
    """Give every section that the filters emptied its way out."""
    empty = [part for part in sections if not part.total]
    if not (empty and panel.chips):
        return
    advice = panel.advice(search.count_without)
    for part in empty:
        part.empty_advice = advice
