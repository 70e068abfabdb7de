"""Import of the starter file of warmlines."""

from __future__ import annotations

import re

from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    Importer,
    ParsedRow,
    RowError,
    add_terms,
    filled_cells,
    parse_yes_no,
    set_hours,
    source_fields,
    split_cell,
)
from listings.public_warnings import find_public_warning
from listings.time_zones import known_zones
from places.models import Place
from warmlines.eligibility import ADULTS_FROM_AGE
from warmlines.models import Warmline

COLUMNS = """
key name operator serves area_note phone text_number chat_url email website hours_text
hours timezone open_to languages communities peer_run source_name source_url
source_license source_seen note
"""
WhoMayCall = Warmline.WhoMayCall
# What the column open_to means, unless it names a particular group of people.
CALLERS_BY_TEXT = {
    "": WhoMayCall.UNKNOWN,
    "anyone": WhoMayCall.ANYONE,
    "state residents": WhoMayCall.STATE,
    "county residents": WhoMayCall.LOCAL,
    "local residents": WhoMayCall.LOCAL,
    # The labels in this directory's own HSDS.
    "anyone, from anywhere": WhoMayCall.ANYONE,
    "people in the state": WhoMayCall.STATE,
    "people in the county or area": WhoMayCall.LOCAL,
}
# An area note that starts so says where a line is located, not whom it serves.
LOCATION_NOTE_STARTS = ("based in", "made for")
# A language and a condition that the file lists among the communities.
SPANISH_COMMUNITY, RECOVERY_COMMUNITY = "spanish-speaking", "substance use recovery"
COMMUNITY_SLUGS = {"people of color": "bipoc"}
COUNTY_NAMES = re.compile(r"([A-Z][\w.' -]+?) (?:County|counties)\b")


class WarmlineImporter(Importer):
    """Imports warmlines.csv, which has one row for each phone number."""

    model = Warmline
    columns = frozenset(COLUMNS.split())
    optional_columns = frozenset({"phone_display", "summary"})

    def read(self, row: Row) -> ParsedRow:
        if not row["name"]:
            raise RowError("the row has no name")
        if row["timezone"] not in known_zones():
            raise RowError(f"“{row['timezone']}” is not a time zone")
        named = [
            c
            for c in split_cell(row["communities"])
            if c not in (SPANISH_COMMUNITY, RECOVERY_COMMUNITY)
        ]
        facts = ParsedRow(row["key"], self._fields(row))
        facts.fields["who_may_call"] = _who_may_call(row["open_to"])
        slugs = [COMMUNITY_SLUGS.get(c, c.replace(" ", "_")) for c in named]
        add_terms(facts, "community", slugs)
        add_terms(facts, "language", split_cell(row["languages"]))
        if RECOVERY_COMMUNITY in row["communities"]:
            add_terms(facts, "condition", ["substance_use"])
        set_hours(row, "hours", facts)
        self._set_service_area(facts, row)
        return facts

    def _fields(self, row: Row) -> dict[str, object]:
        return {
            "name": row["name"],
            "operator": row["operator"],
            "phone": row["phone"],
            "sms_number": row["text_number"],
            "chat_url": row["chat_url"],
            "email": row["email"],
            "website": row["website"],
            "hours_note": row["hours_text"],
            "timezone": row["timezone"],
            "by_phone": True,
            "open_to": row["open_to"],
            "answered_by_peers": parse_yes_no(row, "peer_run"),
            "internal_note": row["note"],
            "public_warning": find_public_warning(row["note"]),
            "service_area_note": row["area_note"],
            **filled_cells(row, "summary"),
            **source_fields(row),
        }

    def _set_service_area(self, facts: ParsedRow, row: Row) -> None:
        """Set the served places: the counties of the area note, or else the states."""
        codes = split_cell(row["serves"])
        if not codes:
            facts.fields["service_area_scope"] = Warmline.ServiceAreaScope.UNKNOWN
            return
        if codes == ["US"]:
            facts.fields["service_area_scope"] = Warmline.ServiceAreaScope.NATIONWIDE
            return
        for code in codes:
            if code not in self.states:
                raise RowError(f"“{code}” is not a state or territory")
        facts.fields["service_area_scope"] = Warmline.ServiceAreaScope.PLACES
        statewide = facts.fields["who_may_call"] in (
            WhoMayCall.STATE,
            WhoMayCall.ANYONE,
        )
        counties = [] if statewide else self._counties(row["area_note"], codes)
        facts.service_area = counties or [self.states[code] for code in codes]
        is_unsaid = facts.fields["who_may_call"] == WhoMayCall.UNKNOWN
        if is_unsaid and not counties and _describes_area(row["area_note"]):
            # It serves a part of the state that no county describes.
            facts.fields["who_may_call"] = WhoMayCall.LOCAL
        if row["open_to"].startswith("residents of"):
            near = self._counties(row["area_note"], codes[1:])
            facts.service_area = [self.states[codes[0]], *near]
            facts.fields["who_may_call"] = WhoMayCall.STATE

    def _counties(self, note: str, codes: list[str]) -> list[Place]:
        names = [
            name
            for words in COUNTY_NAMES.findall(note)
            for name in re.split(r",| and ", words)
        ]
        found = [self.county(n.strip(), code) for n in names for code in codes]
        return [county for county in found if county]


def _describes_area(note: str) -> bool:
    return bool(note) and not note.casefold().startswith(LOCATION_NOTE_STARTS)


def _who_may_call(open_to: str) -> str:
    """Return who may call, from the text of the source.

    The communities of a row do not matter here: they may merely be welcome.
    """
    if open_to.startswith("residents of") or ADULTS_FROM_AGE.fullmatch(open_to):
        return WhoMayCall.STATE
    return CALLERS_BY_TEXT.get(open_to.casefold(), WhoMayCall.GROUP)
