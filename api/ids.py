"""UUIDs of everything the open data names, from the one that a listing stores."""

from __future__ import annotations

from uuid import UUID, uuid5

# The listing's own UUID is the id of its organization, or of a warmline's service.
# Other things that have an address get it turned: the version digit 4 becomes 8
# (RFC 9562: our own kind of UUID) and the last digit tells what it is. Turning twice
# gives the first again, so an id leads back to its row without a table; and it only
# raises a digit, so that ids are in the same order as the rows they come from.
VERSION_4_TO_8 = 0xC << 76
MARKS = {"service": 1, "service_at_location": 2, "location": 3, "organization": 4}
NAMESPACE = UUID("17189bbc-8ec1-4058-9485-29039cc0884d")


def turned(uuid: UUID, entity: str) -> UUID:
    """The id of a listing's service, location …; or, of such an id, the listing's."""
    return UUID(int=uuid.int ^ VERSION_4_TO_8 ^ MARKS[entity])


def part(owner: UUID, name: str) -> str:
    """The id of a thing without an address of its own: a phone, an area …"""
    return str(uuid5(owner, name))


def word(kind: str, slug: str = "") -> UUID:
    """The id of a taxonomy, or of a term in it."""
    return uuid5(NAMESPACE, f"term:{kind}:{slug}" if slug else f"taxonomy:{kind}")
