"""Map listings to HSDS 3.0, as plain dictionaries for JSON.

Nothing here queries the database: a listing comes with its related rows prefetched, and
everything else is in a MappingContext. HSDS does not allow null, so an unknown value is
left out. What HSDS has no property for is in further properties, which /api/docs/ and
docs/api.md explain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.ids import child_id, derive_id
from api.locations import has_location, serialize_location, serialize_location_in_full
from api.meeting_schedules import serialize_meeting
from api.operators import Operators
from api.schedules import serialize_schedules
from api.serializers import (
    drop_empty,
    format_date,
    format_timestamp,
    serialize_attributes,
    serialize_phones,
    serialize_provenance,
    serialize_service_areas,
    terms_of_kind,
)
from api.taxonomies import TaxonomyTerm, kind_term
from api.types import AnyListing, JsonObject
from listings.models import Listing
from meetings.meeting_index import IndexedMeeting, meetings_by_host
from orgs.models import Organization
from warmlines.models import Warmline

HSDS_STATUSES: dict[str, str] = {
    Listing.Status.PUBLISHED: "active",
    Listing.Status.TEMPORARILY_CLOSED: "temporarily closed",
    Listing.Status.CLOSED: "defunct",
}
# The name of a listing that has closed or was removed.
CLOSED_NAME = "No longer listed"


@dataclass(frozen=True)
class MappingContext:
    """What the mapping needs in addition to the listing."""

    at: datetime
    # The address of the site, without a slash at its end.
    site: str
    operators: Operators = field(default_factory=Operators.current)
    # The warmlines that each organization runs; empty if the answer does not need them.
    lines: dict[UUID, list[Warmline]] = field(default_factory=dict)
    # The meetings of each organization by its primary key.
    meetings: dict[int, list[IndexedMeeting]] = field(default_factory=meetings_by_host)


# Services -----------------------------------------------------------------------


def service_id(listing: AnyListing) -> UUID:
    is_line = isinstance(listing, Warmline)
    return listing.uuid if is_line else derive_id(listing.uuid, "service")


def serialize_service(listing: AnyListing, context: MappingContext) -> JsonObject:
    """Return the service and its organization, as a list has it."""
    if listing.status == Listing.Status.CLOSED:
        return serialize_closed(service_id(listing), listing)
    return serialize_service_fields(listing, context) | {
        "organization": serialize_owner(listing, context)
    }


def serialize_service_in_full(
    listing: AnyListing, context: MappingContext
) -> JsonObject:
    if listing.status == Listing.Status.CLOSED:
        return serialize_closed(service_id(listing), listing)
    return serialize_service(listing, context) | _serialize_related(listing, context)


def serialize_service_fields(
    listing: AnyListing, context: MappingContext
) -> JsonObject:
    return drop_empty(
        id=str(service_id(listing)),
        organization_id=str(organization_id(listing, context)),
        name=listing.name,
        description=listing.summary,
        url=listing.website,
        email=listing.email,
        status=HSDS_STATUSES[listing.status],
        application_process=_referral_sentence(listing.referral_needed),
        fees_description=listing.cost,
        eligibility_description=_eligibility_text(listing),
        assured_date=format_date(listing.checked_on),
        alert=_alert_text(listing),
        last_modified=format_timestamp(listing.changed_at),
        **_extension_fields(listing, context),
    )


def _extension_fields(listing: AnyListing, context: MappingContext) -> JsonObject:
    """Return the properties that are not part of HSDS."""
    return drop_empty(
        page_url=f"{context.site}{listing.get_absolute_url()}",
        in_person=listing.in_person,
        online=listing.online,
        by_phone=listing.by_phone,
        service_area_scope=listing.service_area_scope,
        chat_url=listing.chat_url,
        who_may_call=getattr(listing, "who_may_call", None),
        answered_by_peers=getattr(listing, "answered_by_peers", None),
        may_send_emergency=getattr(listing, "may_send_emergency", None),
        call_limits=getattr(listing, "call_limits", None),
        provenance=serialize_provenance(listing),
    )


def _serialize_related(listing: AnyListing, context: MappingContext) -> JsonObject:
    """Return the lists that belong to a service: phones, schedules, areas and so on."""
    owner_id = service_id(listing)
    return drop_empty(
        phones=serialize_phones(listing, owner_id, "service_id"),
        schedules=[
            *serialize_schedules(listing, owner_id, context.at),
            *_serialize_meetings(listing, owner_id, context),
        ],
        service_areas=serialize_service_areas(listing, owner_id),
        service_at_locations=[
            serialize_service_at_location_ids(listing)
            | {"location": serialize_location_in_full(listing)}
        ]
        if has_location(listing)
        else None,
        languages=[
            drop_empty(
                id=child_id(owner_id, f"language:{language.slug}"),
                service_id=str(owner_id),
                name=language.label,
                code=language.slug,
            )
            for language in listing.languages
        ],
        attributes=serialize_attributes(terms_of_kind(listing), owner_id, "service"),
    )


def _serialize_meetings(
    listing: AnyListing, owner_id: UUID, context: MappingContext
) -> list[JsonObject]:
    if isinstance(listing, Warmline):
        return []
    return [
        schedule
        for meeting in context.meetings.get(listing.pk, [])
        for schedule in serialize_meeting(meeting, owner_id, context.at, context.site)
    ]


def _referral_sentence(needed: bool | None) -> str:
    words = {True: "A referral is needed.", False: "No referral is needed."}
    return words[needed] if needed is not None else ""


def _eligibility_text(listing: AnyListing) -> str:
    if not isinstance(listing, Warmline):
        return ""
    if listing.open_to or listing.who_may_call == Warmline.WhoMayCall.UNKNOWN:
        return listing.open_to
    return str(listing.get_who_may_call_display())


def _alert_text(listing: AnyListing) -> str:
    paused = listing.status == Listing.Status.TEMPORARILY_CLOSED
    closed = f"Closed for now. {listing.closure_reason}" if paused else ""
    return " ".join(filter(None, (closed.strip(), listing.public_warning)))


# Organizations ------------------------------------------------------------------


def organization_id(listing: AnyListing, context: MappingContext) -> UUID:
    if isinstance(listing, Warmline):
        return context.operators.organization_id_of(listing.pk, listing.uuid)
    uuid: UUID = listing.uuid
    return uuid


def serialize_organization(listing: AnyListing, context: MappingContext) -> JsonObject:
    """Return the organization, as a list has it."""
    if listing.status == Listing.Status.CLOSED:
        closed = serialize_closed(organization_id(listing, context), listing)
        return closed | {"description": "This organization is not listed any more."}
    return serialize_owner(listing, context)


def serialize_organization_in_full(
    listing: AnyListing, context: MappingContext, *, full_service: bool
) -> JsonObject:
    found = serialize_organization(listing, context)
    if listing.status == Listing.Status.CLOSED:
        return found
    id_ = organization_id(listing, context)
    services: list[AnyListing] = [] if isinstance(listing, Warmline) else [listing]
    services += context.lines.get(id_, [])
    has_listing = not isinstance(listing, Warmline) or not listing.operator
    return found | drop_empty(
        phones=serialize_phones(listing, id_, "organization_id")
        if has_listing
        else None,
        locations=[serialize_location_in_full(listing)]
        if has_location(listing)
        else None,
        attributes=serialize_attributes(_kind_terms(listing), id_, "organization"),
        services=[
            _serialize_service_of_organization(one, context, full_service)
            for one in services
        ],
    )


def _serialize_service_of_organization(
    listing: AnyListing, context: MappingContext, full_service: bool
) -> JsonObject:
    alone = serialize_service_fields(listing, context)
    return alone | (_serialize_related(listing, context) if full_service else {})


def serialize_owner(listing: AnyListing, context: MappingContext) -> JsonObject:
    """Return the organization of a listing, without the lists that belong to it."""
    if isinstance(listing, Warmline):
        return _serialize_operator(listing, context)
    parent = listing.parent
    return drop_empty(
        id=str(listing.uuid),
        name=listing.name,
        description=listing.summary or _describe_organization(listing),
        email=listing.email,
        website=listing.website,
        parent_organization_id=str(parent.uuid)
        if parent and parent.is_public
        else None,
        status=HSDS_STATUSES[listing.status],
        kind=listing.kind,
        run_by=listing.run_by,
        part_of=listing.host,
        page_url=f"{context.site}{listing.get_absolute_url()}",
        last_modified=format_timestamp(listing.changed_at),
        provenance=serialize_provenance(listing),
    )


def _serialize_operator(line: Warmline, context: MappingContext) -> JsonObject:
    """Return the operator of a warmline, or the line itself if it is unknown."""
    id_ = str(organization_id(line, context))
    if line.operator:
        return {
            "id": id_,
            "name": line.operator,
            "description": f"Runs the warmline “{line.name}”.",
        }
    return drop_empty(
        id=id_,
        name=line.name,
        description=line.summary or "A warmline. Who runs it is not known.",
        email=line.email,
        website=line.website,
        status=HSDS_STATUSES[line.status],
        page_url=f"{context.site}{line.get_absolute_url()}",
        last_modified=format_timestamp(line.changed_at),
        provenance=serialize_provenance(line),
    )


def _kind_terms(listing: AnyListing) -> list[TaxonomyTerm]:
    return [kind_term(listing.kind)] if hasattr(listing, "kind") else []


def _describe_organization(organization: Organization) -> str:
    where = ", ".join(filter(None, (organization.city, organization.state_name)))
    kind = kind_term(organization.kind).label
    return f"{kind} in {where}." if where else f"{kind}."


# Locations ----------------------------------------------------------------------


def serialize_service_at_location(
    listing: Organization, context: MappingContext
) -> JsonObject:
    """Return the service at a location with both, as a list has it."""
    if listing.status == Listing.Status.CLOSED:
        return serialize_closed(derive_id(listing.uuid, "service_at_location"), listing)
    return serialize_service_at_location_ids(listing) | {
        "location": serialize_location(listing),
        "service": serialize_service_fields(listing, context),
        "last_modified": format_timestamp(listing.changed_at),
    }


def serialize_service_at_location_in_full(
    listing: Organization, context: MappingContext
) -> JsonObject:
    if listing.status == Listing.Status.CLOSED:
        return serialize_service_at_location(listing, context)
    service = serialize_service_in_full(listing, context)
    service.pop("service_at_locations", None)
    return serialize_service_at_location(listing, context) | {
        "location": serialize_location_in_full(listing),
        "service": service,
    }


def serialize_service_at_location_ids(listing: AnyListing) -> JsonObject:
    return {
        "id": str(derive_id(listing.uuid, "service_at_location")),
        "service_id": str(service_id(listing)),
        "location_id": str(derive_id(listing.uuid, "location")),
    }


# Closed -----------------------------------------------------------------------


def serialize_closed(id_: UUID, listing: AnyListing) -> JsonObject:
    """Return what a closed listing still says: that its id is no longer listed."""
    return {
        "id": str(id_),
        "name": CLOSED_NAME,
        "status": "defunct",
        "last_modified": format_timestamp(listing.changed_at),
    }
