"""Reads back the file that this directory writes of a catalogue."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db.models import BooleanField

from listings.exchange.csv_columns import (
    BRANCH,
    CHECK,
    POINT,
    TERMS,
    WISHED,
    read_names,
)
from listings.exchange.csv_rows import Row
from listings.exchange.importing import Facts, Importer, RowRefused, hours, split, terms
from listings.models import Listing
from listings.service_areas import Areas, UnknownArea

ANSWERS = {"yes": True, "no": False, "": None}
SLUG = re.compile(r"[-\w]{1,120}", re.ASCII)
# Read by what they need, each in its own way.
OWN_WAY = {"key", "service_area", "hours", *TERMS, *POINT, *BRANCH, *WISHED}


class ExportedImporter(Importer):
    """One row a listing, in the columns of listings.exchange.csv_columns."""

    model: ClassVar[type[Listing]]
    optional_columns = frozenset(CHECK)

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.areas = Areas()
        self.zones = available_timezones()
        self.plain_names = [n for n in read_names(self.model) if n not in OWN_WAY]
        every = self.model._default_manager.only("key", "uuid")
        self.keys = {str(one.uuid): one.file_key for one in every}

    def read(self, row: Row) -> Facts:
        if not row["name"]:
            raise RowRefused("the row has no name")
        if row["timezone"] and row["timezone"] not in self.zones:
            raise RowRefused(f"“{row['timezone']}” is not a time zone")
        if row["hours"] and not row["timezone"]:
            raise RowRefused("hours need a time zone, like America/Denver")
        fields = {name: self._fact(name, row[name]) for name in self.plain_names}
        facts = Facts(row["key"], fields, wishes=self._wishes(row))
        hours(row, "hours", facts)
        for name, kind in TERMS.items():
            terms(facts, kind, split(row[name]))
        try:
            facts.service_area = self.areas.from_text(row["service_area"])
        except UnknownArea as unknown:
            raise RowRefused(" ".join(unknown.args)) from None
        try:
            self.model.check_area(row["service_area_scope"], facts.service_area)
        except ValidationError as error:
            raise RowRefused(" ".join(error.messages)) from None
        return facts

    def _fact(self, name: str, text: str) -> Any:
        field: Any = self.model._meta.get_field(name)
        if not isinstance(field, BooleanField):
            return text
        if text.casefold() not in ANSWERS:
            raise RowRefused(f"{name}: write yes, no or nothing, not “{text}”")
        answer = ANSWERS[text.casefold()]
        return answer if field.null else bool(answer)

    def _wishes(self, row: Row) -> dict[str, Any]:
        """The address and state of a listing that is new here. Raises RowRefused."""
        if row["status"] not in self.model.Status.values:
            raise RowRefused(f"“{row['status']}” is not a status of a listing")
        if row["status"] == self.model.Status.CLOSED and not row["closure_reason"]:
            raise RowRefused("the row does not say why it has closed")
        wishes: dict[str, Any] = {n: row[n] for n in ("status", "closure_reason")}
        if SLUG.fullmatch(row["slug"]):
            wishes["slug"] = row["slug"]
        if row["uuid"]:
            wishes["uuid"] = self._uuid(row)
        return wishes

    def _uuid(self, row: Row) -> UUID:
        try:
            uuid = UUID(row["uuid"])
        except ValueError:
            raise RowRefused(f"“{row['uuid']}” is not a UUID") from None
        owner = self.keys.setdefault(str(uuid), row["key"])
        if owner != row["key"]:
            raise RowRefused(f"the listing {owner} has this UUID already")
        return uuid
