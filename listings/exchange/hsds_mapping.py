"""What HSDS tells, as the rows of our importers: an organization or a line in each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.text import Truncator, slugify

from listings.exchange.csv_rows import Row
from listings.exchange.hsds import Bundle, Thing, owner_id, text, things
from listings.models import Term
from listings.phones import read_phone, read_text_line, read_tty
from listings.provenance import PARTIAL_DATE
from listings.vocabulary import VOCABULARY
from places.name_keys import place_key
from places.states import STATES

KINDS_OF_PHONES = {
    "textphone": "tty",
    "tty": "tty",
    "video": "videophone",
    "text": "text_number",
    "sms": "text_number",
}
SILENT_PHONES = ("fax", "pager")
TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)")
TIME = re.compile(r"([01]\d|2[0-4]):[0-5]\d")
DAYS = {day.upper(): day for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")}
NATION = {
    "us",
    "usa",
    "unitedstates",
    "unitedstatesofamerica",
    "nationwide",
    "national",
}
GONE = ("inactive", "defunct")
STATE_CODES = {place_key(state.name): code for code, state in STATES.items()}
# What the words of a line can hold; more of them is cut with a mark.
MOST_NOTE, MOST_WORDS = 300, 200
COLUMNS = {"services": "service", "communities": "community", "conditions": "condition"}
WORDS = {kind: {slug for slug, *_labels in VOCABULARY[kind]} for kind in Term.Kind}
LANGUAGES = {label.casefold(): slug for slug, label, _es in VOCABULARY["language"]}


@dataclass(frozen=True)
class Publisher:
    """Whose facts they are; HSDS itself does not say it of every row."""

    name: str
    url: str
    license: str = ""
    seen: str = ""

    def key(self, id_: str) -> str:
        return f"hsds:{slugify(self.name)}/{id_}"

    def source(self, things_told: Iterable[Thing]) -> Row:
        dates = [
            text(thing, name)[:10]
            for thing in things_told
            for name in ("last_modified", "assured_date")
        ]
        known = [date for date in dates if re.match(PARTIAL_DATE, date)]
        return {
            "source_name": self.name,
            "source_url": self.url,
            "source_license": self.license,
            "source_seen": self.seen or max(known, default=""),
        }


def organization_rows(bundle: Bundle, publisher: Publisher, kind: str) -> Iterator[Row]:
    """One for each organization, with what its services and places tell of it."""
    for id_, organization in bundle.organizations.items():
        services = bundle.services_of(id_)
        places = [*things(organization, "locations"), *_places(bundle, services)]
        told = [organization, *services]
        yield {
            "key": publisher.key(id_),
            "name": text(organization, "name"),
            "kind": kind,
            "branch_of": "",
            **_address(places),
            **_common(told, places),
            "serves": ";".join(_areas(services, text_of_state(places))),
            "in_person": "yes" if _address(places)["street"] else "",
            "online": "yes" if _is_virtual(places) else "",
            "by_phone": "",
            **_terms(told),
            **publisher.source(told),
        }


def line_rows(bundle: Bundle, publisher: Publisher) -> Iterator[Row]:
    """One for each service: whoever brings lines in has told us that they are lines."""
    for id_, service in bundle.services.items():
        operator = bundle.organizations.get(owner_id(service), {})
        told = [service, operator]
        areas = [name for name in _areas([service], "") if name != "nationwide"]
        codes = dict.fromkeys(filter(None, map(_state_of_area, areas)))
        rest = [name for name in areas if not _state(name)]
        yield {
            "key": publisher.key(id_),
            "name": text(service, "name"),
            "operator": text(operator, "name"),
            **_common(told, []),
            "serves": "US" if _is_nationwide(service) else ";".join(codes),
            "area_note": Truncator("; ".join(rest)).chars(MOST_NOTE),
            "timezone": _zone(service, list(codes)),
            "open_to": Truncator(text(service, "eligibility_description")).chars(
                MOST_WORDS
            ),
            "peer_run": "unknown",
            **_terms(told),
            **publisher.source(told),
        }


def _places(bundle: Bundle, services: list[Thing]) -> list[Thing]:
    return [p for s in services for p in bundle.places.get(text(s, "id"), [])]


def _common(told: list[Thing], places: list[Thing]) -> Row:
    """The facts of every listing: the first of the things told that knows one."""
    owners = [*told, *places]
    schedules = [s for owner in owners for s in things(owner, "schedules")]
    costs = [text(s, "fees_description") or text(s, "fees") for s in told]
    return {
        "summary": strip_tags(_first(told, "description")),
        **_phones(phone for owner in owners for phone in things(owner, "phones")),
        "email": _first(told, "email"),
        "website": _first(told, "website") or _first(told, "url"),
        "chat_url": _first(told, "chat_url"),
        "hours": _hours(schedules),
        "hours_text": _first(schedules, "description"),
        "cost": next(filter(None, costs), ""),
        "status": _status(told),
        "note": _first(told, "alert"),
    }


def _first(told: Iterable[Thing], name: str) -> str:
    return next(filter(None, (text(thing, name) for thing in told)), "")


def _status(told: list[Thing]) -> str:
    """ "gone" where the publisher says so of it, or of all that it did."""
    states = [state for thing in told if (state := text(thing, "status"))]
    if states and all(state in GONE for state in states):
        return "gone"
    return "paused" if states[:1] == ["temporarily closed"] else ""


def _phones(told: Iterable[Thing]) -> Row:
    """By what each is for; what has no column of its own is named in `left_out`."""
    row = dict.fromkeys(("phone", "toll_free", "tty", "videophone", "text_number"), "")
    left_out = []
    for thing in told:
        kind = text(thing, "type").casefold()
        typed = _number(thing)
        if kind in SILENT_PHONES or not typed:
            continue
        name = KINDS_OF_PHONES.get(kind, "phone")
        number = _read_number(name, typed)
        if name == "phone" and row["phone"] and TOLL_FREE.match(number):
            name = "toll_free"
        if not number or row[name] not in ("", number):
            left_out.append(typed)
        row[name] = row[name] or number
    return row | {"left_out": "; ".join(dict.fromkeys(left_out))}


def left_out(row: Row) -> list[str]:
    """A warning that names the numbers of the row that are not listed, if any."""
    numbers = row["left_out"]
    return [f"these numbers are left out: {numbers}"] if numbers else []


def _number(thing: Thing) -> str:
    """The number as its publisher writes it, with its extension."""
    number, extension = text(thing, "number"), text(thing, "extension")
    return f"{number} ext. {extension}" if number and extension else number


def _read_number(name: str, typed: str) -> str:
    """The stored form; "" for what cannot be dialed here."""
    try:
        if name == "tty":
            return read_tty(typed)
        return read_text_line(typed) if name == "text_number" else read_phone(typed)
    except ValidationError:
        return ""


def _address(places: list[Thing]) -> Row:
    """The first address that can be visited."""
    found = [
        address
        for place in places
        for address in things(place, "addresses")
        if text(address, "address_type") != "postal"
    ]
    first = found[0] if found else {}
    lines = [text(first, name) for name in ("address_1", "address_2")]
    return {
        "street": ", ".join(filter(None, lines)),
        "city": text(first, "city"),
        "state": _state(text(first, "state_province")),
        "zip": text(first, "postal_code"),
    }


def text_of_state(places: list[Thing]) -> str:
    return _address(places)["state"]


def _state(name: str) -> str:
    return name if name in STATES else STATE_CODES.get(place_key(name), "")


def _state_of_area(name: str) -> str:
    """Of "Montana", and of "Custer County, Montana"."""
    return _state(name) or _state(name.rpartition(",")[2].strip())


def _is_nationwide(service: Thing) -> bool:
    return "nationwide" in _areas([service], "")


def _is_virtual(places: list[Thing]) -> bool:
    return any(text(place, "location_type") == "virtual" for place in places)


def _areas(services: list[Thing], home: str) -> list[str]:
    """ "nationwide", "statewide" for the state it stands in, else names as told."""
    names = []
    for service in services:
        for area in things(service, "service_areas"):
            name = text(area, "name") or text(area, "extent")
            code = text(area, "extent_type") != "county" and _state(name)
            if place_key(name) in NATION:
                names.append("nationwide")
            elif code and code == home:
                names.append("statewide")
            elif name:
                names.append(name.split(",")[0].replace(";", " ") if home else name)
    return list(dict.fromkeys(names))


def _terms(told: list[Thing]) -> Row:
    """Only words that are ours too: what others' taxonomies mean, we cannot know."""
    codes = {
        text(term, "code")
        for thing in told
        for attribute in things(thing, "attributes")
        if isinstance(term := attribute.get("taxonomy_term"), dict)
    }
    row = {
        name: ";".join(sorted(codes & WORDS[Term.Kind(kind)]))
        for name, kind in COLUMNS.items()
    }
    languages = {
        LANGUAGES.get(text(one, "name").casefold(), text(one, "code").casefold())
        for thing in told
        for one in things(thing, "languages")
    }
    return row | {"languages": ";".join(sorted(languages & WORDS[Term.Kind.LANGUAGE]))}


def _hours(schedules: list[Thing]) -> str:
    """OpenStreetMap's string where it is told, else the weekly rules as one."""
    if told := _first(schedules, "opening_hours"):
        return told
    rules = []
    for one in schedules:
        days = [DAYS.get(day.strip()) for day in text(one, "byday").split(",")]
        times = [TIME.match(text(one, name)) for name in ("opens_at", "closes_at")]
        if text(one, "freq") != "WEEKLY" or text(one, "interval") not in ("", "1"):
            return ""
        if not all(days) or not all(times):
            return ""
        opens, closes = (found[0] for found in times if found)
        rules.append(f"{','.join(day for day in days if day)} {opens}-{closes}")
    return ", ".join(rules)


def _zone(service: Thing, codes: list[str]) -> str:
    """As told, or that of the one state where there is only one; else not known."""
    if told := _first(things(service, "schedules"), "iana_timezone"):
        return told
    zones = STATES[codes[0]].zones if len(codes) == 1 else ()
    return zones[0] if len(zones) == 1 else ""
