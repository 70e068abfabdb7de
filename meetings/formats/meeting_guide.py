"""Read the Meeting Guide JSON of code4recovery as rows of our file of meetings.

https://github.com/code4recovery/spec describes the JSON. Names, addresses and phone
numbers of persons in it are not read, and neither are links into video rooms.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from listings.exchange.csv_rows import FileError, Row
from meetings.exporting import DAY_NUMBERS, TYPE_CODES
from meetings.formats.feed import (
    EntryError,
    FeedRows,
    FeedSource,
    is_video_link,
    split_address,
)

CODE_OF_DAY = {number: code for code, number in DAY_NUMBERS.items()}
LANGUAGE_CODES = {"EN": "en", "S": "es", "POR": "pt", "ASL": "ase"}
COMMUNITY_CODES = {
    **{code: slug for slug, code in TYPE_CODES.items() if code not in ("S", "FR")},
    **dict.fromkeys(("G", "L", "BI"), "lgbtq"),
    **dict.fromkeys(("N", "NDG"), "native"),
}
FLAG_CODES = {"ASL": "sign_language", "BE": "newcomers", "X": "wheelchair_access"}
JOINING_CODES = {"C": "closed", "O": "open"}
# "Location temporarily closed", and "online" as older feeds say it.
CLOSED_ROOM, ONLINE = "TC", "ONL"
KNOWN_CODES = {
    *(*LANGUAGE_CODES, *COMMUNITY_CODES, *FLAG_CODES, *JOINING_CODES),
    *(CLOSED_ROOM, ONLINE),
}
ATTENDANCE = ("in_person", "online", "hybrid", "inactive")
# A one-tap number: the number, then the meeting ID after pauses.
PHONE = re.compile(r"(\+?[\d\s().-]+)(?:,+(\d+)[\d,*#]*)?")


def read_meeting_guide(text: str, source: FeedSource) -> FeedRows:
    """Return the entries as rows; an unusable one is refused with its reason.

    Raises FileError if the text is not a JSON array.
    """
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise FileError(f"The file is not JSON: {error}.") from None
    if not isinstance(entries, list):
        raise FileError("The file is not a JSON array of meetings.")
    found, seen = FeedRows(), set()
    for number, entry in enumerate(entries, start=1):
        try:
            row = _read_entry(entry, source)
            if row["key"] in seen:
                raise EntryError(f"the slug “{entry['slug']}” is there twice")
        except EntryError as refusal:
            found.refused.append((number, str(refusal)))
            continue
        seen.add(row["key"])
        found.numbers.append(number)
        found.rows.append(row)
    return found


def _read_entry(entry: object, source: FeedSource) -> Row:
    """Raises EntryError."""
    if not isinstance(entry, dict):
        raise EntryError("the entry is not an object")
    slug, name = _text(entry, "slug"), _text(entry, "name")
    if not (slug and name):
        raise EntryError("the entry needs a name and a slug")
    ways = _read_ways(entry)
    row = source.new_row(slug) | ways
    row |= {
        "name": name,
        "rrule": _read_rule(entry),
        "start_time": _text(entry, "time"),
    }
    row["duration_minutes"] = _read_minutes(entry)
    row["timezone"] = _text(entry, "timezone") or source.timezone
    if not row["timezone"]:
        raise EntryError("the entry names no time zone: give one with --timezone")
    if ways["in_person"]:
        row |= _read_place(entry)
    row["join_url"] = _read_page(entry, ways)
    if ways["by_phone"]:
        row["join_phone"], row["join_code"] = _read_phone(entry)
    return row | _read_types(entry, row) | {"summary": _read_notes(entry)}


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    if isinstance(value, (dict, list, bool)):
        raise EntryError(f"{name}: this is not text")
    return "" if value is None else str(value).strip()


def _types(entry: dict[str, Any]) -> list[str]:
    codes = entry.get("types") or []
    if not isinstance(codes, list) or not all(isinstance(c, str) for c in codes):
        raise EntryError("types: this is not a list of codes")
    return codes


def _read_rule(entry: dict[str, Any]) -> str:
    days = entry.get("day")
    if days in (None, "", []) or not _text(entry, "time"):
        raise EntryError("the entry has no day and time: it meets by appointment")
    listed = days if isinstance(days, list) else [days]
    try:
        codes = [CODE_OF_DAY[int(day)] for day in listed]
    except (KeyError, TypeError, ValueError):
        raise EntryError(f"day: “{days}” is not a day from 0 to 6") from None
    return f"FREQ=WEEKLY;BYDAY={','.join(dict.fromkeys(codes))}"


def _read_minutes(entry: dict[str, Any]) -> str:
    texts = [_text(entry, name) for name in ("time", "end_time")]
    if not texts[1]:
        return ""
    try:
        start, end = (datetime.strptime(text, "%H:%M") for text in texts)
    except ValueError:
        raise EntryError(
            f"“{texts[0]}” and “{texts[1]}” are not both times like 18:30"
        ) from None
    minutes = (end - start).seconds // 60
    return str(minutes) if minutes else ""


def _read_ways(entry: dict[str, Any]) -> dict[str, str]:
    """Return the columns of the ways to take part. Raises EntryError if none is."""
    option = _text(entry, "attendance_option")
    codes = _types(entry)
    if option == "inactive":
        raise EntryError("the feed says that it is inactive")
    has_link, has_phone = (
        bool(_text(entry, name)) for name in ("conference_url", "conference_phone")
    )
    # A city alone is the place of a meeting that does not meet in a room now.
    whole = split_address(_text(entry, "formatted_address")) or {}
    has_place = bool(_text(entry, "address") or whole.get("street"))
    is_online = option in ("online", "hybrid") or has_link or ONLINE in codes
    is_in_person = option in ("in_person", "hybrid") or (
        option not in ATTENDANCE
        and has_place
        and _text(entry, "approximate") != "yes"
        and not is_online
    )
    ways = {
        "in_person": is_in_person and CLOSED_ROOM not in codes,
        # A number alone is a meeting by phone.
        "online": is_online and (has_link or not has_phone),
        "by_phone": has_phone,
    }
    if not any(ways.values()):
        raise EntryError("the entry says of no way to take part that it is open")
    return {name: "yes" if is_so else "" for name, is_so in ways.items()}


def _read_place(entry: dict[str, Any]) -> dict[str, str]:
    country = _text(entry, "country")
    if country.upper() not in ("", "US", "USA"):
        raise EntryError(f"it meets outside the United States: {country}")
    place = {
        "street": _text(entry, "address"),
        "city": _text(entry, "city"),
        "state": _text(entry, "state"),
        "zip": _text(entry, "postal_code"),
    }
    if not any(place.values()) and (whole := _text(entry, "formatted_address")):
        found = split_address(whole)
        if found is None:
            raise EntryError(f"we cannot read the address “{whole}”")
        place = found
    return place | {"venue": _text(entry, "location")}


def _read_page(entry: dict[str, Any], ways: dict[str, str]) -> str:
    names = ("url", "entity_website_url", "entity_url")
    pages = (_text(entry, name) for name in names)
    page = next((url for url in pages if url and not is_video_link(url)), "")
    if ways["online"] and not page:
        raise EntryError(
            "the entry has no page (url). Links into a video room are not imported"
        )
    return page


def _read_phone(entry: dict[str, Any]) -> tuple[str, str]:
    """Return the number and the meeting ID of a number to dial in."""
    text = _text(entry, "conference_phone")
    found = PHONE.fullmatch(text)
    if not found:
        raise EntryError(f"conference_phone: “{text}” is not a phone number")
    digits = re.sub(r"\D", "", found[1])
    number = f"+1{digits}" if len(digits) == 10 else f"+{digits}"
    return number, found[2] or ""


def _read_types(entry: dict[str, Any], row: Row) -> Row:
    codes = _types(entry)
    joining = [JOINING_CODES[code] for code in codes if code in JOINING_CODES]
    languages = [LANGUAGE_CODES[code] for code in codes if code in LANGUAGE_CODES]
    communities = [COMMUNITY_CODES[code] for code in codes if code in COMMUNITY_CODES]
    others = sorted({code for code in codes if code not in KNOWN_CODES})
    return {
        "joining": min(joining, default=""),
        "languages": ";".join(dict.fromkeys(languages)) or "en",
        "communities": ";".join(dict.fromkeys(communities)),
        **{FLAG_CODES[code]: "yes" for code in codes if code in FLAG_CODES},
        "how_to_join": "See their page" if row["online"] and not joining else "",
        "note": f"Other types of the feed: {', '.join(others)}." if others else "",
    }


def _read_notes(entry: dict[str, Any]) -> str:
    names = ("notes", "location_notes", "group_notes")
    return "\n".join(filter(None, (_text(entry, name) for name in names)))
