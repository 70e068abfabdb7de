"""The rule whether a warmline accepts callers from a place, and its description.

Every page, sheet, feed and file uses this rule. It assumes nothing beyond the listing:
a line that does not say whom it accepts is offered to people in the area that it
serves, and to nobody else.
"""

from __future__ import annotations

import enum
import html
import re

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from listings.querysets import county_and_state_ids
from listings.templatetags.listing import served_place_names, service_area_text
from places.models import Place
from warmlines.models import Warmline

WhoMayCall = Warmline.WhoMayCall
# Texts of sources that say no more about callers than the area that a line serves.
UNSPECIFIC_AUDIENCES = {
    "",
    "anyone",
    "state residents",
    "county residents",
    "local residents",
    "anyone, from anywhere",
    "people in the state",
    "people in the county or area",
}
ADULTS_FROM_AGE = re.compile(r"adults \(?(\d+) and over\)?")
PARENTHESES = re.compile(r" \(([^)]*)\)")


class Eligibility(enum.Enum):
    """Whether a line accepts callers from a place, as far as its listing says."""

    YES = "yes"
    # It serves the place, and does not say which callers it accepts.
    SERVES_PLACE = "serves place"
    # The place is a whole state, and the line serves some of its counties.
    SOME_COUNTIES = "some counties"
    # The place lies in several states, and the line serves some of them completely.
    SOME_STATES = "some states"
    # The area is unknown, or not known exactly enough for this place.
    ASK = "ask"
    NO = "no"


# With these, callers from anywhere in the place can call.
CAN_CALL = {Eligibility.YES, Eligibility.SERVES_PLACE}


def check_eligibility(warmline: Warmline, place: Place | None) -> Eligibility:
    """Return whether the line accepts callers from the place; None is unknown.

    A line for a group of people is judged by its area alone, because only the caller
    knows whether they belong to the group.
    """
    said = warmline.who_may_call != WhoMayCall.UNKNOWN
    serves_it = Eligibility.YES if said else Eligibility.SERVES_PLACE
    if warmline.is_nationwide:
        return serves_it
    if not warmline.state_codes:
        return Eligibility.ASK
    if place is None:
        return Eligibility.SOME_COUNTIES
    if place.is_area:
        return _check_area(warmline, place, serves_it)
    county = place.own_county
    if county and county.pk in warmline.served_counties:
        return serves_it
    if place.state in warmline.whole_states:
        if not serves_unknown_part_of_state(warmline):
            return serves_it
        return Eligibility.SOME_COUNTIES if place.is_state else Eligibility.ASK
    if place.is_state and place.state in warmline.state_codes:
        return Eligibility.SOME_COUNTIES
    return Eligibility.NO


def _check_area(warmline: Warmline, area: Place, serves_it: Eligibility) -> Eligibility:
    """Check an area of several counties, which may lie in several states."""
    counties, states = set(area.county_ids), set(area.state_codes)
    has_some_states = not states.isdisjoint(warmline.whole_states)
    if has_some_states and serves_unknown_part_of_state(warmline):
        return Eligibility.ASK
    if counties <= warmline.served_counties or states <= warmline.whole_states:
        return serves_it
    if has_some_states:
        return Eligibility.SOME_STATES
    has_some_counties = not counties.isdisjoint(warmline.served_counties)
    return Eligibility.SOME_COUNTIES if has_some_counties else Eligibility.NO


def states_served_in_full(warmline: Warmline, place: Place) -> tuple[str, ...]:
    """Return the states of the place, in its order, that the line serves completely."""
    return tuple(code for code in place.state_codes if code in warmline.whole_states)


def serves_unknown_part_of_state(warmline: Warmline) -> bool:
    """Return True for a local line whose counties are not known, only its state."""
    return warmline.who_may_call == WhoMayCall.LOCAL and not warmline.served_counties


def may_accept_callers_from(place: Place) -> Q:
    """Return the condition for lines whose eligibility for the place is not NO."""
    served = Warmline.service_area.through._default_manager.filter(
        warmline=OuterRef("pk")
    )
    if place.is_state:
        here = served.filter(place__state=place.state)
    else:
        counties, states = county_and_state_ids(place)
        here = served.filter(place_id__in=[*counties, *states])
    everywhere = Q(who_may_call=WhoMayCall.ANYONE) | Q(
        service_area_scope=Warmline.ServiceAreaScope.NATIONWIDE
    )
    return everywhere | Q(Exists(here)) | ~Q(Exists(served))


def describe_eligibility(warmline: Warmline) -> SafeString:
    """Describe whom a line accepts and where it serves, as one line of HTML.

    Text of the source is in English and carries `lang="en"`.
    """
    if warmline.takes_anyone:
        return format_html("{}", _("Anyone may call, from anywhere"))
    if not (warmline.is_nationwide or warmline.state_codes):
        parts = [*_describe_audience(warmline), _("Call to ask who they take")]
    else:
        parts = [*_describe_audience(warmline), _describe_area(warmline)]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def describe_eligibility_under_state(warmline: Warmline) -> SafeString:
    """Describe only what a heading with the state does not say, as one line of HTML."""
    if warmline.takes_anyone:
        return SafeString()
    area = [_describe_area(warmline)] if _needs_area_note(warmline) else []
    parts = [*_describe_audience(warmline), *area]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def describe_eligibility_as_text(warmline: Warmline) -> str:
    """Return the result of describe_eligibility() without HTML."""
    return html.unescape(strip_tags(describe_eligibility(warmline)))


def _describe_audience(warmline: Warmline) -> list[str]:
    """Describe the group or age of callers; [] if that says no more than the area."""
    open_to = warmline.open_to
    if found := ADULTS_FROM_AGE.fullmatch(open_to):
        return [_("Adults %(age)s and over") % {"age": found[1]}]
    said = PARENTHESES.sub(r" \1", open_to)
    if warmline.is_for_group and said:
        english = format_html('<span lang="en">{}</span>', said)
        return [format_html(_("For {people}"), people=english)]
    if warmline.is_for_group:
        communities = [term.inside_sentence for term in warmline.communities]
        people = ", ".join(communities) or _("a particular group")
        return [format_html(_("For {people}"), people=people)]
    if open_to.casefold() in UNSPECIFIC_AUDIENCES:
        return []
    return [format_html('<span lang="en">{}</span>', capfirst(said))]


def _describe_area(warmline: Warmline) -> str:
    """Describe the area, with the note of the source if that is more exact."""
    words = service_area_text(warmline)
    if serves_unknown_part_of_state(warmline):
        states = ", ".join(served_place_names(warmline))
        words = _("Call to ask. Serves a part of %(places)s") % {"places": states}
    if not _needs_area_note(warmline):
        return words
    return format_html(
        '{words} (<span lang="en">{note}</span>)',
        words=words,
        note=warmline.service_area_note,
    )


def _needs_area_note(warmline: Warmline) -> bool:
    """Return True if the area note is more exact than the places that are served."""
    is_statewide = warmline.who_may_call == WhoMayCall.STATE
    return bool(warmline.service_area_note) and not (
        is_statewide or warmline.served_counties
    )
