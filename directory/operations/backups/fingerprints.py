"""Fingerprints of tables: equal if and only if two tables hold the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

DIGEST_MODULUS = 2**256
# Backups contain no rows of these: a restore would send waiting mails a second time and
# sign people in again.
EXCLUDED_TABLES = ("curation_outgoingmail", "django_session")


class Fingerprint(NamedTuple):
    rows: int
    digest: str


Fingerprints = dict[str, Fingerprint]


def fingerprint(rows: Iterable[Sequence[object]]) -> Fingerprint:
    """The sum of the rows' SHA-256 hashes.

    A sum needs no order of rows and can be computed while streaming.
    """
    count = total = 0
    for row in rows:
        digest = hashlib.sha256(repr(tuple(row)).encode()).digest()
        total = (total + int.from_bytes(digest)) % DIGEST_MODULUS
        count += 1
    return Fingerprint(count, f"{total:064x}")


EMPTY_TABLE = fingerprint([])


def differing(found: Fingerprints, expected: Fingerprints) -> list[str]:
    """The names of tables that differ."""
    names = found.keys() | expected.keys()
    return sorted(name for name in names if found.get(name) != expected.get(name))
