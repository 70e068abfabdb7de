"""The revision of the directory that a response belongs to."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import NamedTuple

from caching import content_version

# Increase this number when the same listings are serialized in another way.
FORMAT_VERSION = 2


class Revision(NamedTuple):
    """The ETag of the response at one address, and when a public fact last changed."""

    etag: str
    modified: datetime


def current_revision(address: str, day: date) -> Revision:
    """Return the revision of the response at an address.

    Its ETag changes whenever a public fact does, and each day, because UTC offsets
    change by season. Raises DatabaseError.
    """
    version = content_version.current()
    parts = (FORMAT_VERSION, day, version.number, version.changed_at, address)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:20]
    return Revision(f'"{digest}"', version.changed_at)
