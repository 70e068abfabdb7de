"""The base class of importers, and what they parse, do and report for each row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from listings.exchange.cells import read_hours
from listings.exchange.csv_rows import Row
from listings.field_values import fact_value
from listings.hours import InvalidHours
from listings.models import Listing
from listings.provenance import ProvenanceModel
from places.counties import CountiesByName, counties_by_name, resolve_county
from places.models import Place
from places.name_keys import place_key

# The fields that Importer.link() sets.
BRANCH_FIELDS = ("parent_id", "host")
# For each fact that a curator can check: the fields that imports then do not change.
FACT_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "phone": ("phone", "toll_free", "tty", "videophone", "sms_number"),
    "hours": (
        *("hours", "hours_note", "timezone", "zone_inferred"),
        *("rules", "start_time", "duration_minutes", "first_on"),
        *("extra_dates", "skipped_dates", "skips_holidays", "schedule_note"),
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


# How people and spreadsheets write yes, no and unknown.
ANSWERS: dict[str, bool | None] = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0", "x"), True),
    **dict.fromkeys(("✓", "✔", "☑", "sí", "si"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0", "✗", "✘", "☐"), False),
    **dict.fromkeys(("", "unknown", "not known", "?", "n/a", "-", "–"), None),
}


class RowError(ValueError):
    """One row is refused. The message is written for people."""


@dataclass
class ParsedRow:
    """The parsed content of a row: fields, terms as (kind, slug), places served."""

    key: str
    fields: dict[str, Any]
    terms: set[tuple[str, str]] = field(default_factory=set)
    service_area: list[Place] = field(default_factory=list)
    place: Place | None = None
    precision: str = ""
    # The Place of its ZIP code, where it has already been looked up.
    zip_place: Place | None = None
    parent: str = ""
    host: str = ""
    # Values that are set on new rows and never change existing ones.
    new_only_fields: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    # What the file has no column for, so that it stays as it is: kinds of terms, the
    # places served, and the point of a listing whose address does not change.
    absent_terms: set[str] = field(default_factory=set)
    is_area_absent: bool = False
    keeps_point: bool = False


@dataclass(slots=True)
class BranchRow:
    """A row of a file for Importer.link(), with the parent that it names and has."""

    number: int
    pk: int
    key: str
    name: str
    city: str
    state: str
    is_checked: bool
    # The names in the file.
    parent_named: str
    host_named: str
    # The current values, which link() sets.
    parent_id: int | None
    host: str


class Importer(ABC):
    """Parses the rows of one kind of file."""

    model: ClassVar[type[ProvenanceModel]]
    # Columns that a file must have.
    columns: ClassVar[frozenset[str]]
    # Columns that a file may have or lack.
    optional_columns: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def column_labels(cls) -> dict[str, str]:
        """Return what people call the columns, besides their names."""
        return {}

    def __init__(self, rows: list[Row]) -> None:
        """Store the rows, so that subclasses can look up what they name at once."""
        self.rows = rows

    @abstractmethod
    def read(self, row: Row) -> ParsedRow:
        """Parse a row. Raises RowError."""

    # Whether link() does anything.
    links_rows: ClassVar[bool] = False

    def link(  # noqa: B027  # most kinds of files join nothing
        self, rows: list[BranchRow], members: list[BranchRow]
    ) -> None:
        """Set the parents of some rows of the file.

        `all_rows` are the rows that were written so far, including these.
        """

    @cached_property
    def counties(self) -> CountiesByName:
        return counties_by_name(Place.objects.counties())

    @cached_property
    def states(self) -> dict[str, Place]:
        return {state.code: state for state in Place.objects.states()}

    def county(self, name: str, state: str) -> Place | None:
        """Return the county with this name, rather than an independent city with it."""
        return resolve_county(self.counties.get((state, place_key(name)), []))


def split_cell(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def parse_yes_no(row: Row, column: str) -> bool | None:
    """Return the answer in a cell, or None where it is unknown. Raises RowError."""
    cell = row[column]
    answer = cell.casefold().strip(" .!")
    if answer not in ANSWERS:
        raise RowError(f"{column}: write yes, no or nothing, not “{cell}”")
    return ANSWERS[answer]


def filled_cells(row: Row, *columns: str) -> dict[str, str]:
    """Return the cells that are not empty.

    An empty cell or a missing column means that the fact is unknown, and does not
    remove it from a listing.
    """
    return {name: row[name] for name in columns if row.get(name)}


def source_fields(row: Row) -> dict[str, str]:
    names = ("source_name", "source_url", "source_seen", "source_license")
    return {name: row[name] for name in names}


def set_hours(row: Row, column: str, facts: ParsedRow) -> None:
    """Set the hours; those that cannot be read become the note on hours, if none is.

    Add a warning where they were not written as OpenStreetMap hours.
    """
    try:
        facts.fields["hours"], note = read_hours(row[column])
    except InvalidHours as error:
        facts.fields["hours"] = ""
        note = f"hours “{row[column]}”: {error}"
        if not facts.fields.get("hours_note"):
            facts.fields["hours_note"] = row[column]
            note += " They became the note on hours."
    facts.warnings += [note] if note else []


def add_terms(facts: ParsedRow, kind: str, slugs: Iterable[str]) -> None:
    facts.terms |= {(kind, slug) for slug in slugs}


@dataclass
class ImportStep:
    """What an import did to one row: enough to show it and to undo it."""

    row: int
    object_id: int
    name: str
    added: bool
    version: int
    # The changed facts as plain data; empty for a row that was added.
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    # The names of the old and the new parent.
    parents: list[str] = field(default_factory=list)


@dataclass
class ImportReport:
    """The counts of an import, and the rows to report, by row number."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    protected: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, str]] = field(default_factory=list)
    steps: list[ImportStep] = field(default_factory=list)
    # The names of columns in the file, with the column that each was read as.
    columns: dict[str, str] = field(default_factory=dict)
    # What people should know about how the file was read.
    notes: list[str] = field(default_factory=list)

    def sort(self) -> None:
        """Sort everything in the order of the file."""
        for notes in (self.refused, self.protected, self.warnings, self.changes):
            notes.sort(key=itemgetter(0))
        self.steps.sort(key=attrgetter("row"))


def serialize_facts(listing: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return fields as plain data, and "point" as its numbers."""
    return {
        name: point_values(listing) if name == "point" else fact_value(listing, name)
        for name in names
    }


def point_values(listing: Any) -> list[Any] | None:
    """Return the point of a listing, in the form that set_point() takes."""
    if listing.latitude is None:
        return None
    return [
        listing.latitude,
        listing.longitude,
        listing.precision,
        listing.county_id,
    ]


def protected_fields(listing: Any) -> dict[str, str]:
    """Return the fields that no import changes, each with the reason."""
    found = {}
    if getattr(listing, "address_withheld", False):
        found = dict.fromkeys(("address_withheld", "point"), "the address is withheld")
    if listing.checked_on is None:
        return found
    checks = [(listing.checked_on, listing.checked_facts)]
    if isinstance(listing, Listing):
        # A later check of other facts does not undo earlier checks.
        past = listing.history.exclude(checked_on=None).order_by("checked_on")
        checks = [*past.values_list("checked_on", "checked_facts"), *checks]
    for on, facts in checks:
        covered = facts or list(FACT_FIELDS)
        names = {name for fact in covered for name in FACT_FIELDS.get(fact, (fact,))}
        found |= dict.fromkeys(names, f"checked on {on}")
    return found


def set_point(listing: Any, point: Iterable[Any] | None) -> None:
    """Set the point to (latitude, longitude, precision, county id), or remove it."""
    if point is None:
        listing.clear_point()
        listing.county_id = None
        return
    latitude, longitude, precision, county_id = point
    listing.set_point(Place(latitude=latitude, longitude=longitude).point, precision)
    listing.county_id = county_id
