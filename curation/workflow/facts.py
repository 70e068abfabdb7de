"""Save facts only if they are valid together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from curation.errors import ActionRefused
from curation.historical_values import Facts
from listings import service_areas
from listings.exchange.importing import FACT_FIELDS
from listings.field_values import apply_facts, fact_value
from listings.models import Listing
from listings.provenance import ProvenanceModel
from listings.service_areas import UnknownArea, from_text

# If one of these changes, the point on the map has to follow.
ADDRESS_FIELDS = {"street", "city", "state", "zip_code", "address_withheld"}
# These follow from other fields, so they alone confirm nothing.
FOLLOWING_FIELDS = frozenset({"point", "timezone", "zone_inferred"})


def apply_validated_facts(row: ProvenanceModel, facts: Facts) -> None:
    """Save facts, after checking them together with the facts that stay.

    Raise ActionRefused if they do not fit: without the last phone number, for example,
    or with hours but no time zone. The stored row is then unchanged.
    """
    set_columns(row, facts)
    try:
        with refuse_if_invalid():
            if isinstance(row, Listing):
                _validate_service_area(row, facts)
            row.clean()
            row.validate_constraints()
            apply_facts(row, facts)
    except UnknownArea as error:
        raise ActionRefused(" ".join(error.args)) from None


def known_facts(listing: Listing) -> list[str]:
    """Return the facts of FACT_FIELDS that have a value which can be confirmed."""
    return [
        fact
        for fact, names in FACT_FIELDS.items()
        if any(_is_known(listing, name) for name in names)
    ]


def _is_known(listing: Listing, name: str) -> bool:
    if name in FOLLOWING_FIELDS or not hasattr(listing, name):
        return False
    return fact_value(listing, name) not in (None, "", [], False, "unknown")


def apply_corrections(listing: Any, facts: Facts, reason: str) -> None:
    """Apply facts that somebody typed. A new address is looked up on the map first.

    Raise ActionRefused if they are not valid.
    """
    set_columns(listing, facts)
    with refuse_if_invalid():
        listing.clean_fields(exclude=["slug", "checked_by", "parent", "county"])
    if ADDRESS_FIELDS & set(facts):
        listing.geocode()
    listing._change_reason = reason
    apply_validated_facts(listing, facts)


def set_columns(row: ProvenanceModel, facts: Facts) -> None:
    """Set the facts that are columns of the row itself; terms and places are not."""
    for name, fact in facts.items():
        if name not in ("terms", "service_area"):
            setattr(row, name, fact)


@contextmanager
def refuse_if_invalid() -> Iterator[None]:
    """Turn a ValidationError of the model into an ActionRefused with its messages."""
    try:
        yield
    except ValidationError as error:
        raise ActionRefused(_join_messages(error)) from None


def _validate_service_area(listing: Listing, facts: Facts) -> None:
    """Raise ValidationError, or UnknownArea if a name in the text is not a place."""
    if not {"service_area_scope", "service_area"} & set(facts):
        return
    named = from_text(facts["service_area"]) if "service_area" in facts else None
    if named is None:
        named = list(listing.service_area.all()) if listing.pk else []
    service_areas.check_scope(listing.service_area_scope, named)


def _join_messages(error: ValidationError) -> str:
    return "; ".join(
        " ".join(messages)
        if name == NON_FIELD_ERRORS
        else f"{name}: {' '.join(messages)}"
        for name, messages in error.message_dict.items()
    )
