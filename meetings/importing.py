"""Import of the CSV file of meetings."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    ParsedRow,
    RowError,
    add_terms,
    parse_yes_no,
    source_fields,
    split_cell,
)
from listings.public_warnings import find_public_warning
from listings.removals import RemovalRequest
from meetings import schedule
from meetings.models import MAX_MINUTES, Meeting
from meetings.schedule import InvalidSchedule
from orgs.importing import AddressedImporter
from orgs.models import Organization

COLUMNS = """
key listing_key name rrule start_time duration_minutes timezone in_person online
by_phone city state zip street join_url join_phone how_to_join communities conditions
languages cost source_name source_url source_seen source_license note
"""
# Extra columns of our own export. Otherwise these facts come from the note.
EXTRA_COLUMNS = (
    *("uuid", "summary", "first_on", "extra_dates", "skipped_dates", "schedule_note"),
    *(
        "skips_holidays",
        "zone_inferred",
        "by_text",
        "venue",
        "join_code",
        "joining",
        "open_to",
    ),
    *("newcomers", "sign_language", "captions", "wheelchair_access"),
)
TEXT_COLUMNS = {
    *("summary", "first_on", "extra_dates", "skipped_dates", "schedule_note", "venue"),
    *("join_code", "joining", "open_to"),
}
Joining = Meeting.Joining
# How people join, by the text of the source. The first pattern that matches counts.
JOINING_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), joining)
    for pattern, joining in (
        (r"\bmember\b", Joining.MEMBERS),
        (r"some ask to register", Joining.SEE_PAGE),
        (r"\bregister\b", Joining.REGISTER),
        (r"^write\b", Joining.WRITE),
        (r"^(dial|call)\b", Joining.CALL),
        (r"^(open link|come\b)|then come$", Joining.OPEN),
        (r"^see\b", Joining.SEE_PAGE),
    )
)
CLOSED_GROUP = re.compile(r"\b(marked )?closed[:.]? ?(only|adults|ask)", re.IGNORECASE)
ZONE_INFERRED = re.compile(r"\bzone (was )?(inferred|from|not stated)\b", re.IGNORECASE)
NEWCOMERS = re.compile(r"\bbeginners|newcomers\b", re.IGNORECASE)
SIGN_LANGUAGE = re.compile(r"\bsign language\b", re.IGNORECASE)
CAPTIONS = re.compile(r"\bclosed captions\b", re.IGNORECASE)
TEXT_CHAT = re.compile(r"\btext (chat|only)\b", re.IGNORECASE)
VENUE = re.compile(r"(?:^|(?<=\. ))At ((?:[^.]|(?<=\bSt)\.|(?<=\bDr)\.)*)\.")
WRITE_FIRST = re.compile(r"\bwrite to the group for the link\b", re.IGNORECASE)
# A remark for curators at the end of a sentence for visitors, to be removed.
CURATOR_REMARK = re.compile(r"[;,] (?:so )?confirm[^.]*(?=\.)")
# Sentences of a note that say whom the group is for.
VISITOR_SENTENCES = re.compile(
    r"(?:^|(?<=\. ))((?:Closed:|Marked closed|For |Open to |Camera on|Adults 18|Text "
    r"chat|Text only|No observers|In American Sign|Come by )[^.]*\.)"
)


class MeetingImporter(AddressedImporter):
    """Imports meetings.csv. Every row belongs to a listed organization."""

    model = Meeting
    columns = frozenset(COLUMNS.split())
    optional_columns = frozenset(EXTRA_COLUMNS)
    # The column listing_key gives the organization, so rows are not linked later.
    links_rows = False

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        keys = {row["listing_key"] for row in rows}
        found = Organization.objects.with_import_keys(keys)
        self.organizations = {one.import_key: one for one in found}
        self.zones = available_timezones()
        gone = [one for one in found if not one.is_public and one.removal_requests()]
        self.removed = RemovalRequest.objects.identifiers()
        self.removed |= {("key", one.import_key) for one in gone}

    def read(self, row: Row) -> ParsedRow:
        row, notes = self.addresses.normalize(row)
        self._refuse_unusable(row)
        facts = ParsedRow(row["key"], self._fields(row), warnings=notes)
        add_terms(facts, "community", split_cell(row["communities"]))
        add_terms(facts, "condition", split_cell(row["conditions"]))
        add_terms(facts, "language", split_cell(row["languages"]))
        self.set_place(facts, row)
        # The zone of the source replaces the zone of the place.
        facts.fields["timezone"] = row["timezone"]
        return facts

    def _refuse_unusable(self, row: Row) -> None:
        """Raises RowError."""
        if not row["name"]:
            raise RowError("the row has no name")
        if ("key", row["listing_key"]) in self.removed:
            raise RowError("the organization asked not to be listed")
        if row["listing_key"] not in self.organizations:
            raise RowError(f"no organization has the key “{row['listing_key']}”")
        if row["timezone"] not in self.zones:
            raise RowError(f"“{row['timezone']}” is not a time zone")
        ways = ("in_person", "online", "by_phone")
        if not any(parse_yes_no(row, way) for way in ways):
            raise RowError(
                "the row does not say if it is in person, online or by phone"
            )
        if not (row["rrule"] or row.get("extra_dates")):
            raise RowError("the row has no rule that says when it meets")
        try:
            schedule.parse_rules(row["rrule"])
            schedule.parse_time(row["start_time"])
        except InvalidSchedule as error:
            raise RowError(str(error)) from None

    def _fields(self, row: Row) -> dict[str, object]:
        note = row["note"]
        return {
            "name": row["name"],
            "organization_id": self.organizations[row["listing_key"]].pk,
            "rules": row["rrule"],
            "start_time": row["start_time"],
            "duration_minutes": _read_minutes(row["duration_minutes"]),
            "zone_inferred": bool(ZONE_INFERRED.search(note)),
            "in_person": parse_yes_no(row, "in_person"),
            "online": parse_yes_no(row, "online"),
            "by_phone": parse_yes_no(row, "by_phone"),
            "by_text": True if TEXT_CHAT.search(note) else None,
            "venue": _read_venue(note),
            "street": row["street"],
            "city": row["city"],
            "state": row["state"],
            "zip_code": row["zip"],
            "address_withheld": False,
            "website": row["join_url"],
            "phone": row["join_phone"],
            "how_to_join": row["how_to_join"],
            "joining": read_joining(row["how_to_join"], note),
            "open_to": " ".join(
                VISITOR_SENTENCES.findall(CURATOR_REMARK.sub("", note))
            ),
            "newcomers": True if NEWCOMERS.search(note) else None,
            "sign_language": True if SIGN_LANGUAGE.search(note) else None,
            "captions": True if CAPTIONS.search(note) else None,
            "cost": row["cost"],
            "internal_note": note,
            "public_warning": find_public_warning(note),
            **source_fields(row),
            **_read_extra_columns(row),
        }


def _read_extra_columns(row: Row) -> dict[str, object]:
    """Read the extra columns that have a value. Raises RowError."""
    found: dict[str, object] = {}
    for name in EXTRA_COLUMNS:
        said = row.get(name, "")
        if not said or name == "uuid":
            continue
        found[name] = said if name in TEXT_COLUMNS else parse_yes_no(row, name)
    return found


def read_joining(text: str, note: str) -> str:
    """Return how people join, from the text of the source, or "" if it is empty."""
    if CLOSED_GROUP.search(note):
        return Joining.CLOSED
    if WRITE_FIRST.search(note):
        return Joining.WRITE
    found = (way for pattern, way in JOINING_PATTERNS if pattern.search(text))
    return next(found, Joining.SEE_PAGE if text else "")


def _read_venue(note: str) -> str:
    found = VENUE.search(note)
    return found[1].strip() if found else ""


def _read_minutes(text: str) -> int | None:
    """Raises RowError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_MINUTES):
        raise RowError(f"duration_minutes: “{text}” is not a number of minutes")
    return int(text)
