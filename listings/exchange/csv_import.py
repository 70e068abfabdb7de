"""Import listings with the columns that csv_export writes, or some of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, URLField

from listings.exchange.cells import (
    Reading,
    garbled_note,
    read_choice,
    read_date,
    read_phone,
    read_terms,
    read_web_address,
    split_phones,
)
from listings.exchange.csv_columns import (
    BRANCH_COLUMNS,
    NEW_ONLY_FIELDS,
    POINT_FIELDS,
    TERM_COLUMNS,
    column_names,
    describe_column,
    import_column_names,
)
from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    Importer,
    ParsedRow,
    RowError,
    add_terms,
    parse_yes_no,
    set_hours,
)
from listings.models import Listing, Term
from listings.phones import PhoneField
from listings.service_areas import (
    LINE_BREAK,
    ServiceAreaParser,
    UnknownArea,
    check_scope,
)
from listings.text import fold
from listings.time_zones import known_zones, parse_zone
from places.models import Place

SLUG = re.compile(r"[-\w]{1,120}", re.ASCII)
# Words for a whole state and the whole country, in the form of fold().
STATEWIDE = {"statewide", "state wide", "whole state", "entire state", "all counties"}
NATIONWIDE = {"nationwide", "national", "us", "usa", "united states", "whole country"}
# Our own files never have this column. It becomes the note of a new listing.
NOTE = "internal_note"
# Columns that are not read as a plain field.
SPECIAL_COLUMNS = {
    "key",
    "service_area",
    "hours",
    *TERM_COLUMNS,
    *POINT_FIELDS,
    *BRANCH_COLUMNS,
    *NEW_ONLY_FIELDS,
}


class CatalogImporter(Importer):
    """Reads one listing from each row, with the columns of csv_columns.

    A file needs only names. A column that it lacks leaves listings as they are.
    """

    model: ClassVar[type[Listing]]
    columns = frozenset({"name"})

    def __init_subclass__(cls) -> None:
        names = {*column_names(cls.model), NOTE}
        cls.optional_columns = frozenset(names) - cls.columns

    @classmethod
    def column_labels(cls) -> dict[str, str]:
        names = column_names(cls.model)
        return {name: describe_column(cls.model, name) for name in names}

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.areas = ServiceAreaParser()
        self.plain_names = [
            n for n in import_column_names(self.model) if n not in SPECIAL_COLUMNS
        ]
        self.readers = {
            name: reader
            for name in import_column_names(self.model)
            if (reader := _cell_reader(self.model, name))
        }
        every = self.model._default_manager.only("key", "uuid")
        self.keys = {str(one.uuid): one.import_key for one in every}
        self.term_slugs: dict[str, dict[str, str]] = defaultdict(dict)
        for term in Term.objects.all():
            for words in (term.label, term.label_es, term.slug):
                self.term_slugs[term.kind][fold(words)] = term.slug

    def key_of(self, row: Row) -> str:
        """Return the key of a row, or one made of its source, name and place."""
        if key := row.get("key", ""):
            return key
        parts = [row.get(n, "") for n in ("source_name", "name", "city", "state")]
        return f"file:{uuid5(NAMESPACE_URL, fold(' | '.join(parts)))}"

    def read(self, row: Row) -> ParsedRow:
        if not row["name"]:
            raise RowError("the row has no name")
        row, notes = self._read_cells(row)
        notes += self._set_zone(row)
        present = [name for name in self.plain_names if name in row]
        fields = {name: self._fact(row, name) for name in present}
        facts = ParsedRow(
            self.key_of(row),
            fields,
            new_only_fields=self._new_only_fields(row),
            warnings=notes,
        )
        if "hours" in row:
            set_hours(row, "hours", facts)
        for name, kind in TERM_COLUMNS.items():
            if name in row:
                add_terms(facts, kind, read_terms(row[name], self.term_slugs[kind]))
            else:
                facts.absent_terms.add(kind)
        self._set_areas(facts, row)
        return facts

    def near_zone(self, row: Row) -> str:
        """Return the time zone of the row's place, or ""."""
        return ""

    def _read_cells(self, row: Row) -> tuple[Row, list[str]]:
        """Return the row with its cells as they are stored, and notes on changes."""
        row = dict(row)
        notes = [note for name in row if (note := garbled_note(name, row[name]))]
        both = split_phones(row.get("phone", ""))
        if both and "toll_free" in self.readers and not row.get("toll_free"):
            notes.append(f"“{row['phone']}” was read as a phone and a toll-free number")
            row["phone"], row["toll_free"] = both
        for name, reader in self.readers.items():
            if row.get(name):
                row[name], note = reader(row[name])
                notes += [f"{name}: {note}"] if note else []
        return row, notes

    def _set_zone(self, row: Row) -> list[str]:
        """Set the IANA name of the time zone; hours need one. Raises RowError."""
        near = self.near_zone(row)
        written = row.get("timezone", "")
        zone = parse_zone(written, near)
        if zone and zone not in known_zones():
            raise RowError(f"“{zone}” is not a time zone")
        if row.get("hours") and not zone:
            if not near:
                raise RowError("hours need a time zone, like America/Denver")
            zone = near
        if zone == written:
            return []
        row["timezone"] = zone
        return [f"the time zone is {zone}"]

    def _fact(self, row: Row, name: str) -> Any:
        field: Any = self.model._meta.get_field(name)
        if not isinstance(field, BooleanField):
            return row[name]
        answer = parse_yes_no(row, name)
        return answer if field.null else bool(answer)

    def _set_areas(self, facts: ParsedRow, row: Row) -> None:
        """Set the places served. Raises RowError."""
        text, scope = row.get("service_area", ""), row.get("service_area_scope", "")
        if not {"service_area", "service_area_scope"} & row.keys():
            facts.is_area_absent = True
            return
        try:
            facts.service_area = self._areas_of(text, row.get("state", ""))
        except UnknownArea as unknown:
            if scope:
                raise RowError(" ".join(unknown.args)) from None
            self._set_area_note(facts, text)
        if not scope:
            scopes = self.model.ServiceAreaScope
            scope = scopes.PLACES if facts.service_area else scopes.UNKNOWN
            if fold(text) in NATIONWIDE:
                scope = scopes.NATIONWIDE
            facts.fields["service_area_scope"] = scope
        try:
            check_scope(scope, facts.service_area)
        except ValidationError as error:
            raise RowError(" ".join(error.messages)) from None

    def _areas_of(self, text: str, state: str) -> list[Place]:
        """Return the places; bare names are counties of the state.

        Raises UnknownArea.
        """
        if fold(text) in NATIONWIDE:
            return []
        if state and fold(text) in STATEWIDE:
            return self.areas.from_text(state)
        try:
            return self.areas.from_text(text)
        except UnknownArea as unknown:
            if not state or ":" in text:
                raise
            try:
                return self.areas.from_text(f"{state}: {LINE_BREAK.sub(',', text)}")
            except UnknownArea:
                raise unknown from None

    def _set_area_note(self, facts: ParsedRow, text: str) -> None:
        note = facts.fields.get("service_area_note", "")
        facts.fields["service_area_note"] = "; ".join(filter(None, (note, text)))
        facts.warnings.append(
            f"service_area: “{text}” names no states or counties that we know, so it "
            "became a note"
        )

    def _new_only_fields(self, row: Row) -> dict[str, Any]:
        """Return the NEW_ONLY_FIELDS of the row. Raises RowError."""
        new_only_fields: dict[str, Any] = {}
        if status := row.get("status", ""):
            reason = row.get("closure_reason", "")
            if status not in self.model.Status.values:
                raise RowError(f"“{status}” is not a status of a listing")
            if status == self.model.Status.CLOSED and not reason:
                raise RowError("the row does not say why it has closed")
            new_only_fields = {"status": status, "closure_reason": reason}
        if SLUG.fullmatch(row.get("slug", "")):
            new_only_fields["slug"] = row["slug"]
        if row.get("uuid"):
            new_only_fields["uuid"] = self._uuid(row)
        if row.get(NOTE):
            new_only_fields[NOTE] = row[NOTE]
        return new_only_fields

    def _uuid(self, row: Row) -> UUID:
        try:
            uuid = UUID(row["uuid"])
        except ValueError:
            raise RowError(f"“{row['uuid']}” is not a UUID") from None
        key = self.key_of(row)
        owner = self.keys.setdefault(str(uuid), key)
        if owner != key:
            raise RowError(f"the listing {owner} has this UUID already")
        return uuid


def _cell_reader(model: type[Listing], name: str) -> Callable[[str], Reading] | None:
    """Return the function that reads the cells of a column, or None for plain text."""
    if name == "source_seen":
        return read_date
    if name in TERM_COLUMNS or name in (*POINT_FIELDS, *BRANCH_COLUMNS, "timezone"):
        return None
    field: Any = model._meta.get_field(name)
    if isinstance(field, PhoneField):
        return read_phone
    if isinstance(field, URLField):
        return read_web_address
    if choices := [pair for pair in field.flatchoices or [] if pair[0]]:
        return lambda text: (read_choice(text, choices), "")
    return None
