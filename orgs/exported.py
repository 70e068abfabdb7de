"""The file of organizations that this directory writes itself, read back."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from listings.columns import EXACT_POINT, read_names
from listings.exported import ExportedImporter
from listings.importing import Facts, RowRefused
from listings.rows import Row
from orgs.addresses import Addresses
from orgs.importing import join
from orgs.models import Organization
from places.models import Place
from places.states import STATES

MOST = dict(zip(EXACT_POINT, (90, 180), strict=True))


class ExportedOrganizations(ExportedImporter):
    """organizations.csv of /data/, and the desk's own export."""

    model = Organization
    columns = frozenset(read_names(Organization))

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        super().__init__(rows)
        self.addresses = Addresses(rows, "zip_code")
        self.county_codes = {c.code: c for c in Place.objects.counties()}
        self.known = {*self.keys.values(), *(row["key"] for row in rows)}

    def read(self, row: Row) -> Facts:
        row, notes = self.addresses.tidy(row)
        if row["state"] and row["state"] not in STATES:
            raise RowRefused(f"“{row['state']}” is not a state or territory")
        facts = super().read(row)
        facts.warnings += notes
        facts.parent, facts.host = row["parent"], row["host"]
        if facts.parent and facts.parent not in self.known:
            facts.warnings.append(f"no listing has the key “{facts.parent}”")
        if facts.fields["address_withheld"] and not row["street"]:
            # The public file does not tell them; that is no reason to forget them.
            del facts.fields["street"], facts.fields["zip_code"]
        self._stand(facts, row)
        return facts

    def _stand(self, facts: Facts, row: Row) -> None:
        if not row["precision"]:
            return
        if row["precision"] not in Organization.Precision.values:
            raise RowRefused(f"precision: “{row['precision']}” is not one we know")
        county = self.county_codes.get(row["county"])
        if row["county"] and county is None:
            raise RowRefused(
                f"county: “{row['county']}” is not a FIPS code of a county"
            )
        facts.precision = row["precision"]
        if facts.fields["address_withheld"]:
            facts.place, facts.precision = county, Organization.Precision.COUNTY
            return
        latitude, longitude = (_degrees(row, name) for name in EXACT_POINT)
        facts.place = Place(
            kind=Place.Kind.POINT,
            county=county,
            latitude=latitude,
            longitude=longitude,
        )

    def link(self, listings: list[Any], facts: dict[str, Facts]) -> None:
        """Branches become children of the listing whose key they name."""
        wanted = {facts[one.file_key].parent for one in listings}
        found = Organization.objects.of_file_keys(wanted)
        parents = {parent.file_key: parent for parent in found}
        for listing in listings:
            told = facts[listing.file_key]
            parent = parents.get(told.parent)
            if parent is None and _names_its_parent(listing, told.host):
                continue
            join(listing, parent, told.host)


def _names_its_parent(listing: Organization, host: str) -> bool:
    """The public file tells a parent that is not public by its name alone."""
    parent = listing.parent
    return parent is not None and not parent.is_public and parent.name == host


def _degrees(row: Row, name: str) -> float:
    try:
        degrees = float(row[name])
    except ValueError:
        raise RowRefused(f"{name}: “{row[name]}” is not a number") from None
    if not isfinite(degrees) or abs(degrees) > MOST[name]:
        raise RowRefused(f"{name}: “{row[name]}” is not on the earth")
    return degrees
