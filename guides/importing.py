"""Import of the starter file of credentials."""

from __future__ import annotations

import re

from guides.models import Credential
from listings.exchange.csv_rows import Row
from listings.exchange.importing import (
    Importer,
    ParsedRow,
    RowError,
    parse_yes_no,
    source_fields,
)
from places.states import STATES

COLUMNS = """
key state credential_name credential_abbreviation focus certifying_body
certifying_body_website training_hours work_experience_hours supervision_hours
exam_required lived_experience_required min_recovery_time min_age education
continuing_education medicaid_billable source_name source_url source_license
source_seen note
"""
# A longer number is a mistake, and int() refuses thousands of digits.
MAX_DIGITS = 10
# Rows whose name says that nobody can earn this credential today.
STATUSES = (
    (re.compile(r"\(in process\)"), Credential.Status.PLANNED),
    (re.compile(r"^No state .* found$"), Credential.Status.NOT_FOUND),
)


class CredentialImporter(Importer):
    """Imports state_guides.csv, which has one row for each credential."""

    model = Credential
    columns = frozenset(COLUMNS.split())

    def read(self, row: Row) -> ParsedRow:
        if row["state"] not in STATES:
            raise RowError(f"“{row['state']}” is not a state or territory")
        if not row["credential_name"]:
            raise RowError("the row has no name")
        if row["focus"] not in Credential.Focus.values:
            raise RowError(f"“{row['focus']}” is not a focus we know")
        if not row["source_url"]:
            raise RowError("the row has no source")
        fields = {
            "state": row["state"],
            "name": row["credential_name"],
            "abbreviation": row["credential_abbreviation"],
            "focus": row["focus"],
            "status": _status(row["credential_name"]),
            "certifying_body": row["certifying_body"],
            "certifying_body_website": row["certifying_body_website"],
            "training_hours": _read_number(row, "training_hours"),
            "work_hours": _read_number(row, "work_experience_hours"),
            "supervision_hours": _read_number(row, "supervision_hours"),
            "exam_required": parse_yes_no(row, "exam_required"),
            "lived_experience_required": parse_yes_no(row, "lived_experience_required"),
            "min_recovery_time": row["min_recovery_time"],
            "min_age": _read_number(row, "min_age"),
            "education": row["education"],
            "continuing_education": row["continuing_education"],
            "medicaid_billable": parse_yes_no(row, "medicaid_billable"),
            # A note for curators, which no page shows.
            "internal_note": row["note"],
            **source_fields(row),
        }
        return ParsedRow(row["key"], fields)


def _status(name: str) -> str:
    found = (status for pattern, status in STATUSES if pattern.search(name))
    return next(found, Credential.Status.OFFERED)


def _read_number(row: Row, column: str) -> int | None:
    text = row[column]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < MAX_DIGITS):
        raise RowError(f"{column}: “{text}” is not a whole number")
    return int(text)
