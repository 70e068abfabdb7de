"""Say in words whether an organization serves a place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from listings.querysets import (
    AREA_UNKNOWN,
    AREA_UNKNOWN_ELSEWHERE,
    SERVES_COUNTY,
    SERVES_ELSEWHERE,
    SERVES_NATION,
    SERVES_STATE,
)
from places.models import Place


def coverage_reasons(place: Place | None) -> dict[int | None, str]:
    """Return the words for each coverage of a place; none without a place."""
    if place is None:
        return {}
    county = place.own_county
    if place.is_area or place.is_state or county is None:
        here, part = place.label, _("Serves part of %(place)s") % {"place": place.label}
    else:
        here, part = county.name, _("Serves %(place)s") % {"place": county.name}
    # Not "call": some have no phone.
    ask = _("Ask if they serve %(place)s")
    return {
        SERVES_COUNTY: part,
        SERVES_STATE: _("Serves all of %(place)s") % {"place": place.state_name},
        SERVES_NATION: _("Serves the whole country"),
        AREA_UNKNOWN: ask % {"place": here},
        AREA_UNKNOWN_ELSEWHERE: ask % {"place": here},
        SERVES_ELSEWHERE: _("Serves other places. Ask who serves %(place)s")
        % {"place": here},
    }
