"""The summary of the find page: a sentence that answers, and the active filters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.pages.find import FindSearch
from directory.pages.forms import RADIUS_CHOICES_MILES
from directory.pages.sections import NearSection, PhoneSection, Section
from listings.cards import Card
from listings.facet_panel import (
    ActiveFilter,
    Facet,
    FacetOption,
    FacetPanel,
    build_checkbox_facet,
    build_panel,
    url_with,
)
from listings.templatetags.listing import miles
from search.relevance import NEARBY_MILES
from warmlines.open_status import LineStatus, NoOpenLine


@dataclass(frozen=True)
class Summary:
    """The top of the find page.

    It has a sentence about what is near, one about support without travel, and the
    warmlines to call now.
    """

    lead: str
    more: str = ""
    lines: list[LineStatus] = field(default_factory=list)
    no_open_line: NoOpenLine | None = None


def build_summary(
    search: FindSearch, panel: FacetPanel, sections: list[Section]
) -> Summary:
    phone = next((part for part in sections if isinstance(part, PhoneSection)), None)
    return Summary(
        lead=_lead_sentence(search, panel, sections),
        more=_reach_sentence(search, sections),
        lines=phone.to_call_now if phone else [],
        no_open_line=phone.no_open_line if phone else None,
    )


def _lead_sentence(
    search: FindSearch, panel: FacetPanel, sections: list[Section]
) -> str:
    near = next((part for part in sections if isinstance(part, NearSection)), None)
    if search.in_distress and not search.place:
        return _("Here's more support you can reach from anywhere.")
    if search.named_line_count or (
        near and near.total and search.name_found is not None
    ):
        return _name_sentence(search, sections)
    if near is None or near.is_short:
        return _("Here is what you can reach from anywhere.")
    if not near.total:
        has_center = any(part.total for part in sections if part.name == "cil")
        missing = "" if has_center else panel.missing
        return missing or _no_match_sentence(search, panel)
    if search.similar_names is not None:
        return _("Here is what has a name like “%(words)s”.") % {
            "words": search.name_typed
        }
    if near.pager.is_past_end:
        return _page_sentence(near)
    if search.open_now and near.pager.page == 1 and not near.cards:
        return _(
            "No place listed here is known to be open right now. The ones below don't "
            "list their hours, so call before you go."
        )
    if search.words or not near.has_miles:
        return _count_sentence(near)
    if near.pager.page > 1:
        return _page_sentence(near)
    return _nearest_sentence(near)


def _no_match_sentence(search: FindSearch, panel: FacetPanel) -> str:
    if search.radius:
        words = _("We don’t list a peer-run place within %(miles)s miles.")
        return words % {"miles": search.radius}
    if search.words and not search.place:
        return _("No listing matches “%(words)s”.") % {"words": search.words}
    if not panel.active_filters and search.place:
        words = _("We don’t list a peer-run place that serves %(place)s.")
        return words % {"place": search.place.label}
    return _("No place listed here matches these filters.")


def _count_sentence(near: NearSection) -> str:
    return ngettext(
        "%(count)s listing found.", "%(count)s listings found.", near.total
    ) % {"count": f"{near.total:,}"}


def _name_sentence(search: FindSearch, sections: list[Section]) -> str:
    near = sum(part.total for part in sections if isinstance(part, NearSection))
    total = near + search.named_line_count
    words = ngettext(
        "We found %(count)s listing for “%(words)s”. To see what's near you, enter a "
        "ZIP code, or a town and state.",
        "We found %(count)s listings for “%(words)s”. To see what's near you, enter a "
        "ZIP code, or a town and state.",
        total,
    )
    return words % {"count": f"{total:,}", "words": search.name_typed}


def _page_sentence(near: NearSection) -> str:
    if near.pager.is_past_end:
        return _("There is no page %(page)s. The last page is %(pages)s.") % {
            "page": f"{near.pager.page:,}",
            "pages": f"{near.pager.pages:,}",
        }
    return _("Page %(page)s of %(pages)s, nearest first.") % {
        "page": f"{near.pager.page:,}",
        "pages": f"{near.pager.pages:,}",
    }


def _nearest_sentence(near: NearSection) -> str:
    located = [card for card in near.cards if card.distance_miles is not None]
    nearest = min(located or near.listed, key=_miles_or_far)
    if nearest.distance_miles is None:
        return ngettext(
            "%(count)s peer-run organization may help you.",
            "%(count)s peer-run organizations may help you.",
            near.total,
        ) % {"count": f"{near.total:,}"}
    facts = {
        "name": nearest.name,
        "distance": miles(nearest.distance_miles),
        "limit": NEARBY_MILES,
    }
    if nearest.distance_miles > NEARBY_MILES:
        words = _(
            "We don’t list a peer-run place within %(limit)s miles. "
            "The nearest is %(name)s, %(distance)s."
        )
    else:
        words = _("The nearest peer-run place is %(name)s, %(distance)s.")
    return words % facts


def _miles_or_far(card: Card) -> float:
    return math.inf if card.distance_miles is None else card.distance_miles


def _reach_sentence(search: FindSearch, sections: list[Section]) -> str:
    """Return "You don't have to travel: …" for support at home, or ""."""
    parts = [words for part in sections if (words := _reach_phrase(part))]
    if not parts:
        return ""
    reach = _("You don't have to travel: %(list)s.") % {
        "list": _(" and ").join(parts),
    }
    return " ".join(filter(None, [_county_sentence(search), reach]))


def _county_sentence(search: FindSearch) -> str:
    """Return "3 places say they serve Custer County.", or ""."""
    county = search.place.own_county if search.place else None
    count = search.count_naming_county() if county else 0
    if not (county and count):
        return ""
    words = ngettext(
        "%(count)s place says it serves %(county)s.",
        "%(count)s places say they serve %(county)s.",
        count,
    )
    return words % {"count": f"{count:,}", "county": county.name}


def _reach_phrase(section: Section) -> str:
    if isinstance(section, PhoneSection) and section.open_total:
        return ngettext(
            "%(count)s warmline anyone here can call is open now",
            "%(count)s warmlines anyone here can call are open now",
            section.open_total,
        ) % {"count": f"{section.open_total:,}"}
    if section.name == "online" and section.total:
        return ngettext(
            "%(count)s group meets online",
            "%(count)s groups meet online",
            section.total,
        ) % {"count": f"{section.total:,}"}
    return ""


def build_find_facets(search: FindSearch) -> FacetPanel:
    """Return the filters of the find page, with counts of what can reach the place."""
    panel = build_panel(
        search.filter,
        search.params,
        search.counts(),
        hidden_names=["near", "state", "lat", "lon", "q"],
    )
    parts = [
        build_checkbox_facet(
            search.params, "open_now", _("Open now"), on=search.open_now
        )
    ]
    for name, label in (
        ("peers", _("Lines answered by peers")),
        ("asks_first", _("Lines that won’t call the police without asking you")),
    ):
        is_on = search.params.get(name) == "1"
        parts.append(build_checkbox_facet(search.params, name, label, on=is_on))
    if search.place and not search.place.is_state:
        parts.append(_radius_facet(search))
    label = _("Your words") if search.in_distress else f"“{search.words}”"
    led = panel.with_leading(parts, search.params)
    return led.with_search_words(search.words, search.params, label)


def unusable_criteria(search: FindSearch) -> list[str]:
    """Return what the search could not use, for a page that shows no filters."""
    panel = build_find_facets(search)
    filters = [
        f"{group.legend}: {error}" for group in panel.facets for error in group.errors
    ]
    return [*panel.problems, *filters]


def _radius_facet(search: FindSearch) -> tuple[Facet, list[ActiveFilter]]:
    chosen = str(search.radius or "")
    within = _("Within %(miles)s miles")
    choices = [
        (str(miles), within % {"miles": miles}) for miles in RADIUS_CHOICES_MILES
    ]
    choices.insert(0, ("", _("Any distance")))
    options = [FacetOption(v, words, None, v == chosen) for v, words in choices]
    errors = [str(error) for error in search.form.errors.get("radius", [])]
    group = Facet("radius", _("Distance"), options, errors, "radio")
    if not chosen:
        return group, []
    words = _("Within %(miles)s miles") % {"miles": chosen}
    url = url_with(search.params, radius=None)
    return group, [ActiveFilter("radius", chosen, words, url)]


def add_suggestions(
    search: FindSearch, panel: FacetPanel, sections: list[Section]
) -> None:
    """Suggest filters to remove in every section that the filters left empty."""
    empty = [part for part in sections if not part.total]
    if not (empty and panel.active_filters):
        return
    suggestions = panel.suggestions(search.count_excluding)
    for part in empty:
        part.empty_suggestions = suggestions
