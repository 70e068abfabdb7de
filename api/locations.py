"""Where organizations stand, as exactly as may be said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.ids import part, turned
from api.serializers import Thing, known
from orgs.importing import POST_BOX
from orgs.models import Organization
from warmlines.models import Warmline


def has_location(listing: Any) -> bool:
    """It stands in a town or at a point, or meets online; a phone line is nowhere."""
    if isinstance(listing, Warmline):
        return False
    return bool(listing.city or listing.point or listing.online)


def location_alone(organization: Organization) -> Thing:
    """Where it stands, as exactly as may be said; a withheld point is its county's."""
    stands = bool(organization.city or organization.point)
    facts = known(
        id=str(turned(organization.uuid, "location")),
        organization_id=str(organization.uuid),
        location_type="physical" if stands else "virtual",
        name=organization.name,
    )
    if not stands:
        return facts | known(url=organization.website)
    street = organization.public_street
    county = organization.county
    return facts | known(
        description=", ".join(filter(None, (street, organization.town_line))),
        city=organization.city,
        state_province=organization.state,
        county=county.name if county else None,
        address_withheld=organization.address_withheld,
        **_coordinates(organization),
    )


def _coordinates(organization: Organization) -> Thing:
    point, precision = organization.point, organization.precision
    if organization.address_withheld:
        # Not the stored point, though that should be the same.
        county = organization.county
        point, precision = (county.point, "county") if county else (None, "")
    if point is None:
        return {}
    return {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "coordinates_precision": precision,
    }


def location(organization: Organization) -> Thing:
    id_ = turned(organization.uuid, "location")
    access = {True: "Wheelchair access", False: "No wheelchair access"}
    wheelchair = organization.wheelchair_access
    return location_alone(organization) | known(
        addresses=_addresses(organization, id_),
        accessibility=[
            {
                "id": part(id_, "accessibility:wheelchair"),
                "location_id": str(id_),
                "description": access[wheelchair],
            }
        ]
        if wheelchair is not None
        else None,
    )


def _addresses(organization: Organization, id_: UUID) -> list[Thing]:
    """HSDS wants all of an address; without one of its parts there is none."""
    street, postal_code = organization.public_street, organization.public_zip_code
    if not (street and organization.city and organization.state and postal_code):
        return []
    return [
        {
            "id": part(id_, "address"),
            "location_id": str(id_),
            "address_1": street,
            "city": organization.city,
            "state_province": organization.state,
            "postal_code": postal_code,
            "country": "US",
            "address_type": "postal" if POST_BOX.match(street) else "physical",
        }
    ]
