"""Clean and split the text that people type before it is compared with names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Stripped from both ends. A minus sign may begin a latitude, and an okina a name.
OUTER_CHARACTERS = " \t\"'“”„«»‘’()[]{}<>,;:.!?¡¿#*/\\|_~=+"
MINUS_SIGN = "\N{MINUS SIGN}"
COUNTRY = re.compile(
    r"(?<=\w)[\s,.]+(?:u\.? ?s\.? ?a\.?|u\.s\.?|us|united states(?: of america)?"
    r"|ee\.? ?uu\.?|estados unidos(?: de am[eé]rica)?)$",
    re.IGNORECASE,
)
# Five digits, perhaps with four more, that are not part of a longer number.
ZIP = re.compile(r"(?<![\d.])(?<!\d-)(\d{5})(?:[- ]*\d{4})?(?![\d-])")
# A ZIP code whose leading zero a spreadsheet removed: "Cambridge MA 2139".
SHORT_ZIP = re.compile(r"(?:^|[a-z]{2,},? )(\d{4})$", re.IGNORECASE)
ADDRESS_START = re.compile(
    r"^(?:\d+[a-z]?\b|p\.? ?o\.? ?box\b|apartado\b)", re.IGNORECASE
)
# Matches in "12345 Main Street", but not in "63101 St. Louis".
STREET_WORD = re.compile(
    r"(?<=\w )(?:st|street|ave?|avenue|rd|road|dr|drive|blvd|boulevard|ln|lane|ct|court"
    r"|hwy|highway|pkwy|parkway|way|pl|place|cir|circle|ter|terrace)\b"
    r"|^(?:calle|avenida|carretera|camino)\b",
    re.IGNORECASE,
)
# Between a city, its county and its state.
PART_SEPARATORS = re.compile(r"[,;/]")
STATE_OF = re.compile(
    r"^(?:the )?(?:(?:state|commonwealth|territory|estado|territorio) (?:of|de) )"
    r"(?P<after>.+)$|^(?P<before>.+) state$|^(?:the )(?P<the>.+)$",
    re.IGNORECASE,
)
CITY_OF = re.compile(
    r"^(?:the )?(?:(?:town|city|village|township) of"
    r"|(?:ciudad|pueblo|villa|municipio) del?) ",
    re.IGNORECASE,
)
COUNTY_OF = re.compile(r"^(?:county of|condado del?) (.+)$", re.IGNORECASE)
PARISH_OF = re.compile(r"^parroquia del? (.+)$", re.IGNORECASE)
LEADING_THE = re.compile(r"^the ", re.IGNORECASE)
REGION = re.compile(r"^(.+) (?:region|area|base|región|área)$", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Normalize letters, spaces and dashes, and strip punctuation and the country."""
    plain = unicodedata.normalize("NFKC", text)
    plain = " ".join("".join(map(_plain_character, plain)).split())
    return COUNTRY.sub("", plain.strip(OUTER_CHARACTERS)).strip(OUTER_CHARACTERS)


def _plain_character(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "-" if category == "Pd" or letter == MINUS_SIGN else letter


def zip_codes(text: str) -> Iterator[tuple[str, str]]:
    """Yield each ZIP code in a text with the rest of the text, the last one first.

    An address ends with its ZIP code. Five digits at its start may be a house number.
    """
    for found in reversed(list(ZIP.finditer(text))):
        rest = f"{text[: found.start()]} {text[found.end() :]}"
        yield found[1], " ".join(rest.split()).strip(OUTER_CHARACTERS)


def strip_state_words(text: str) -> str:
    """Return "Washington" for "Washington State" and "State of Washington"."""
    found = STATE_OF.match(text)
    return next(filter(None, found.groups()), "") if found else text


def name_variants(name: str) -> Iterator[str]:
    """Yield the name, then the name without words like "city of" or "the"."""
    yield name
    if found := COUNTY_OF.match(name):
        yield f"{found[1]} County"
    if found := PARISH_OF.match(name):
        yield f"{found[1]} Parish"
    if CITY_OF.match(name):
        yield CITY_OF.sub("", name)
    elif LEADING_THE.match(name):
        yield LEADING_THE.sub("", name)
