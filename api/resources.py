"""The three things that listings are told as, and what each needs to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from api import hsds, selection
from api.hsds import Frame
from api.ids import turned
from api.locations import has_location
from api.operators import Operators
from api.selection import Rows, Stamp, Wish
from api.serializers import Thing, moment
from listings.models import Listing


@dataclass(frozen=True)
class Entity:
    name: str
    # Those that a wish leaves.
    rows: Callable[[Wish, Operators], Rows]
    brief: Callable[[Any, Frame], Thing]
    whole: Callable[[Any, Frame], Thing]
    # The listing, public or closed, of an id; None where there is none.
    find: Callable[[UUID], Any]
    id_of: Callable[[Stamp, Operators], UUID]
    # Does this listing have such a thing to tell of?
    has: Callable[[Any], bool]
    # Its whole names the lines that an organization runs.
    names_lines: bool = False

    def stamp(self, stamp: Stamp, operators: Operators) -> Thing:
        """What `minimal` asks for."""
        return {
            "id": str(self.id_of(stamp, operators)),
            "modified_date": moment(stamp.changed_at),
        }


def told(
    batches: Iterable[list[Any]], frame: Frame, entity: Entity, *, whole: bool
) -> Iterator[Thing]:
    """Every listing of the batches, as the entity tells it."""
    tell = entity.whole if whole else entity.brief
    for batch in batches:
        if whole and entity.names_lines:
            frame = selection.framed(batch, frame)
        for listing in batch:
            yield tell(listing, frame)


def _is_told(listing: Any) -> bool:
    return bool(listing.status != Listing.Status.DRAFT)


def _somewhere(listing: Any) -> bool:
    is_closed = listing.status == Listing.Status.CLOSED
    return _is_told(listing) and (is_closed or has_location(listing))


def _service_id(stamp: Stamp, operators: Operators) -> UUID:
    return stamp.uuid if stamp.is_line else turned(stamp.uuid, "service")


def _organization_id(stamp: Stamp, operators: Operators) -> UUID:
    return operators.of(stamp.pk, stamp.uuid) if stamp.is_line else stamp.uuid


def _service_at_location_id(stamp: Stamp, operators: Operators) -> UUID:
    return turned(stamp.uuid, "service_at_location")


SERVICE = Entity(
    "service",
    selection.service_rows,
    hsds.service,
    hsds.whole_service,
    selection.one_service,
    _service_id,
    _is_told,
)
ORGANIZATION = Entity(
    "organization",
    selection.organization_rows,
    hsds.organization,
    partial(hsds.whole_organization, full_service=False),
    selection.one_organization,
    _organization_id,
    _is_told,
    names_lines=True,
)
WITH_SERVICES = Entity(
    "organization",
    selection.organization_rows,
    hsds.organization,
    partial(hsds.whole_organization, full_service=True),
    selection.one_organization,
    _organization_id,
    _is_told,
    names_lines=True,
)
SERVICE_AT_LOCATION = Entity(
    "service_at_location",
    selection.service_at_location_rows,
    hsds.service_at_location,
    hsds.whole_service_at_location,
    selection.one_service_at_location,
    _service_at_location_id,
    _somewhere,
)
