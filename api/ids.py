"""UUIDs of every object in the open data, derived from the UUID of its listing."""

from __future__ import annotations

from uuid import UUID, uuid5

# The listing's own UUID is the id of its organization, or of a warmline's service.
# Other resources with an address have a derived id: the version digit 4 becomes 8
# (RFC 9562: a custom UUID), and the last digit says which resource it is. Deriving
# twice gives the first UUID again, so an id leads back to its row without a table.
# It only raises a digit, so derived ids sort like the rows that they come from.
VERSION_4_TO_8 = 0xC << 76
RESOURCE_DIGITS = {
    "service": 1,
    "service_at_location": 2,
    "location": 3,
    "organization": 4,
}
NAMESPACE = UUID("17189bbc-8ec1-4058-9485-29039cc0884d")


def derive_id(uuid: UUID, resource: str) -> UUID:
    """Return the id of a listing's service, location and so on, or the reverse."""
    return UUID(int=uuid.int ^ VERSION_4_TO_8 ^ RESOURCE_DIGITS[resource])


def child_id(owner: UUID, name: str) -> str:
    """Return the id of an object without an address of its own, like a phone."""
    return str(uuid5(owner, name))


def term_id(kind: str, slug: str = "") -> UUID:
    """Return the id of a taxonomy, or of a term in it."""
    return uuid5(NAMESPACE, f"term:{kind}:{slug}" if slug else f"taxonomy:{kind}")
