"""The whole directory as a zip file: a data package of HSDS 3.0 in JSON lines."""

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
from api.hsds import MappingContext
from api.openapi import NDJSON
from api.resources import (
    ORGANIZATION,
    ORGANIZATION_WITH_SERVICES,
    SERVICE,
    SERVICE_AT_LOCATION,
    Resource,
    serialize_batches,
)
from api.selection import ListCriteria
from api.types import JsonObject

# Fixed values, so that the same facts always give the same bytes.
FIXED_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
UNIX_SYSTEM, READABLE_MODE = 3, 0o644 << 16
CHUNK_BYTES = 64 * 1024
DESCRIPTION = (
    "Peer-run organizations, warmlines and Centers for Independent Living in the "
    "United States, in HSDS 3.0. Each row names its source and its license in "
    "`provenance`: rows with a source_license keep to it."
)


class Pipe(io.RawIOBase):
    """A write-only file in memory; take() empties it while it is being written."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self.waiting)
        self.waiting, self.size = [], 0
        return data


def zip_chunks(at: datetime, site: str) -> Iterator[bytes]:
    """Yield the archive as it grows, with only a few rows in memory at a time."""
    context = MappingContext(at, site)
    pipe, package_files = Pipe(), []
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for name, objects in _package_files(context):
            package_file = _PackageFile(name)
            with archive.open(_zip_entry(package_file.path), "w") as file:
                for line in package_file.lines(objects):
                    file.write(line)
                    if pipe.size > CHUNK_BYTES:
                        yield pipe.take()
            package_files.append(package_file.describe())
        package = json.dumps(_data_package(package_files, site), indent=2)
        archive.writestr(_zip_entry("datapackage.json"), package)
    yield pipe.take()


def _package_files(
    context: MappingContext,
) -> Iterator[tuple[str, Iterable[JsonObject]]]:
    yield "organizations", _serialize_all(context, ORGANIZATION, in_full=True)
    yield "services", _serialize_all(context, SERVICE, in_full=True)
    # Not in full, because the services already contain the full objects.
    yield (
        "service_at_locations",
        _serialize_all(context, SERVICE_AT_LOCATION, in_full=False),
    )
    yield "taxonomies", taxonomies.serialize_taxonomies()
    yield (
        "taxonomy_terms",
        (
            taxonomies.serialize_term_with_taxonomy(term)
            for term in taxonomies.load_terms()
        ),
    )


def _serialize_all(
    context: MappingContext, resource: Resource, *, in_full: bool
) -> Iterator[JsonObject]:
    found = resource.select(ListCriteria(), context.operators)
    return serialize_batches(found.batches(), context, resource, in_full=in_full)


def ndjson_lines(objects: Iterable[JsonObject]) -> Iterator[bytes]:
    """Yield each object as one line of JSON."""
    for item in objects:
        yield (json.dumps(item, ensure_ascii=False) + "\n").encode()


def list_file(resource: Resource, *, in_full: bool) -> DataFile:
    """Return the file of every public item of a list, as `format=ndjson` sends it."""

    def chunks(at: datetime, site: str) -> Iterator[bytes]:
        context = MappingContext(at, site)
        return ndjson_lines(_serialize_all(context, resource, in_full=in_full))

    kind = "full-services" if resource is ORGANIZATION_WITH_SERVICES else resource.name
    return DataFile(f"{kind}-{'full' if in_full else 'brief'}.ndjson", NDJSON, chunks)


class _PackageFile:
    """One file of the package, with its size and checksum once lines() is used up."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, f"{name}.ndjson"
        self.digest = hashlib.sha256()
        self.bytes = self.rows = 0

    def lines(self, objects: Iterable[JsonObject]) -> Iterator[bytes]:
        for line in ndjson_lines(objects):
            self.digest.update(line)
            self.bytes += len(line)
            self.rows += 1
            yield line

    def describe(self) -> JsonObject:
        return {
            "name": self.name,
            "path": self.path,
            "format": "ndjson",
            "mediatype": "application/x-ndjson",
            "encoding": "utf-8",
            "bytes": self.bytes,
            "hash": f"sha256:{self.digest.hexdigest()}",
            "rows": self.rows,
        }


def _data_package(package_files: list[JsonObject], site: str) -> JsonObject:
    """Describe the files as a Frictionless Data Package."""
    return {
        "name": "peer-support-directory",
        "title": "Peer Support Directory",
        "description": DESCRIPTION,
        "homepage": site,
        "profile": "data-package",
        "version": "3.0",
        "resources": package_files,
    }


def _zip_entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, FIXED_ENTRY_TIME)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system, entry.external_attr = UNIX_SYSTEM, READABLE_MODE
    return entry
