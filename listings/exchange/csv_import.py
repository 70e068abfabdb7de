"""Import the CSV file that csv_export writes."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db.models import BooleanField

from listings.exchange.csv_columns import (
    BRANCH_COLUMNS,
    CHECK_COLUMNS,
    NEW_ONLY_FIELDS,
    POINT_FIELDS,
    TERM_COLUMNS,
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
    split_cell,
)
from listings.models import Listing
from listings.service_areas import ServiceAreaParser, UnknownArea, check_scope

SLUG = re.compile(r"[-\w]{1,120}", re.ASCII)
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
    """Reads one listing from each row, with the columns of csv_columns."""

    model: ClassVar[type[Listing]]
    optional_columns = frozenset(CHECK_COLUMNS)

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.areas = ServiceAreaParser()
        self.zones = available_timezones()
        self.plain_names = [
            n for n in import_column_names(self.model) if n not in SPECIAL_COLUMNS
        ]
        every = self.model._default_manager.only("key", "uuid")
        self.keys = {str(one.uuid): one.import_key for one in every}

    def read(self, row: Row) -> ParsedRow:
        if not row["name"]:
            raise RowError("the row has no name")
        if row["timezone"] and row["timezone"] not in self.zones:
            raise RowError(f"“{row['timezone']}” is not a time zone")
        if row["hours"] and not row["timezone"]:
            raise RowError("hours need a time zone, like America/Denver")
        fields = {name: self._fact(row, name) for name in self.plain_names}
        facts = ParsedRow(
            row["key"], fields, new_only_fields=self._new_only_fields(row)
        )
        set_hours(row, "hours", facts)
        for name, kind in TERM_COLUMNS.items():
            add_terms(facts, kind, split_cell(row[name]))
        try:
            facts.service_area = self.areas.from_text(row["service_area"])
        except UnknownArea as unknown:
            raise RowError(" ".join(unknown.args)) from None
        try:
            check_scope(row["service_area_scope"], facts.service_area)
        except ValidationError as error:
            raise RowError(" ".join(error.messages)) from None
        return facts

    def _fact(self, row: Row, name: str) -> Any:
        field: Any = self.model._meta.get_field(name)
        if not isinstance(field, BooleanField):
            return row[name]
        answer = parse_yes_no(row, name)
        return answer if field.null else bool(answer)

    def _new_only_fields(self, row: Row) -> dict[str, Any]:
        """Return the NEW_ONLY_FIELDS of the row. Raises RowError."""
        if row["status"] not in self.model.Status.values:
            raise RowError(f"“{row['status']}” is not a status of a listing")
        if row["status"] == self.model.Status.CLOSED and not row["closure_reason"]:
            raise RowError("the row does not say why it has closed")
        new_only_fields: dict[str, Any] = {
            n: row[n] for n in ("status", "closure_reason")
        }
        if SLUG.fullmatch(row["slug"]):
            new_only_fields["slug"] = row["slug"]
        if row["uuid"]:
            new_only_fields["uuid"] = self._uuid(row)
        return new_only_fields

    def _uuid(self, row: Row) -> UUID:
        try:
            uuid = UUID(row["uuid"])
        except ValueError:
            raise RowError(f"“{row['uuid']}” is not a UUID") from None
        owner = self.keys.setdefault(str(uuid), row["key"])
        if owner != row["key"]:
            raise RowError(f"the listing {owner} has this UUID already")
        return uuid
