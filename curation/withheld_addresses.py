"""Keep a withheld street secret when the facts of two sides are combined."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.historical_values import Facts
from listings.field_values import fact_names, fact_values
from listings.visibility import WITHHELD_FIELDS

WITHHELD_FLAG = "address_withheld"


def refuse_to_reveal_street(
    listing: Any, incoming: Facts, chosen: Collection[str]
) -> None:
    """Raise ActionRefused if the chosen facts would reveal a withheld street.

    `incoming` are the facts of the other side; those that it does not name are equal to
    the listing's. `chosen` are the names of the facts to take from it.
    """
    if WITHHELD_FLAG not in fact_names(type(listing)):
        return
    street = [name for name in WITHHELD_FIELDS if hasattr(listing, name)]
    now = fact_values(listing, (WITHHELD_FLAG, *street))
    other = {**now, **incoming}
    if (other if WITHHELD_FLAG in chosen else now)[WITHHELD_FLAG]:
        return
    for name in street:
        own, opposite = (other, now) if name in chosen else (now, other)
        is_public_opposite = opposite[name] == own[name] and not opposite[WITHHELD_FLAG]
        if own[name] and own[WITHHELD_FLAG] and not is_public_opposite:
            raise ActionRefused(
                _(
                    "This would show a street or ZIP code that is withheld. Take "
                    "street, ZIP code and “address withheld” from the same side."
                )
            )
