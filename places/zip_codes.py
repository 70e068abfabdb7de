"""Read ZIP codes as people and spreadsheets write them, and check that they exist."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from places.models import Place
from places.name_keys import place_key
from places.normalized_text import NormalizedCharField
from places.states import STATES

DASHES = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
# A spreadsheet may treat a ZIP code as a number: "2139", "59301.0".
NUMBER_FROM_SPREADSHEET = re.compile(r"([0-9]{3,5})(?:\.0+)?")
ZIP_PLUS_4 = re.compile(r"([0-9]{5})-?([0-9]{4})")
MAX_SUGGESTED_ZIPS = 5


def read_zip(typed: str) -> str:
    """Return "02139" for "2139", and "59301-1234" for "59301 – 1234".

    Raises ValidationError.
    """
    text = DASHES.sub("-", typed.strip())
    if found := NUMBER_FROM_SPREADSHEET.fullmatch(text):
        return found[1].zfill(5)
    if found := ZIP_PLUS_4.fullmatch(text):
        return f"{found[1]}-{found[2]}"
    words = _("“%(text)s” is not a ZIP code. Enter 5 digits, like 59301.")
    raise ValidationError(words % {"text": typed}, code="zip")


def normalize_zip(typed: str) -> str:
    """Return the result of read_zip(), or the text itself if it is invalid."""
    try:
        return read_zip(typed) if typed else typed
    except ValidationError:
        return typed


class ZipField(NormalizedCharField):
    """A column for a ZIP code of five digits, or of nine with a hyphen."""

    read = staticmethod(read_zip)


def check_zip(zip_code: str, state: str, city: str, known: Place | None = None) -> None:
    """Check that the ZIP code exists and is in the state. Raises ValidationError.

    The error belongs to the field `zip_code`, or to `state` if no state is given.
    `known` may be the place of the ZIP code, to save a query.
    """
    is_it = known is not None and known.code == zip_code[:5]
    place = known if is_it else Place.objects.get_by_zip(zip_code[:5])
    said = {"zip": zip_code, "state": STATES[state].name if state in STATES else ""}
    if place is None:
        words = _("We don't know the ZIP code %(zip)s.") % said
        raise _field_error("zip_code", f"{words} {_suggestion(city, state)}")
    said["place"] = f"{place.name}, {place.state_name}"
    if not state:
        words = _("The ZIP code %(zip)s is in %(place)s. Enter that state here.")
        raise _field_error("state", words % said)
    if place.state != state:
        words = _("The ZIP code %(zip)s is in %(place)s, not in %(state)s.") % said
        raise _field_error("zip_code", f"{words} {_suggestion(city, state)}")


def _field_error(field: str, words: str) -> ValidationError:
    return ValidationError({field: ValidationError(words, code="zip")})


def _suggestion(city: str, state: str) -> str:
    """Suggest the ZIP codes of the city, or what else to do."""
    zips = Place.objects.zips().in_state(state).filter(key=place_key(city))
    codes = list(
        zips.order_by("code").values_list("code", flat=True)[:MAX_SUGGESTED_ZIPS]
    )
    if city and codes:
        words = _("ZIP codes of %(city)s, %(state)s: %(codes)s.")
        return words % {"city": city, "state": state, "codes": ", ".join(codes)}
    return _("Check the ZIP code and the state, or leave the ZIP code blank.")
