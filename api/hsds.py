"""Listings in the words of HSDS 3.0: plain dictionaries for JSON.

Pure: what a listing does not carry already (prefetched) comes in a Frame. HSDS knows
no null, so what is not known is left out. Whatever is not in HSDS stands in further
properties, which /api/docs/ and docs/api.md explain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.ids import part, turned
from api.locations import has_location, location, location_alone
from api.operators import Operators
from api.schedules import schedules
from api.serializers import (
    Thing,
    areas,
    attributes,
    day,
    known,
    moment,
    phones,
    provenance,
    words_of,
)
from api.taxonomies import Word, kind_word
from listings.models import Listing
from orgs.models import Organization
from warmlines.models import Warmline

STATUS: dict[str, str] = {
    Listing.Status.PUBLISHED: "active",
    Listing.Status.TEMPORARILY_CLOSED: "temporarily closed",
    Listing.Status.CLOSED: "defunct",
}
# All that is told of a listing that has closed or was taken off.
GONE = "No longer listed"


@dataclass(frozen=True)
class Frame:
    """What the mapping is told beside the listing."""

    at: datetime
    # The site's own address, without a slash at its end.
    site: str
    operators: Operators
    # The lines that each organization on the page runs, where they are wanted.
    lines: dict[UUID, list[Warmline]]


# Services -----------------------------------------------------------------------


def service_id(listing: Any) -> UUID:
    is_line = isinstance(listing, Warmline)
    return listing.uuid if is_line else turned(listing.uuid, "service")


def service(listing: Any, frame: Frame) -> Thing:
    """The service itself and its organization, as a list shows it."""
    if listing.status == Listing.Status.CLOSED:
        return gone(service_id(listing), listing)
    return service_alone(listing, frame) | {"organization": owner(listing, frame)}


def whole_service(listing: Any, frame: Frame) -> Thing:
    if listing.status == Listing.Status.CLOSED:
        return gone(service_id(listing), listing)
    return service(listing, frame) | _belongings(listing, frame)


def service_alone(listing: Any, frame: Frame) -> Thing:
    return known(
        id=str(service_id(listing)),
        organization_id=str(organization_id(listing, frame)),
        name=listing.name,
        description=listing.summary,
        url=listing.website,
        email=listing.email,
        status=STATUS[listing.status],
        application_process=_referral(listing.referral_needed),
        fees_description=listing.cost,
        eligibility_description=_eligible(listing),
        assured_date=day(listing.checked_on),
        alert=_alert(listing),
        last_modified=moment(listing.changed_at),
        **_further(listing, frame),
    )


def _further(listing: Any, frame: Frame) -> Thing:
    """What HSDS has no word for."""
    return known(
        page_url=f"{frame.site}{listing.get_absolute_url()}",
        in_person=listing.in_person,
        online=listing.online,
        by_phone=listing.by_phone,
        area=listing.area,
        chat_url=listing.chat_url,
        who_may_call=getattr(listing, "who_may_call", None),
        answered_by_peers=getattr(listing, "answered_by_peers", None),
        may_send_emergency=getattr(listing, "may_send_emergency", None),
        call_limits=getattr(listing, "call_limits", None),
        provenance=provenance(listing),
    )


def _belongings(listing: Any, frame: Frame) -> Thing:
    """What a service has many of."""
    owned = service_id(listing)
    return known(
        phones=phones(listing, owned, "service_id"),
        schedules=schedules(listing, owned, frame.at),
        service_areas=areas(listing, owned),
        service_at_locations=[service_at_location_alone(listing) | _at(listing)]
        if has_location(listing)
        else None,
        languages=[
            known(
                id=part(owned, f"language:{language.slug}"),
                service_id=str(owned),
                name=language.label,
                code=language.slug,
            )
            for language in listing.languages
        ],
        attributes=attributes(words_of(listing), owned, "service"),
    )


def _referral(needed: bool | None) -> str:
    words = {True: "A referral is needed.", False: "No referral is needed."}
    return words[needed] if needed is not None else ""


def _eligible(listing: Any) -> str:
    if getattr(listing, "who_may_call", "unknown") == Warmline.WhoMayCall.UNKNOWN:
        return str(getattr(listing, "open_to", ""))
    return listing.open_to or str(listing.get_who_may_call_display())


def _alert(listing: Any) -> str:
    paused = listing.status == Listing.Status.TEMPORARILY_CLOSED
    closed = f"Closed for now. {listing.closed_because}" if paused else ""
    return " ".join(filter(None, (closed.strip(), listing.caution)))


# Organizations ------------------------------------------------------------------


def organization_id(listing: Any, frame: Frame) -> UUID:
    if isinstance(listing, Warmline):
        return frame.operators.of(listing.pk, listing.uuid)
    uuid: UUID = listing.uuid
    return uuid


def organization(listing: Any, frame: Frame) -> Thing:
    """The organization itself, as a list shows it."""
    if listing.status == Listing.Status.CLOSED:
        told = gone(organization_id(listing, frame), listing)
        return told | {"description": "This organization is not listed any more."}
    return owner(listing, frame)


def whole_organization(listing: Any, frame: Frame, *, full_service: bool) -> Thing:
    found = organization(listing, frame)
    if listing.status == Listing.Status.CLOSED:
        return found
    id_ = organization_id(listing, frame)
    services = [] if isinstance(listing, Warmline) else [listing]
    services += frame.lines.get(id_, [])
    has_listing = not isinstance(listing, Warmline) or not listing.operator
    return found | known(
        phones=phones(listing, id_, "organization_id") if has_listing else None,
        locations=[location(listing)] if has_location(listing) else None,
        attributes=attributes(_kind(listing), id_, "organization"),
        services=[_of_organization(one, frame, full_service) for one in services],
    )


def _of_organization(listing: Any, frame: Frame, full_service: bool) -> Thing:
    alone = service_alone(listing, frame)
    return alone | (_belongings(listing, frame) if full_service else {})


def owner(listing: Any, frame: Frame) -> Thing:
    """The organization of any listing, without what it has many of."""
    if isinstance(listing, Warmline):
        return _operator(listing, frame)
    parent = listing.parent
    return known(
        id=str(listing.uuid),
        name=listing.name,
        description=listing.summary or _described(listing),
        email=listing.email,
        website=listing.website,
        parent_organization_id=str(parent.uuid) if _shown(parent) else None,
        status=STATUS[listing.status],
        kind=listing.kind,
        run_by=listing.run_by,
        part_of=listing.host,
        page_url=f"{frame.site}{listing.get_absolute_url()}",
        last_modified=moment(listing.changed_at),
        provenance=provenance(listing),
    )


def _operator(line: Warmline, frame: Frame) -> Thing:
    """Who runs a line; the line itself where nobody is known."""
    id_ = str(organization_id(line, frame))
    if line.operator:
        return {
            "id": id_,
            "name": line.operator,
            "description": f"Runs the warmline “{line.name}”.",
        }
    return known(
        id=id_,
        name=line.name,
        description=line.summary or "A warmline. Who runs it is not known.",
        email=line.email,
        website=line.website,
        status=STATUS[line.status],
        page_url=f"{frame.site}{line.get_absolute_url()}",
        last_modified=moment(line.changed_at),
        provenance=provenance(line),
    )


def _shown(parent: Organization | None) -> bool:
    return parent is not None and parent.is_public


def _kind(listing: Any) -> list[Word]:
    return [kind_word(listing.kind)] if hasattr(listing, "kind") else []


def _described(organization: Organization) -> str:
    where = ", ".join(filter(None, (organization.city, organization.state_name)))
    kind = kind_word(organization.kind).label
    return f"{kind} in {where}." if where else f"{kind}."


# Locations ----------------------------------------------------------------------


def service_at_location(listing: Any, frame: Frame) -> Thing:
    """The link with its service and its location, as a list shows it."""
    if listing.status == Listing.Status.CLOSED:
        return gone(turned(listing.uuid, "service_at_location"), listing)
    return service_at_location_alone(listing) | {
        "location": location_alone(listing),
        "service": service_alone(listing, frame),
        "last_modified": moment(listing.changed_at),
    }


def whole_service_at_location(listing: Any, frame: Frame) -> Thing:
    if listing.status == Listing.Status.CLOSED:
        return service_at_location(listing, frame)
    whole = whole_service(listing, frame)
    whole.pop("service_at_locations", None)
    return service_at_location(listing, frame) | _at(listing) | {"service": whole}


def service_at_location_alone(listing: Any) -> Thing:
    return {
        "id": str(turned(listing.uuid, "service_at_location")),
        "service_id": str(service_id(listing)),
        "location_id": str(turned(listing.uuid, "location")),
    }


def _at(listing: Any) -> Thing:
    return {"location": location(listing)}


# Closed -----------------------------------------------------------------------


def gone(id_: UUID, listing: Any) -> Thing:
    """What is left of a closed listing: that its id means nothing any more."""
    return {
        "id": str(id_),
        "name": GONE,
        "status": "defunct",
        "last_modified": moment(listing.changed_at),
    }
