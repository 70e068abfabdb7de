"""Import of organizations with the columns that this directory exports."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from listings.exchange.csv_columns import COORDINATES
from listings.exchange.csv_import import CatalogImporter
from listings.exchange.csv_rows import Row
from listings.exchange.importing import BranchRow, ParsedRow, RowError
from orgs.importing import AddressedImporter, set_parent_or_host
from orgs.models import Organization
from places.models import Place
from places.name_keys import place_key
from places.states import STATES

MAX_ABSOLUTE_DEGREES = dict(zip(COORDINATES, (90, 180), strict=True))


class ExportedOrganizationImporter(CatalogImporter, AddressedImporter):
    """Imports organizations.csv of /data/, the export of the admin, or another list."""

    model = Organization
    zip_column = "zip_code"

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        super().__init__(rows)
        self.county_codes = {c.code: c for c in Place.objects.counties()}
        self.known = {*self.keys.values(), *(row.get("key", "") for row in rows)}

    def read(self, row: Row) -> ParsedRow:
        row, notes = self.addresses.normalize(row)
        if row.get("state", "") not in ("", *STATES):
            raise RowError(f"“{row['state']}” is not a state or territory")
        facts = super().read(row)
        facts.warnings += notes
        facts.zip_place = self.addresses.zip_place(row)
        facts.parent, facts.host = row.get("parent", ""), row.get("host", "")
        if facts.parent and facts.parent not in self.known:
            facts.warnings.append(f"no listing has the key “{facts.parent}”")
        if facts.fields.get("address_withheld") and not row.get("street"):
            # The public file has no withheld address, so the stored one must stay.
            for name in ("street", "zip_code"):
                facts.fields.pop(name, None)
        if row.get("precision"):
            self._set_point(facts, row)
        else:
            self._locate(facts, row)
        return facts

    def near_zone(self, row: Row) -> str:
        state = row.get("state", "")
        city = self.cities.get((state, place_key(row.get("city", ""))))
        if place := self.addresses.zip_place(row) or city:
            return place.timezone
        zones = STATES[state].zones if state in STATES else ()
        return zones[0] if len(zones) == 1 else ""

    def _locate(self, facts: ParsedRow, row: Row) -> None:
        """Locate the row by its ZIP code or city, unless its address is unchanged."""
        facts.keeps_point = True
        is_withheld = facts.fields.setdefault("address_withheld", False)
        zone = facts.fields.get("timezone", "")
        self.set_place(facts, row)
        found = facts.fields.pop("timezone")
        if zone:
            facts.fields["timezone"] = zone
        else:
            facts.new_only_fields["timezone"] = found
        if "address_withheld" not in row and not is_withheld:
            del facts.fields["address_withheld"]

    def _set_point(self, facts: ParsedRow, row: Row) -> None:
        if row["precision"] not in Organization.Precision.values:
            raise RowError(f"precision: “{row['precision']}” is not one we know")
        # A spreadsheet takes the code for a number, and drops its zero.
        county = self.county_codes.get(row.get("county", "").zfill(5))
        if row.get("county") and county is None:
            raise RowError(f"county: “{row['county']}” is not a FIPS code of a county")
        facts.precision = row["precision"]
        if facts.fields.get("address_withheld"):
            facts.place, facts.precision = county, Organization.Precision.COUNTY
            return
        latitude, longitude = (_read_degrees(row, name) for name in COORDINATES)
        facts.place = Place(
            kind=Place.Kind.POINT,
            county=county,
            latitude=latitude,
            longitude=longitude,
        )

    def link(self, rows: list[BranchRow], members: list[BranchRow]) -> None:
        """Set the parents of branches by the keys of their parents."""
        numbers = {member.key: member.pk for member in members}
        wanted = {row.parent_named for row in rows} - {*numbers, ""}
        found = Organization.objects.with_import_keys(wanted).only("key", "uuid")
        numbers |= {parent.import_key: parent.pk for parent in found}
        for row in rows:
            parent_id = numbers.get(row.parent_named)
            if parent_id is None and _has_hidden_parent(row):
                continue
            set_parent_or_host(row, parent_id, row.host_named)


def _has_hidden_parent(row: BranchRow) -> bool:
    """Return True if the row has the name of its stored parent, which is hidden."""
    if row.parent_id is None or not row.host_named:
        return False
    parent = Organization.objects.filter(pk=row.parent_id).first()
    return parent is not None and not parent.is_public and parent.name == row.host_named


def _read_degrees(row: Row, name: str) -> float:
    try:
        degrees = float(row.get(name, ""))
    except ValueError:
        raise RowError(f"{name}: “{row.get(name, '')}” is not a number") from None
    if not isfinite(degrees) or abs(degrees) > MAX_ABSOLUTE_DEGREES[name]:
        raise RowError(f"{name}: “{row[name]}” is not on the earth")
    return degrees
