"""What rows a table holds, in one number that no order of rows changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WIDTH = 2**256
# Who is signed in, and mails that wait, which a restore would send a second time: no
# backup carries them on.
PASSING = ("curation_outgoingmail", "django_session")


class Fingerprint(NamedTuple):
    rows: int
    digest: str


Fingerprints = dict[str, Fingerprint]


def fingerprint(rows: Iterable[Sequence[object]]) -> Fingerprint:
    """A sum of the rows' SHA-256: it streams, and needs no key to sort by."""
    count = total = 0
    for row in rows:
        digest = hashlib.sha256(repr(tuple(row)).encode()).digest()
        total = (total + int.from_bytes(digest)) % WIDTH
        count += 1
    return Fingerprint(count, f"{total:064x}")


NOTHING = fingerprint([])


def differing(found: Fingerprints, expected: Fingerprints) -> list[str]:
    """The tables that are not the same in both."""
    names = found.keys() | expected.keys()
    return sorted(name for name in names if found.get(name) != expected.get(name))
