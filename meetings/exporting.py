"""Export of meetings: our CSV file, and the Meeting Guide JSON of code4recovery.

https://github.com/code4recovery/spec describes the JSON.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from listings.exchange.csv_columns import column_value
from listings.exchange.csv_export import Echo, format_cell
from meetings.importing import COLUMNS, EXTRA_COLUMNS
from meetings.models import Meeting
from meetings.schedule import InvalidSchedule, Rule, parse_rules, rule_parts
from meetings.schedule_text import describe_rule

# Rows to read at a time. More is not faster.
CHUNK_ROWS = 500
NAMES = (*COLUMNS.split(), *EXTRA_COLUMNS)
# The field of each column that has another name than its field.
FIELD_OF_COLUMN = {
    "rrule": "rules",
    "zip": "public_zip_code",
    "street": "public_street",
    "join_url": "website",
    "join_phone": "phone",
}
# The specification counts days from Sunday.
DAY_NUMBERS = {"SU": 0, "MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6}
# The codes of the specification by slug of our terms.
TYPE_CODES = {
    "women": "W",
    "lgbtq": "LGBTQ",
    "young_adults": "Y",
    "transgender": "T",
    "es": "S",
    "fr": "FR",
}


def _public_meetings() -> Iterator[Meeting]:
    rows = Meeting.objects.public().for_export()
    return rows.iterator(chunk_size=CHUNK_ROWS)


def csv_chunks(at: datetime, site: str) -> Iterator[bytes]:
    """Yield the CSV file, with the columns that `import_listings meetings` reads."""
    writer = csv.writer(Echo())
    yield writer.writerow(NAMES).encode()
    for meeting in _public_meetings():
        yield writer.writerow(
            [format_cell(_cell(meeting, name)) for name in NAMES]
        ).encode()


def _cell(meeting: Meeting, name: str) -> object:
    if name == "listing_key":
        return meeting.organization.import_key if meeting.organization else ""
    if name == "note":
        # Curators alone read it.
        return ""
    if name == "venue" and meeting.address_withheld:
        return ""
    field = FIELD_OF_COLUMN.get(name, name)
    if field.startswith("public_"):
        return getattr(meeting, field)
    return column_value(meeting, field)


def meeting_guide_chunks(at: datetime, site: str) -> Iterator[bytes]:
    """Yield the JSON array, with one entry for each weekday of a meeting."""
    yield b"["
    before = "\n"
    for meeting in _public_meetings():
        for entry in build_guide_entries(meeting, site):
            yield f"{before}{json.dumps(entry, ensure_ascii=False)}".encode()
            before = ",\n"
    yield b"\n]\n"


def build_guide_entries(meeting: Meeting, site: str) -> Iterator[dict[str, object]]:
    """Yield the entries of a meeting; the notes of one describe an unusual rule."""
    try:
        rules = parse_rules(meeting.rules)
    except InvalidSchedule:
        return
    number = 0
    for rule in rules:
        days: list[int | None] = [*_weekdays(rule)] or [None]
        for day in days:
            entry = _guide_entry(meeting, site, day)
            number += 1
            if number > 1:
                entry["slug"] = f"{meeting.slug}-{number}"
            if day is None:
                words = (describe_rule(rule), meeting.open_to)
                entry["notes"] = "\n".join(filter(None, words))
            yield {n: said for n, said in entry.items() if said not in ("", [], None)}


def _weekdays(rule: Rule) -> list[int]:
    """Return the day numbers of a weekly rule, or [] for any other rule."""
    parts = rule_parts(rule.text)
    if parts == {"FREQ": "DAILY"}:
        return sorted(DAY_NUMBERS.values())
    if parts["FREQ"] != "WEEKLY" or not set(parts) <= {"FREQ", "BYDAY", "WKST"}:
        return []
    return [DAY_NUMBERS[code] for code in parts.get("BYDAY", "").split(",") if code]


def _guide_entry(meeting: Meeting, site: str, day: int | None) -> dict[str, object]:
    in_room = bool(meeting.in_person)
    point = meeting.point if in_room and not meeting.address_withheld else None
    return {
        "name": meeting.name,
        "slug": meeting.slug,
        "day": day,
        "time": meeting.start_time,
        "end_time": _end_time(meeting),
        "timezone": meeting.timezone,
        "types": _types(meeting),
        "notes": meeting.open_to,
        "url": f"{site}{meeting.get_absolute_url()}",
        "conference_url": meeting.website if meeting.online else "",
        "conference_url_notes": meeting.how_to_join if meeting.online else "",
        "conference_phone": str(column_value(meeting, "phone") or ""),
        "attendance_option": _attendance(meeting),
        "location": "" if meeting.address_withheld else meeting.venue,
        "address": meeting.public_street,
        "city": meeting.city,
        "state": meeting.state,
        "postal_code": meeting.public_zip_code,
        "country": "US",
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
        "entity": meeting.host_name,
        "updated": meeting.changed_at.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _attendance(meeting: Meeting) -> str:
    if meeting.status != Meeting.Status.PUBLISHED:
        return "inactive"
    remote = meeting.online or meeting.by_phone
    if meeting.in_person:
        return "hybrid" if remote else "in_person"
    return "online"


def _types(meeting: Meeting) -> list[str]:
    slugs = {term.slug for term in meeting.terms.all()}
    found = {code for slug, code in TYPE_CODES.items() if slug in slugs}
    flags = {
        "ASL": meeting.sign_language,
        "BE": meeting.newcomers,
        "X": meeting.wheelchair_access,
        "C": meeting.joining in (Meeting.Joining.CLOSED, Meeting.Joining.MEMBERS),
        "O": meeting.joining == Meeting.Joining.OPEN,
    }
    return sorted(found | {code for code, is_so in flags.items() if is_so})


def _end_time(meeting: Meeting) -> str:
    if not (meeting.duration_minutes and meeting.start_time):
        return ""
    start = datetime.strptime(meeting.start_time, "%H:%M")
    return f"{start + timedelta(minutes=meeting.duration_minutes):%H:%M}"
