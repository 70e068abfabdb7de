"""Recognize text that names a place outside the United States."""

from __future__ import annotations

import re

from places.name_keys import place_key

CANADIAN_POSTCODE = re.compile(
    r"^[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d$", re.IGNORECASE
)
BRITISH_POSTCODE = re.compile(r"^[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}$", re.IGNORECASE)
FOREIGN_COUNTRIES_TEXT = """
australia austria bahamas belgium brazil britain canada china colombia cuba denmark
england finland france germany greece guatemala haiti honduras india ireland israel
italy jamaica japan kenya korea mexico netherlands newzealand nigeria norway pakistan
panama philippines poland portugal russia scotland southafrica spain sweden
switzerland turkey uk ukraine unitedkingdom wales
alberta britishcolumbia manitoba newbrunswick newfoundland novascotia ontario quebec
saskatchewan yukon
"""
FOREIGN_CITIES_TEXT = """
amsterdam auckland barcelona beijing berlin bogota brussels buenosaires cairo calgary
caracas ciudadjuarez delhi dublin edinburgh edmonton glasgow guadalajara havana hongkong
johannesburg juarez kingston lagos lima lisbon london madrid manila matamoros melbourne
mexicali mexicocity monterrey montreal moscow mumbai nairobi nuevolaredo osaka oslo
ottawa paris reynosa rome saopaulo seoul shanghai singapore stockholm sydney tijuana
tokyo toronto vancouver vienna warsaw winnipeg
"""
FOREIGN_COUNTRIES = frozenset(FOREIGN_COUNTRIES_TEXT.split())
FOREIGN_NAMES = FOREIGN_COUNTRIES | frozenset(FOREIGN_CITIES_TEXT.split())


def is_foreign_code(text: str) -> bool:
    """Return True for a Canadian or British postcode."""
    return bool(CANADIAN_POSTCODE.match(text) or BRITISH_POSTCODE.match(text))


def is_foreign_name(text: str) -> bool:
    return place_key(text) in FOREIGN_NAMES


def strip_foreign_country(text: str) -> str | None:
    """Return "London" for "London, UK", or None if no foreign country is named."""
    words = text.replace(",", " ").split()
    for length in (1, 2):
        country = place_key(" ".join(words[-length:]))
        if len(words) > length and country in FOREIGN_COUNTRIES:
            return " ".join(words[:-length])
    return None
