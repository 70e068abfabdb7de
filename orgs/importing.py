"""Import of the starter files of organizations and Centers for Independent Living."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import ClassVar

from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    BranchRow,
    Importer,
    ParsedRow,
    RowError,
    add_terms,
    filled_cells,
    parse_yes_no,
    source_fields,
    split_cell,
)
from listings.located import AddressedListing
from listings.public_warnings import find_public_warning
from orgs.addresses import AddressNormalizer
from orgs.models import Organization
from places.models import Place, PlaceAlias
from places.name_keys import place_key
from places.states import STATES

CIL_COLUMNS = """
key name branch_of street city state zip phone toll_free tty_vp email website
counties_served remote source_name source_url source_license source_seen note
"""
ORGANIZATION_COLUMNS = """
key name kind branch_of street city state zip phone email website serves in_person
online by_phone services communities conditions languages source_name source_url
source_license source_seen note
"""
POST_BOX = re.compile(r"^\s*(?:p\.?\s*o\.?\s*box|box)\b", re.IGNORECASE)
TTY_NUMBER = re.compile(r"TTY (\+\d+)")
VIDEOPHONE_NUMBER = re.compile(r"VP (\+\d+)")
ADDRESS_WITHHELD = re.compile(
    r"address (?:is )?"
    r"(?:private|confidential|withheld|not (?:published|public|shared))",
    re.IGNORECASE,
)


class AddressedImporter(Importer):
    """Imports rows with an address, located by ZIP code or else by city and state."""

    model: ClassVar[type[AddressedListing]] = Organization
    links_rows = True
    zip_column = "zip"

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.addresses = AddressNormalizer(rows, self.zip_column)
        self.cities = _cities_by_name({place_key(row.get("city", "")) for row in rows})

    def set_place(self, facts: ParsedRow, row: Row) -> None:
        """Set the location of the row and its precision."""
        precision = Organization.Precision
        zip_place = facts.zip_place = self.addresses.zip_place(row)
        state, name = row.get("state", ""), row.get("city", "")
        city = self.cities.get((state, place_key(name)))
        if facts.fields["address_withheld"]:
            near = zip_place or city
            facts.place = near.own_county if near else None
            facts.precision = precision.COUNTY
        elif zip_place and zip_place.state == state:
            facts.place, facts.precision = zip_place, precision.ZIP
        elif city and name:
            facts.place, facts.precision = city, precision.CITY
        place = facts.place
        facts.fields["timezone"] = place.timezone if place else ""
        if place is None:
            facts.precision = ""

    def set_service_area(self, facts: ParsedRow, names: list[str], state: str) -> None:
        """Set the served places; names that are not counties become the area note."""
        scope = Organization.ServiceAreaScope
        if "nationwide" in names:
            facts.fields["service_area_scope"] = scope.NATIONWIDE
            return
        unknown = []
        for name in names:
            county = self.county(name, state)
            if name == "statewide" and state in self.states:
                facts.service_area.append(self.states[state])
            elif county:
                facts.service_area.append(county)
            else:
                unknown.append(name)
        facts.fields["service_area_note"] = "; ".join(unknown)
        if facts.service_area:
            facts.fields["service_area_scope"] = scope.PLACES

    def link(self, rows: list[BranchRow], members: list[BranchRow]) -> None:
        """Set the parents of branches by the names of their parents."""
        named = defaultdict(list)
        for member in members:
            named[member.name].append(member)
        for row in rows:
            parent = _find_parent(row, named.get(row.parent_named, []))
            host = "" if parent else row.parent_named
            set_parent_or_host(row, parent.pk if parent else None, host)


def set_parent_or_host(row: BranchRow, parent_id: int | None, host: str) -> None:
    """Make the row a branch of a listing, or else of a host that is not listed.

    A listing that a curator has checked stays unchanged, and an empty cell does not
    remove a parent that a curator has set.
    """
    if (parent_id, host) != (None, "") and not row.is_checked:
        row.parent_id, row.host = parent_id, host


def _cities_by_name(keys: set[str]) -> dict[tuple[str, str], Place]:
    """Return the largest city by state and name; own names win over aliases."""
    found = Place.objects.filter(kind=Place.Kind.CITY).select_related("county")
    cities = {}
    other_ids = PlaceAlias.objects.filter(key__in=keys).values_list(
        "place_id", flat=True
    )
    others = found.filter(pk__in=list(other_ids)).order_by("population")
    for city in others:
        for name in city.alt_names.split(";"):
            cities[city.state, place_key(name)] = city
    for city in found.filter(key__in=keys).order_by("population"):
        cities[city.state, city.key] = city
    return cities


def _find_parent(branch: BranchRow, named: list[BranchRow]) -> BranchRow | None:
    """Return the only row with the name, or the only one in the same city or state."""
    others = [other for other in named if other.pk != branch.pk]
    for same in ("city", "state"):
        nearer = [o for o in others if getattr(o, same) == getattr(branch, same)]
        if len(nearer) == 1:
            return nearer[0]
    return others[0] if len(others) == 1 else None


def _common_fields(row: Row) -> dict[str, object]:
    state = "" if row["state"] == "US" else row["state"]
    if state and state not in STATES:
        raise RowError(f"“{state}” is not a state or territory")
    if not row["name"]:
        raise RowError("the row has no name")
    return {
        "name": row["name"],
        "street": row["street"],
        "city": row["city"],
        "state": state,
        "zip_code": row["zip"],
        "phone": row["phone"],
        "email": row["email"],
        "website": row["website"],
        "internal_note": row["note"],
        "public_warning": find_public_warning(row["note"]),
        "service_area_scope": Organization.ServiceAreaScope.UNKNOWN,
        "service_area_note": "",
        "address_withheld": bool(ADDRESS_WITHHELD.search(row["note"])),
        **source_fields(row),
    }


class CilImporter(AddressedImporter):
    """Imports cils.csv: Centers for Independent Living and their branch offices."""

    columns = frozenset(CIL_COLUMNS.split())
    optional_columns = frozenset({"phone_display"})

    def read(self, row: Row) -> ParsedRow:
        row, notes = self.addresses.normalize(row)
        tty, video = (
            TTY_NUMBER.search(row["tty_vp"]),
            VIDEOPHONE_NUMBER.search(row["tty_vp"]),
        )
        relay = "711" if "Relay 711" in row["tty_vp"] else ""
        toll_free = row["toll_free"] if row["toll_free"] != row["phone"] else ""
        fields = _common_fields(row) | {
            "kind": Organization.Kind.CIL,
            "toll_free": toll_free,
            "tty": tty[1] if tty else relay,
            "videophone": video[1] if video else "",
            "in_person": _has_walk_in_office(row["street"]),
            "online": parse_yes_no(row, "remote"),
        }
        facts = ParsedRow(row["key"], fields, parent=row["branch_of"], warnings=notes)
        add_terms(facts, "condition", ["disability"])
        self.set_service_area(facts, split_cell(row["counties_served"]), row["state"])
        self.set_place(facts, row)
        return facts


def _has_walk_in_office(street: str) -> bool | None:
    """Return True for an office with a street; a post office box says nothing."""
    return True if street and not POST_BOX.match(street) else None


class OrganizationImporter(AddressedImporter):
    """Imports organizations.csv: organizations of all other kinds."""

    columns = frozenset(ORGANIZATION_COLUMNS.split())
    optional_columns = frozenset({"phone_display", "summary", "run_by"})

    def read(self, row: Row) -> ParsedRow:
        row, notes = self.addresses.normalize(row)
        if row["kind"] not in Organization.Kind.values:
            raise RowError(f"“{row['kind']}” is not a kind of organization")
        if row.get("run_by", "") not in ("", *Organization.RunBy.values):
            raise RowError(f"run_by: “{row['run_by']}” is not one we know")
        fields = _common_fields(row) | {
            "kind": row["kind"],
            "in_person": parse_yes_no(row, "in_person"),
            "online": parse_yes_no(row, "online"),
            "by_phone": parse_yes_no(row, "by_phone"),
            **filled_cells(row, "summary", "run_by"),
        }
        facts = ParsedRow(row["key"], fields, parent=row["branch_of"], warnings=notes)
        add_terms(facts, "service", split_cell(row["services"]))
        add_terms(facts, "community", split_cell(row["communities"]))
        add_terms(facts, "condition", split_cell(row["conditions"]))
        add_terms(facts, "language", split_cell(row["languages"]))
        self.set_service_area(facts, split_cell(row["serves"]), row["state"])
        self.set_place(facts, row)
        return facts
