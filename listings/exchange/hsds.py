"""HSDS 3.0 of another publisher, read into rows as a CSV file would have them.

Understood are a file, a folder or a zip of organizations, services and
service_at_locations: a list, a Page, or one object a line; whole objects inside one
another, or joined by their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from listings.exchange.csv_rows import FileRefused, decode

Thing = dict[str, Any]
# More than any directory of one state has; a mistake, or somebody's joke.
MOST_BYTES = 100_000_000
MOST_FILES = 1_000
LINES = (".ndjson", ".jsonl")
# A description of the package, and words: nothing that could be listed.
LEFT_OUT = ("datapackage", "taxonom", "openapi", "meta")
# What only an organization has, beside a name.
OF_ORGANIZATIONS = ("website", "email", "phones", "locations", "services", "tax_id")


@dataclass
class Bundle:
    """Everything that the files told, by its id."""

    organizations: dict[str, Thing] = field(default_factory=dict)
    services: dict[str, Thing] = field(default_factory=dict)
    # Service → the places that it is at.
    places: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, thing: Thing) -> None:
        if "location" in thing or "location_id" in thing:
            self._at_location(thing, text(thing, "service_id"))
        elif thing.keys() & {"organization", "organization_id", "service_at_locations"}:
            self._service(thing)
        elif any(name in thing for name in OF_ORGANIZATIONS):
            self._organization(thing)

    def _organization(self, thing: Thing) -> None:
        known = self.organizations.get(text(thing, "id"), {})
        # Of an object that is told twice, whole and in short, the whole one counts.
        if len(thing) > len(known):
            self.organizations[text(thing, "id")] = thing
        for service in things(thing, "services"):
            self._service({"organization_id": thing.get("id"), **service})

    def _service(self, thing: Thing) -> None:
        known = self.services.get(text(thing, "id"), {})
        if len(thing) > len(known):
            self.services[text(thing, "id")] = thing
        if isinstance(owner := thing.get("organization"), dict):
            self._organization(owner)
        for one in things(thing, "service_at_locations"):
            self._at_location(one, text(thing, "id"))

    def _at_location(self, thing: Thing, service: str) -> None:
        if isinstance(owner := thing.get("service"), dict):
            service = text(owner, "id")
            self._service(owner)
        if isinstance(place := thing.get("location"), dict):
            known = self.places.setdefault(service, [])
            known += [place] if place not in known else []

    def services_of(self, organization: str) -> list[Thing]:
        return [s for s in self.services.values() if owner_id(s) == organization]


def owner_id(service: Thing) -> str:
    """The id of the organization that gives a service."""
    owner = service.get("organization")
    inside = text(owner, "id") if isinstance(owner, dict) else ""
    return inside or text(service, "organization_id")


def text(thing: Thing, name: str) -> str:
    """A plain value as text; anything else is as good as nothing."""
    found = thing.get(name)
    return " ".join(str(found).split()) if isinstance(found, (str, int, float)) else ""


def things(thing: Thing, name: str) -> list[Thing]:
    """The objects of a list; what is no object is left out."""
    found = thing.get(name)
    found = found if isinstance(found, list) else []
    return [one for one in found if isinstance(one, dict)]


def read(path: Path) -> Bundle:
    """What a file, a folder or a zip tells. Raises FileRefused."""
    bundle = Bundle()
    for name, content in _files(path):
        for thing in _things(name, content):
            if not text(thing, "id"):
                raise FileRefused(f"{name}: an object has no id.")
            bundle.add(thing)
    if not (bundle.organizations or bundle.services):
        raise FileRefused(
            f"{path} holds no organizations, services or service_at_locations of HSDS."
        )
    return bundle


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that may hold something. Raises FileRefused."""
    try:
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if _is_wanted(one))
            _measure(one.stat().st_size for one in found)
            yield from ((str(one), one.read_bytes()) for one in found)
        elif path.suffix == ".zip":
            yield from _unzipped(path)
        else:
            _measure([path.stat().st_size])
            yield str(path), path.read_bytes()
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror}.") from None


def _unzipped(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(path) as archive:
            found = [i for i in archive.infolist() if _is_wanted(PurePath(i.filename))]
            # A zip says before it is opened how much it holds, and gives no more.
            _measure(info.file_size for info in found)
            yield from ((info.filename, archive.read(info)) for info in found)
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        raise FileRefused(f"{path} is not a readable zip: {error}.") from None


def _is_wanted(path: PurePath) -> bool:
    is_json = path.suffix in (".json", *LINES)
    return is_json and not path.name.lower().startswith(LEFT_OUT)


def _measure(sizes: Iterable[int]) -> None:
    told = list(sizes)
    if len(told) > MOST_FILES:
        raise FileRefused(f"There are more than {MOST_FILES:,} files.")
    if sum(told) > MOST_BYTES:
        raise FileRefused(f"There are more than {MOST_BYTES // 1_000_000} MB to read.")


def _things(name: str, content: bytes) -> Iterator[Thing]:
    """The objects of one file. Raises FileRefused."""
    words = decode(content)
    if name.endswith(LINES):
        for number, line in enumerate(words.splitlines(), start=1):
            if line.strip():
                yield from _objects(f"{name}, line {number}", line)
    else:
        yield from _objects(name, words)


def _objects(where: str, words: str) -> Iterator[Thing]:
    try:
        found = json.loads(words)
    except ValueError as error:
        raise FileRefused(f"{where}: this is not JSON: {error}.") from None
    except RecursionError:
        raise FileRefused(f"{where}: lists within lists go too deep.") from None
    if isinstance(found, dict) and isinstance(found.get("contents"), list):
        found = found["contents"]
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict):
            raise FileRefused(f"{where}: there is something else than objects.")
        yield one
