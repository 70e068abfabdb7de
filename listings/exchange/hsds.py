"""Read HSDS 3.0 data of another publisher.

The data is a file, a folder or a zip with organizations, services and
service_at_locations. A file has a JSON list, an HSDS Page, or one object per line.
Objects may be nested or refer to each other by id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from listings.exchange.csv_rows import FileError

JsonObject = dict[str, Any]
# Limits above the size of any state's directory.
MAX_BYTES = 100_000_000
MAX_FILES = 1_000
LINE_DELIMITED_SUFFIXES = (".ndjson", ".jsonl")
# Prefixes of files that describe the data and contain no listings.
IGNORED_PREFIXES = ("datapackage", "taxonom", "openapi", "meta")
# Properties that only organizations have.
ORGANIZATION_PROPERTIES = (
    "website",
    "email",
    "phones",
    "locations",
    "services",
    "tax_id",
)


@dataclass
class HsdsBundle:
    """All objects of the files, by id."""

    organizations: dict[str, JsonObject] = field(default_factory=dict)
    services: dict[str, JsonObject] = field(default_factory=dict)
    # The locations of each service, by the id of the service.
    places: dict[str, list[JsonObject]] = field(default_factory=dict)

    def add(self, thing: JsonObject) -> None:
        if "location" in thing or "location_id" in thing:
            self._at_location(thing, text_of(thing, "service_id"))
        elif thing.keys() & {"organization", "organization_id", "service_at_locations"}:
            self._service(thing)
        elif any(name in thing for name in ORGANIZATION_PROPERTIES):
            self._organization(thing)

    def _organization(self, thing: JsonObject) -> None:
        known = self.organizations.get(text_of(thing, "id"), {})
        # If an object occurs twice, in full and shortened, use the full one.
        if len(thing) > len(known):
            self.organizations[text_of(thing, "id")] = thing
        for service in objects_in(thing, "services"):
            self._service({"organization_id": thing.get("id"), **service})

    def _service(self, thing: JsonObject) -> None:
        known = self.services.get(text_of(thing, "id"), {})
        if len(thing) > len(known):
            self.services[text_of(thing, "id")] = thing
        if isinstance(owner := thing.get("organization"), dict):
            self._organization(owner)
        for one in objects_in(thing, "service_at_locations"):
            self._at_location(one, text_of(thing, "id"))

    def _at_location(self, thing: JsonObject, service: str) -> None:
        if isinstance(owner := thing.get("service"), dict):
            service = text_of(owner, "id")
            self._service(owner)
        if isinstance(place := thing.get("location"), dict):
            known = self.places.setdefault(service, [])
            known += [place] if place not in known else []

    def services_of(self, organization: str) -> list[JsonObject]:
        return [s for s in self.services.values() if owner_id(s) == organization]


def owner_id(service: JsonObject) -> str:
    """Return the id of the organization that provides a service."""
    owner = service.get("organization")
    inside = text_of(owner, "id") if isinstance(owner, dict) else ""
    return inside or text_of(service, "organization_id")


def text_of(thing: JsonObject, name: str) -> str:
    """Return a string or number as text with single spaces; "" for anything else."""
    found = thing.get(name)
    return " ".join(str(found).split()) if isinstance(found, (str, int, float)) else ""


def objects_in(thing: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects in a list, without anything that is not an object."""
    found = thing.get(name)
    found = found if isinstance(found, list) else []
    return [one for one in found if isinstance(one, dict)]


def read_hsds(path: Path) -> HsdsBundle:
    """Read a file, a folder or a zip. Raises FileError."""
    bundle = HsdsBundle()
    for name, content in _files(path):
        for thing in _objects_of_file(name, content):
            if not text_of(thing, "id"):
                raise FileError(f"{name}: an object has no id.")
            bundle.add(thing)
    if not (bundle.organizations or bundle.services):
        raise FileError(
            f"{path} holds no organizations, services or service_at_locations of HSDS."
        )
    return bundle


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every relevant file. Raises FileError."""
    try:
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if _is_wanted(one))
            _check_size(one.stat().st_size for one in found)
            yield from ((str(one), one.read_bytes()) for one in found)
        elif path.suffix == ".zip":
            yield from _zip_files(path)
        else:
            _check_size([path.stat().st_size])
            yield str(path), path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None


def _zip_files(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(path) as archive:
            found = [i for i in archive.infolist() if _is_wanted(PurePath(i.filename))]
            # ZipFile.read() returns no more than the size in the zip's directory.
            _check_size(info.file_size for info in found)
            yield from ((info.filename, archive.read(info)) for info in found)
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        raise FileError(f"{path} is not a readable zip: {error}.") from None


def _is_wanted(path: PurePath) -> bool:
    is_json = path.suffix in (".json", *LINE_DELIMITED_SUFFIXES)
    return is_json and not path.name.lower().startswith(IGNORED_PREFIXES)


def _check_size(sizes: Iterable[int]) -> None:
    file_sizes = list(sizes)
    if len(file_sizes) > MAX_FILES:
        raise FileError(f"There are more than {MAX_FILES:,} files.")
    if sum(file_sizes) > MAX_BYTES:
        raise FileError(f"There are more than {MAX_BYTES // 1_000_000} MB to read.")


def _objects_of_file(name: str, content: bytes) -> Iterator[JsonObject]:
    """Yield the objects of one file. Raises FileError."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(f"{name}: this is not UTF-8, as JSON must be.") from None
    if name.endswith(LINE_DELIMITED_SUFFIXES):
        for number, line in enumerate(words.splitlines(), start=1):
            if line.strip():
                yield from _parse_objects(f"{name}, line {number}", line)
    else:
        yield from _parse_objects(name, words)


def _parse_objects(where: str, words: str) -> Iterator[JsonObject]:
    try:
        found = json.loads(words)
    except ValueError as error:
        raise FileError(f"{where}: this is not JSON: {error}.") from None
    except RecursionError:
        raise FileError(f"{where}: lists within lists go too deep.") from None
    if isinstance(found, dict) and isinstance(found.get("contents"), list):
        found = found["contents"]
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict):
            raise FileError(f"{where}: there is something else than objects.")
        yield one
