"""HSDS locations of organizations, as precise as may be published."""

from __future__ import annotations

from typing import TypeGuard
from uuid import UUID

from api.ids import child_id, derive_id
from api.serializers import drop_empty
from api.types import AnyListing, JsonObject
from orgs.importing import POST_BOX
from orgs.models import Organization
from warmlines.models import Warmline


def has_location(listing: AnyListing) -> TypeGuard[Organization]:
    """Tell whether a listing has a city or a point, or meets online; a warmline
    has no location."""
    if isinstance(listing, Warmline):
        return False
    return bool(listing.city or listing.point or listing.online)


def serialize_location(organization: Organization) -> JsonObject:
    """Return the location; a withheld address is placed in the middle of its county."""
    is_physical = bool(organization.city or organization.point)
    facts = drop_empty(
        id=str(derive_id(organization.uuid, "location")),
        organization_id=str(organization.uuid),
        location_type="physical" if is_physical else "virtual",
        name=organization.name,
    )
    if not is_physical:
        return facts | drop_empty(url=organization.website)
    street = organization.public_street
    county = organization.county
    return facts | drop_empty(
        description=", ".join(filter(None, (street, organization.city_line))),
        city=organization.city,
        state_province=organization.state,
        county=county.name if county else None,
        address_withheld=organization.address_withheld,
        **_serialize_coordinates(organization),
    )


def _serialize_coordinates(organization: Organization) -> JsonObject:
    point, precision = organization.point, organization.precision
    if organization.address_withheld:
        # Do not rely on the stored point, though it should be the same.
        county = organization.county
        point, precision = (county.point, "county") if county else (None, "")
    if point is None:
        return {}
    return {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "coordinates_precision": precision,
    }


def serialize_location_in_full(organization: Organization) -> JsonObject:
    id_ = derive_id(organization.uuid, "location")
    access = {True: "Wheelchair access", False: "No wheelchair access"}
    wheelchair = organization.wheelchair_access
    return serialize_location(organization) | drop_empty(
        addresses=_serialize_addresses(organization, id_),
        accessibility=[
            {
                "id": child_id(id_, "accessibility:wheelchair"),
                "location_id": str(id_),
                "description": access[wheelchair],
            }
        ]
        if wheelchair is not None
        else None,
    )


def _serialize_addresses(organization: Organization, id_: UUID) -> list[JsonObject]:
    """Return the address, or nothing if a part that HSDS requires is missing."""
    street, postal_code = organization.public_street, organization.public_zip_code
    if not (street and organization.city and organization.state and postal_code):
        return []
    return [
        {
            "id": child_id(id_, "address"),
            "location_id": str(id_),
            "address_1": street,
            "city": organization.city,
            "state_province": organization.state,
            "postal_code": postal_code,
            "country": "US",
            "address_type": "postal" if POST_BOX.match(street) else "physical",
        }
    ]
