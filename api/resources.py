"""The resources of the API, and how each one selects and serializes listings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from api import hsds, selection
from api.hsds import MappingContext
from api.ids import derive_id
from api.locations import has_location
from api.operators import Operators
from api.selection import ListCriteria, ListingSet, MinimalRow
from api.serializers import format_timestamp
from api.types import AnyListing, JsonObject
from listings.models import Listing


@dataclass(frozen=True)
class Resource:
    name: str
    # Returns the listings that match the criteria.
    select: Callable[[ListCriteria, Operators], ListingSet]
    # Any, because a resource may only take organizations, which select() ensures.
    serialize: Callable[[Any, MappingContext], JsonObject]
    serialize_in_full: Callable[[Any, MappingContext], JsonObject]
    # Returns the public or closed listing of an id, or None.
    find: Callable[[UUID], AnyListing | None]
    id_of: Callable[[MinimalRow, Operators], UUID]
    # Tells whether this listing has such a resource.
    exists_for: Callable[[AnyListing], bool]
    # Whether the full form has the warmlines that an organization runs.
    includes_operated_lines: bool = False

    def serialize_minimal(self, row: MinimalRow, operators: Operators) -> JsonObject:
        """Return the item as the parameter `minimal` asks for it."""
        return {
            "id": str(self.id_of(row, operators)),
            "modified_date": format_timestamp(row.changed_at),
        }


def serialize_batches(
    batches: Iterable[list[AnyListing]],
    context: MappingContext,
    resource: Resource,
    *,
    in_full: bool,
) -> Iterator[JsonObject]:
    """Yield every listing of the batches as this resource."""
    serialize = resource.serialize_in_full if in_full else resource.serialize
    for batch in batches:
        if in_full and resource.includes_operated_lines:
            context = selection.with_operated_lines(batch, context)
        for listing in batch:
            yield serialize(listing, context)


def _was_published(listing: AnyListing) -> bool:
    return bool(listing.status != Listing.Status.DRAFT)


def _was_published_with_location(listing: AnyListing) -> bool:
    is_closed = listing.status == Listing.Status.CLOSED
    return _was_published(listing) and (is_closed or has_location(listing))


def _service_id(row: MinimalRow, operators: Operators) -> UUID:
    return row.uuid if row.is_line else derive_id(row.uuid, "service")


def _organization_id(row: MinimalRow, operators: Operators) -> UUID:
    return operators.organization_id_of(row.pk, row.uuid) if row.is_line else row.uuid


def _service_at_location_id(row: MinimalRow, operators: Operators) -> UUID:
    return derive_id(row.uuid, "service_at_location")


SERVICE = Resource(
    "service",
    selection.select_services,
    hsds.serialize_service,
    hsds.serialize_service_in_full,
    selection.find_service,
    _service_id,
    _was_published,
)
ORGANIZATION = Resource(
    "organization",
    selection.select_organizations,
    hsds.serialize_organization,
    partial(hsds.serialize_organization_in_full, full_service=False),
    selection.find_organization,
    _organization_id,
    _was_published,
    includes_operated_lines=True,
)
ORGANIZATION_WITH_SERVICES = Resource(
    "organization",
    selection.select_organizations,
    hsds.serialize_organization,
    partial(hsds.serialize_organization_in_full, full_service=True),
    selection.find_organization,
    _organization_id,
    _was_published,
    includes_operated_lines=True,
)
SERVICE_AT_LOCATION = Resource(
    "service_at_location",
    selection.select_services_at_locations,
    hsds.serialize_service_at_location,
    hsds.serialize_service_at_location_in_full,
    selection.find_service_at_location,
    _service_at_location_id,
    _was_published_with_location,
)
