"""Map HSDS objects to the rows of our importers: organizations and warmlines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.text import Truncator, slugify

from listings.exchange.csv_rows import Row
from listings.exchange.hsds import HsdsBundle, JsonObject, objects_in, owner_id, text_of
from listings.models import Term
from listings.phones import parse_phone, parse_sms_number, parse_tty
from listings.provenance import PARTIAL_DATE
from listings.vocabulary import VOCABULARY
from places.name_keys import place_key
from places.states import STATES

PHONE_COLUMN_BY_TYPE = {
    "textphone": "tty",
    "tty": "tty",
    "video": "videophone",
    "text": "text_number",
    "sms": "text_number",
}
IGNORED_PHONE_TYPES = ("fax", "pager")
TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)")
TIME = re.compile(r"([01]\d|2[0-4]):[0-5]\d")
WEEKDAYS_BY_CODE = {
    day.upper(): day for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
}
NATIONWIDE_NAMES = {
    "us",
    "usa",
    "unitedstates",
    "unitedstatesofamerica",
    "nationwide",
    "national",
}
GONE_STATUSES = ("inactive", "defunct")
STATE_CODES = {place_key(state.name): code for code, state in STATES.items()}
# The lengths of two text fields; longer text is cut with an ellipsis.
MAX_NOTE_CHARACTERS, MAX_ELIGIBILITY_CHARACTERS = 300, 200
KIND_BY_COLUMN = {
    "services": "service",
    "communities": "community",
    "conditions": "condition",
}
SLUGS_BY_KIND = {
    kind: {slug for slug, *_labels in VOCABULARY[kind]} for kind in Term.Kind
}
LANGUAGE_SLUGS = {label.casefold(): slug for slug, label, _es in VOCABULARY["language"]}


@dataclass(frozen=True)
class Publisher:
    """The publisher of the data, which HSDS does not name in every row."""

    name: str
    url: str
    license: str = ""
    seen: str = ""

    def key(self, id_: str) -> str:
        return f"hsds:{slugify(self.name)}/{id_}"

    def source(self, records: Iterable[JsonObject]) -> Row:
        dates = [
            text_of(thing, name)[:10]
            for thing in records
            for name in ("last_modified", "assured_date")
        ]
        known = [date for date in dates if re.match(PARTIAL_DATE, date)]
        return {
            "source_name": self.name,
            "source_url": self.url,
            "source_license": self.license,
            "source_seen": self.seen or max(known, default=""),
        }


def organization_rows(
    bundle: HsdsBundle, publisher: Publisher, kind: str
) -> Iterator[Row]:
    """Yield a row for each organization, with facts from its services and locations."""
    for id_, organization in bundle.organizations.items():
        services = bundle.services_of(id_)
        places = [*objects_in(organization, "locations"), *_places(bundle, services)]
        objects = [organization, *services]
        yield {
            "key": publisher.key(id_),
            "name": text_of(organization, "name"),
            "kind": kind,
            "branch_of": "",
            **_address(places),
            **_common(objects, places),
            "serves": ";".join(_areas(services, home_state(places))),
            "in_person": "yes" if _address(places)["street"] else "",
            "online": "yes" if _is_virtual(places) else "",
            "by_phone": "",
            **_terms(objects),
            **publisher.source(objects),
        }


def line_rows(bundle: HsdsBundle, publisher: Publisher) -> Iterator[Row]:
    """Yield a row for each service. The caller has said that all are warmlines."""
    for id_, service in bundle.services.items():
        operator = bundle.organizations.get(owner_id(service), {})
        objects = [service, operator]
        areas = [name for name in _areas([service], "") if name != "nationwide"]
        codes = dict.fromkeys(filter(None, map(_state_of_area, areas)))
        rest = [name for name in areas if not _state(name)]
        yield {
            "key": publisher.key(id_),
            "name": text_of(service, "name"),
            "operator": text_of(operator, "name"),
            **_common(objects, []),
            "serves": "US" if _is_nationwide(service) else ";".join(codes),
            "area_note": Truncator("; ".join(rest)).chars(MAX_NOTE_CHARACTERS),
            "timezone": _zone(service, list(codes)),
            "open_to": Truncator(text_of(service, "eligibility_description")).chars(
                MAX_ELIGIBILITY_CHARACTERS
            ),
            "peer_run": "unknown",
            **_terms(objects),
            **publisher.source(objects),
        }


def _places(bundle: HsdsBundle, services: list[JsonObject]) -> list[JsonObject]:
    return [p for s in services for p in bundle.places.get(text_of(s, "id"), [])]


def _common(objects: list[JsonObject], places: list[JsonObject]) -> Row:
    """Return the facts that every listing has, each from the first object with it."""
    owners = [*objects, *places]
    schedules = [s for owner in owners for s in _opening_schedules(owner)]
    costs = [text_of(s, "fees_description") or text_of(s, "fees") for s in objects]
    return {
        "summary": strip_tags(_first(objects, "description")),
        **_phones(phone for owner in owners for phone in objects_in(owner, "phones")),
        "email": _first(objects, "email"),
        "website": _first(objects, "website") or _first(objects, "url"),
        "chat_url": _first(objects, "chat_url"),
        "hours": _hours(schedules),
        "hours_text": _first(schedules, "description"),
        "cost": next(filter(None, costs), ""),
        "status": _status(objects),
        "note": _first(objects, "alert"),
    }


def _first(objects: Iterable[JsonObject], name: str) -> str:
    return next(filter(None, (text_of(thing, name) for thing in objects)), "")


def _status(objects: list[JsonObject]) -> str:
    """Return "gone" if every status says so, "paused", or "" otherwise."""
    states = [state for thing in objects if (state := text_of(thing, "status"))]
    if states and all(state in GONE_STATUSES for state in states):
        return "gone"
    return "paused" if states[:1] == ["temporarily closed"] else ""


def _phones(objects: Iterable[JsonObject]) -> Row:
    """Return the numbers by their purpose; those without a column are in `left_out`."""
    row = dict.fromkeys(("phone", "toll_free", "tty", "videophone", "text_number"), "")
    left_out = []
    for thing in objects:
        kind = text_of(thing, "type").casefold()
        typed = _number(thing)
        if kind in IGNORED_PHONE_TYPES or not typed:
            continue
        name = PHONE_COLUMN_BY_TYPE.get(kind, "phone")
        number = _read_number(name, typed)
        if name == "phone" and row["phone"] and TOLL_FREE.match(number):
            name = "toll_free"
        if not number or row[name] not in ("", number):
            left_out.append(typed)
        row[name] = row[name] or number
    return row | {"left_out": "; ".join(dict.fromkeys(left_out))}


def left_out_warnings(row: Row) -> list[str]:
    """Return a warning with the numbers of the row that are not imported, if any."""
    numbers = row["left_out"]
    return [f"these numbers are left out: {numbers}"] if numbers else []


def _number(thing: JsonObject) -> str:
    """Return the number as its publisher writes it, with its extension."""
    number, extension = text_of(thing, "number"), text_of(thing, "extension")
    return f"{number} ext. {extension}" if number and extension else number


def _read_number(name: str, typed: str) -> str:
    """Return the stored form of a number; "" if it is not valid in the US."""
    try:
        if name == "tty":
            return parse_tty(typed)
        return parse_sms_number(typed) if name == "text_number" else parse_phone(typed)
    except ValidationError:
        return ""


def _address(places: list[JsonObject]) -> Row:
    """Return the first address that is not only for mail."""
    found = [
        address
        for place in places
        for address in objects_in(place, "addresses")
        if text_of(address, "address_type") != "postal"
    ]
    first = found[0] if found else {}
    lines = [text_of(first, name) for name in ("address_1", "address_2")]
    return {
        "street": ", ".join(filter(None, lines)),
        "city": text_of(first, "city"),
        "state": _state(text_of(first, "state_province")),
        "zip": text_of(first, "postal_code"),
    }


def home_state(places: list[JsonObject]) -> str:
    return _address(places)["state"]


def _state(name: str) -> str:
    return name if name in STATES else STATE_CODES.get(place_key(name), "")


def _state_of_area(name: str) -> str:
    """Return the state code of "Montana" or of "Custer County, Montana"."""
    return _state(name) or _state(name.rpartition(",")[2].strip())


def _is_nationwide(service: JsonObject) -> bool:
    return "nationwide" in _areas([service], "")


def _is_virtual(places: list[JsonObject]) -> bool:
    return any(text_of(place, "location_type") == "virtual" for place in places)


def _areas(services: list[JsonObject], home: str) -> list[str]:
    """Return names of areas, "nationwide", or "statewide" for the home state."""
    names = []
    for service in services:
        for area in objects_in(service, "service_areas"):
            name = text_of(area, "name") or text_of(area, "extent")
            code = text_of(area, "extent_type") != "county" and _state(name)
            if place_key(name) in NATIONWIDE_NAMES:
                names.append("nationwide")
            elif code and code == home:
                names.append("statewide")
            elif name:
                names.append(name.split(",")[0].replace(";", " ") if home else name)
    return list(dict.fromkeys(names))


def _terms(objects: list[JsonObject]) -> Row:
    """Return the terms that have the same code in our vocabularies.

    The terms of other taxonomies are ignored, because their meaning is unknown.
    """
    codes = {
        text_of(term, "code")
        for thing in objects
        for attribute in objects_in(thing, "attributes")
        if isinstance(term := attribute.get("taxonomy_term"), dict)
    }
    row = {
        name: ";".join(sorted(codes & SLUGS_BY_KIND[Term.Kind(kind)]))
        for name, kind in KIND_BY_COLUMN.items()
    }
    languages = {
        LANGUAGE_SLUGS.get(
            text_of(one, "name").casefold(), text_of(one, "code").casefold()
        )
        for thing in objects
        for one in objects_in(thing, "languages")
    }
    return row | {
        "languages": ";".join(sorted(languages & SLUGS_BY_KIND[Term.Kind.LANGUAGE]))
    }


def _opening_schedules(owner: JsonObject) -> list[JsonObject]:
    """Return the schedules of an object, without those of our meetings."""
    return [s for s in objects_in(owner, "schedules") if "meeting_key" not in s]


def _hours(schedules: list[JsonObject]) -> str:
    """Return the given OpenStreetMap string, or build one from weekly schedules."""
    if objects := _first(schedules, "opening_hours"):
        return objects
    rules = []
    for one in schedules:
        days = [
            WEEKDAYS_BY_CODE.get(day.strip())
            for day in text_of(one, "byday").split(",")
        ]
        times = [TIME.match(text_of(one, name)) for name in ("opens_at", "closes_at")]
        if text_of(one, "freq") != "WEEKLY" or text_of(one, "interval") not in (
            "",
            "1",
        ):
            return ""
        if not all(days) or not all(times):
            return ""
        opens, closes = (found[0] for found in times if found)
        rules.append(f"{','.join(day for day in days if day)} {opens}-{closes}")
    return ", ".join(rules)


def _zone(service: JsonObject, codes: list[str]) -> str:
    """Return the given time zone, or that of the only state if it has only one."""
    if objects := _first(_opening_schedules(service), "iana_timezone"):
        return objects
    zones = STATES[codes[0]].zones if len(codes) == 1 else ()
    return zones[0] if len(zones) == 1 else ""
