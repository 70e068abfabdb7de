"""A street that is withheld stays so, whichever facts of two sides are combined."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from curation.errors import Refused
from listings.field_values import fact_names, values
from listings.visibility import STREET_FACTS

FLAG = "address_withheld"


def refuse_to_show_street(
    listing: Any, incoming: Mapping[str, Any], chosen: Collection[str]
) -> None:
    """Refuse the chosen facts where one side withholds the street that they would show.

    `incoming` are the facts of the other side: those it does not name are as on the
    listing. Raises Refused.
    """
    if FLAG not in fact_names(type(listing)):
        return
    street = [name for name in STREET_FACTS if hasattr(listing, name)]
    now = values(listing, (FLAG, *street))
    other = {**now, **incoming}
    if (other if FLAG in chosen else now)[FLAG]:
        return
    for name in street:
        own, opposite = (other, now) if name in chosen else (now, other)
        is_public_opposite = opposite[name] == own[name] and not opposite[FLAG]
        if own[name] and own[FLAG] and not is_public_opposite:
            raise Refused(
                _(
                    "This would show a street or ZIP code that is withheld. Take "
                    "street, ZIP code and “address withheld” from the same side."
                )
            )
