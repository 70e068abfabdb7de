"""The whole directory as one file: HSDS 3.0 in lines of JSON, zipped, described."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from api import taxonomies
from api.data_files import DataFile
from api.hsds import Frame
from api.openapi import NDJSON
from api.operators import Operators
from api.resources import (
    ORGANIZATION,
    SERVICE,
    SERVICE_AT_LOCATION,
    WITH_SERVICES,
    Entity,
    told,
)
from api.selection import Wish
from api.serializers import Thing

# The same bytes for the same facts: no clock and no machine in the archive.
MADE = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o644 << 16
CHUNK = 64 * 1024
ABOUT = (
    "Peer-run organizations, warmlines and Centers for Independent Living in the "
    "United States, in HSDS 3.0. Each row names its source and its licence in "
    "`provenance`: rows with a source_license keep to it."
)


class Pipe(io.RawIOBase):
    """A file whose bytes are taken out while it is still written."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self.waiting)
        self.waiting, self.size = [], 0
        return taken


def chunks(at: datetime, site: str) -> Iterator[bytes]:
    """The archive as it grows; no more than some rows of it are in memory."""
    frame = Frame(at, site, Operators.now(), {})
    pipe, resources = Pipe(), []
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for name, things in _files(frame):
            resource = _Resource(name)
            with archive.open(_entry(resource.path), "w") as file:
                for line in resource.lines(things):
                    file.write(line)
                    if pipe.size > CHUNK:
                        yield pipe.take()
            resources.append(resource.described())
        package = json.dumps(_package(resources, site), indent=2)
        archive.writestr(_entry("datapackage.json"), package)
    yield pipe.take()


def _files(frame: Frame) -> Iterator[tuple[str, Iterable[Thing]]]:
    yield "organizations", _every(frame, ORGANIZATION, whole=True)
    yield "services", _every(frame, SERVICE, whole=True)
    # The whole of each stands in its service.
    yield "service_at_locations", _every(frame, SERVICE_AT_LOCATION, whole=False)
    yield "taxonomies", taxonomies.taxonomies()
    yield (
        "taxonomy_terms",
        (taxonomies.whole_term(word) for word in taxonomies.all_words()),
    )


def _every(frame: Frame, entity: Entity, *, whole: bool) -> Iterator[Thing]:
    found = entity.rows(Wish(), frame.operators)
    return told(found.batches(), frame, entity, whole=whole)


def ndjson(things: Iterable[Thing]) -> Iterator[bytes]:
    """One thing a line."""
    for thing in things:
        yield (json.dumps(thing, ensure_ascii=False) + "\n").encode()


def list_file(entity: Entity, *, whole: bool) -> DataFile:
    """Every public item of one of the API's lists, as `format=ndjson` sends it."""

    def chunks(at: datetime, site: str) -> Iterator[bytes]:
        frame = Frame(at, site, Operators.now(), {})
        return ndjson(_every(frame, entity, whole=whole))

    kind = "full-services" if entity is WITH_SERVICES else entity.name
    return DataFile(f"{kind}-{'full' if whole else 'brief'}.ndjson", NDJSON, chunks)


class _Resource:
    """One file of the package: its lines, then what they came to."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, f"{name}.ndjson"
        self.digest = hashlib.sha256()
        self.bytes = self.number = 0

    def lines(self, things: Iterable[Thing]) -> Iterator[bytes]:
        for line in ndjson(things):
            self.digest.update(line)
            self.bytes += len(line)
            self.number += 1
            yield line

    def described(self) -> Thing:
        return {
            "name": self.name,
            "path": self.path,
            "format": "ndjson",
            "mediatype": "application/x-ndjson",
            "encoding": "utf-8",
            "bytes": self.bytes,
            "hash": f"sha256:{self.digest.hexdigest()}",
            "rows": self.number,
        }


def _package(resources: list[Thing], site: str) -> Thing:
    """As Frictionless' Data Package describes a folder of files."""
    return {
        "name": "peer-support-directory",
        "title": "Peer Support Directory",
        "description": ABOUT,
        "homepage": site,
        "profile": "data-package",
        "version": "3.0",
        "resources": resources,
    }


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, MADE)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system, entry.external_attr = UNIX, READABLE
    return entry
