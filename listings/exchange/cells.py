"""Read the values of cells as people and spreadsheets write them.

Each function returns the value to store and a note for the report, which is empty where
the value was written as expected. Text that cannot be read is returned unchanged, so
that the model refuses it with its own message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from listings.hours import InvalidHours, validate_hours
from listings.hours_words import parse_hours_words
from listings.phones import WHOLE_NUMBER, national, parse_phone
from listings.text import fold
from listings.weekly_hours_form import InvalidSpan

Reading = tuple[str, str]
# Excel counts days from here. It has a 29 February 1900, so earlier days don't matter.
EXCEL_EPOCH = date(1899, 12, 30)
SERIAL_DAY = re.compile(r"[34567]\d{4}(?:\.0+)?")
DAY_FORMATS = (
    *("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%Y/%m/%d", "%Y-%m-%d %H:%M"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M"),
    *("%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d-%b-%Y"),
    *("%d-%b-%y", "%d %b %Y"),
)
MONTH_FORMATS = ("%B %Y", "%b %Y", "%B, %Y", "%m/%Y", "%Y/%m", "%b-%y", "%b-%Y")
YEAR_FROM_SPREADSHEET = re.compile(r"((?:19|20)\d{2})\.0+")
# A fax number is never taken as a phone number.
FAX = re.compile(r"\bfax\b", re.IGNORECASE)
DECIMALS = re.compile(r"(\+?\d{10,15})\.0+")
EXTENSION = re.compile(r"(?:\bext\b|\bextension\b|\bx|;ext=|#)\W*\d+", re.IGNORECASE)
TOLL_FREE = re.compile(r"(?:\+?1\W*)?\(?8(?:00|33|44|55|66|77|88)\b")
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#]\S*)?", re.IGNORECASE)
# UTF-8 that was read as Windows-1252: "CafÃ©", "Peerâ€™s".
GARBLED = re.compile("[ÂÃ][\u0080-\u00bf\u0152-\u2122]|â€")


def _read_as(text: str, value: str) -> Reading:
    return value, f"“{text}” was read as {value}" if value != text else ""


@lru_cache(maxsize=1_024)
def read_date(text: str) -> Reading:
    """Read a day, a month or a year; "11/30/2026" is a date as Americans write it."""
    cleaned = " ".join(text.split())
    if SERIAL_DAY.fullmatch(cleaned):
        day = EXCEL_EPOCH + timedelta(days=int(float(cleaned)))
        return _read_as(text, day.isoformat())
    if year := YEAR_FROM_SPREADSHEET.fullmatch(cleaned):
        return _read_as(text, year[1])
    for formats, length in ((DAY_FORMATS, 10), (MONTH_FORMATS, 7)):
        for pattern in formats:
            try:
                moment = datetime.strptime(cleaned, pattern)  # a day
            except ValueError:
                continue
            return _read_as(text, moment.date().isoformat()[:length])
    return text, ""


def read_phone(text: str) -> Reading:
    """Read a number with an extension, and leave out words around it.

    Two numbers, and a fax number, are returned unchanged.
    """
    if found := DECIMALS.fullmatch(text):
        text = found[1]
    try:
        parse_phone(text)
    except ValidationError:
        numbers = list(WHOLE_NUMBER.finditer(text))
        if len(numbers) != 1 or FAX.search(text):
            return text, ""
        extension = EXTENSION.search(text, numbers[0].end())
        number = numbers[0][0] + (f" ext. {_digits(extension[0])}" if extension else "")
        try:
            parse_phone(number)
        except ValidationError:
            return text, ""
        return number, f"“{text}” was read as {national(number)}"
    return text, ""


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def split_phones(text: str) -> tuple[str, str] | None:
    """Return (phone, toll-free number) if the text has one of each, else None."""
    numbers = list(WHOLE_NUMBER.finditer(text))
    if len(numbers) != 2 or FAX.search(text):
        return None
    parts = text[: numbers[1].start()], text[numbers[1].start() :]
    readings = [read_phone(part.strip(" ,;/|&\n"))[0] for part in parts]
    is_free = [bool(TOLL_FREE.match(number[0])) for number in numbers]
    if is_free[0] == is_free[1]:
        return None
    return (readings[1], readings[0]) if is_free[0] else (readings[0], readings[1])


def read_web_address(text: str) -> Reading:
    if DOMAIN.fullmatch(text):
        return f"https://{text}", ""
    return text, ""


def read_choice(text: str, choices: Iterable[tuple[Any, Any]]) -> str:
    """Return the code of a choice, by its code or its label."""
    by_words = {}
    for code, label in choices:
        by_words[fold(str(label))] = str(code)
        by_words[fold(str(code))] = str(code)
    return by_words.get(fold(text), text) if text else text


def read_terms(text: str, slugs: Mapping[str, str]) -> list[str]:
    """Return the slugs of terms, by their slugs or labels in the form of fold().

    Semicolons and line breaks are between them, or commas where no label has one.
    Unknown words are returned unchanged.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        if slug := slugs.get(fold(part)):
            found.append(slug)
            continue
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        found += [slugs.get(fold(piece), piece) for piece in pieces]
    return found


def read_hours(text: str) -> Reading:
    """Return an OpenStreetMap string. Raises InvalidHours if there is none to read."""
    try:
        return validate_hours(text), ""
    except InvalidHours as error:
        try:
            hours = validate_hours(parse_hours_words(text))
        except (InvalidSpan, InvalidHours):
            raise error from None
        return hours, f"hours “{text}” were read as {hours}"


def garbled_note(column: str, text: str) -> str:
    """Return a note if the letters of a cell were read in a wrong encoding."""
    if not GARBLED.search(text):
        return ""
    return f"{column}: “{text:.80}” looks garbled. Save the file as CSV UTF-8."
