"""Files of listings: rows become facts, and facts become listings or refusals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from listings.exchange.csv_rows import Row
from listings.field_values import value
from listings.hours import BadHours, check
from listings.models import Listing
from listings.provenance import Sourced
from places.counties import CountiesByName, counties_by_name, resolve_county
from places.models import Place
from places.name_keys import place_key

# The facts that Importer.link() sets.
LINKED = ("parent_id", "host")
# What a curator says was checked → the fields that an import then leaves alone.
FACT_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "phone": ("phone", "toll_free", "tty", "videophone", "sms_number"),
    "hours": (
        *("hours", "hours_note", "timezone", "zone_inferred"),
        *("rules", "start_time", "duration_minutes", "first_on"),
        *("extra_dates", "skipped_dates", "schedule_note"),
    ),
    "address": ("street", "city", "state", "zip_code", "point"),
    "email": ("email",),
    "website": ("website", "chat_url"),
    "service_area": (
        "service_area_scope",
        "service_area_note",
        "service_area",
        "who_may_call",
        "open_to",
    ),
    "offers": (
        *("summary", "run_by", "terms", "in_person", "online", "by_phone", "by_text"),
        *("joining", "how_to_join", "join_code", "newcomers"),
        *("sign_language", "captions"),
    ),
}


class RowRefused(ValueError):
    """One row cannot be listed; the message says why in plain words."""


@dataclass
class Facts:
    """What a row says: plain fields, terms by (kind, slug), places served."""

    key: str
    fields: dict[str, Any]
    terms: set[tuple[str, str]] = field(default_factory=set)
    service_area: list[Place] = field(default_factory=list)
    place: Place | None = None
    precision: str = ""
    # The row of its ZIP code, where that is looked up already.
    zip_place: Place | None = None
    parent: str = ""
    host: str = ""
    # What a new listing takes from its file, and a known one never does.
    wishes: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """One row of a file for Importer.link(): what it says, and whose branch it is."""

    number: int
    pk: int
    key: str
    name: str
    city: str
    state: str
    is_checked: bool
    # As the file names them.
    parent_named: str
    host_named: str
    # As they are now; link() sets them.
    parent_id: int | None
    host: str


class Importer(ABC):
    """Reads the rows of one kind of file."""

    model: ClassVar[type[Sourced]]
    # Columns that a file must have.
    columns: ClassVar[frozenset[str]]
    # Columns that a file may have or lack.
    optional_columns: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, rows: list[Row]) -> None:
        """Sees the rows first, so that a reader can look things up at once."""
        self.rows = rows

    @abstractmethod
    def read(self, row: Row) -> Facts:
        """The row's facts. Raises RowRefused."""

    # Does link() do anything?
    joins: ClassVar[bool] = False

    def link(  # noqa: B027  # most kinds of files join nothing
        self, rows: list[Member], members: list[Member]
    ) -> None:
        """Make some rows of the file branches of others; `members` are all rows that
        were written so far, these included."""

    @cached_property
    def counties(self) -> CountiesByName:
        return counties_by_name(Place.objects.counties())

    @cached_property
    def states(self) -> dict[str, Place]:
        return {state.code: state for state in Place.objects.states()}

    def county(self, name: str, state: str) -> Place | None:
        """Return the county of a name, before an independent city that shares it."""
        return resolve_county(self.counties.get((state, place_key(name)), []))


def split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def yes(cell: str) -> bool | None:
    """True for "yes"; anything else is not known, never no."""
    return True if cell.casefold() == "yes" else None


def filled(row: Row, *columns: str) -> dict[str, str]:
    """Return the cells that say something: an empty one or a missing column says that
    the fact is not known, and takes nothing from a listing."""
    return {name: row[name] for name in columns if row.get(name)}


def source(row: Row) -> dict[str, str]:
    names = ("source_name", "source_url", "source_seen", "source_license")
    return {name: row[name] for name in names}


def hours(row: Row, column: str, facts: Facts) -> None:
    """Readable hours; unreadable ones stay as published, with a warning."""
    try:
        facts.fields["hours"] = check(row[column])
    except BadHours as error:
        facts.fields["hours"] = ""
        facts.warnings.append(f"hours “{row[column]}”: {error}")


def terms(facts: Facts, kind: str, slugs: Iterable[str]) -> None:
    facts.terms |= {(kind, slug) for slug in slugs}


@dataclass
class Step:
    """What an import did to one row: enough to show it, and to take it back."""

    row: int
    object_id: int
    name: str
    added: bool
    version: int
    # Facts as plain data; of a row that was added, none.
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    # The names of the listing that it was a branch of, and of the one that it is now.
    parents: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What an import did, row by row where something is worth saying."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def sort(self) -> None:
        """Put everything in the order of the file."""
        for notes in (self.refused, self.kept, self.warnings, self.changes):
            notes.sort(key=itemgetter(0))
        self.steps.sort(key=attrgetter("row"))


def plain_facts(listing: Any, names: Iterable[str]) -> dict[str, Any]:
    """Fields as plain data; the point as its numbers."""
    return {
        name: point_of(listing) if name == "point" else value(listing, name)
        for name in names
    }


def point_of(listing: Any) -> list[Any] | None:
    """Where it stands, as put_point() takes it."""
    if listing.latitude is None:
        return None
    return [
        listing.latitude,
        listing.longitude,
        listing.precision,
        listing.county_id,
    ]


def guarded(listing: Any) -> dict[str, str]:
    """The fields that no import changes, and why: checked once, or withheld."""
    found = {}
    if getattr(listing, "address_withheld", False):
        found = dict.fromkeys(("address_withheld", "point"), "the address is withheld")
    if listing.checked_on is None:
        return found
    checks = [(listing.checked_on, listing.checked_facts)]
    if isinstance(listing, Listing):
        # A later check of other facts takes nothing back from those before.
        past = listing.history.exclude(checked_on=None).order_by("checked_on")
        checks = [*past.values_list("checked_on", "checked_facts"), *checks]
    for on, facts in checks:
        covered = facts or list(FACT_FIELDS)
        names = {name for fact in covered for name in FACT_FIELDS.get(fact, (fact,))}
        found |= dict.fromkeys(names, f"checked on {on}")
    return found


def put_point(listing: Any, point: Iterable[Any] | None) -> None:
    """Stand at (latitude, longitude, precision, county's id), or nowhere."""
    if point is None:
        listing.clear_point()
        listing.county_id = None
        return
    latitude, longitude, precision, county_id = point
    listing.set_point(Place(latitude=latitude, longitude=longitude).point, precision)
    listing.county_id = county_id
