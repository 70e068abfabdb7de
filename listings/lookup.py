"""Find a listing for a curator by whatever a caller names: a number, a site, a street.

Each listing stores these facts in one indexed column, `lookup_text`, so that a search
reads the narrow index and not every row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from phonenumber_field.phonenumber import PhoneNumber, to_python
from rapidfuzz import fuzz, process

from listings.removals import PHONE_FIELDS
from listings.text import fold, website_key
from listings.text_search import search_tokens, text_condition

if TYPE_CHECKING:
    from listings.models import Listing

# A number as people type it; an extension may follow.
TYPED_PHONE = re.compile(
    r"[\s\d().+/–-]*(?:(?:extension|ext|x)[\s.:]*(?P<extension>\d{1,7}))?\s*",
    re.IGNORECASE,
)
# Fewer digits are more likely a ZIP code or a street number.
MIN_PHONE_DIGITS = 7
DIGITS_WITH_COUNTRY_CODE = 11
MIN_SIMILARITY = 75
MAX_SIMILAR_NAMES = 20


def lookup_text(texts: Iterable[str]) -> str:
    """Return the value of the column; spaces are around each word."""
    return f" {' '.join(filter(None, map(fold, texts)))} "


def contact_texts(listing: Listing) -> Iterator[str]:
    """Yield what identifies a listing, apart from its name and address."""
    for name in PHONE_FIELDS:
        value = getattr(listing, name)
        number = to_python(value)
        is_phone = isinstance(number, PhoneNumber) and number.is_valid()
        yield _digits(number) if is_phone else str(value or "")
    yield listing.email
    yield website_key(listing.website)
    yield website_key(listing.chat_url)
    yield from (listing.key, listing.slug)


def _digits(number: PhoneNumber) -> str:
    """Return the national number: "4065550100", with "x12" for an extension."""
    extension = f" x{number.extension}" if number.extension else ""
    return f"{number.national_number}{extension}"


def lookup_condition(rows: QuerySet[Any], words: str) -> Q:
    """Return the condition of matching what a caller named."""
    if pattern := _phone_pattern(words):
        return Q(pk__in=_with_text(rows, pattern))
    whole = fold(website_key(words) or words)
    if not search_tokens(words):
        return Q(pk=None)
    # A union of ids lets each part use its own index.
    named = _ids(rows).filter(text_condition(rows, words))
    return Q(pk__in=named.union(_with_text(rows, f" {whole}")))


def withheld_address_condition(rows: QuerySet[Any], words: str) -> Q:
    """Return the condition of matching a withheld street or ZIP code, which is not in
    `lookup_text`."""
    typed = words.strip()
    if not hasattr(rows.model, "address_withheld"):
        return Q(pk=None)
    matches = Q(street__icontains=typed) | Q(zip_code__startswith=typed)
    return Q(pk__in=_ids(rows).filter(matches, address_withheld=True))


def _ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    ids: QuerySet[Any] = rows.model._default_manager.order_by().values("pk")
    return ids


def _with_text(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    # It names no other column, so the database reads only the index of this one.
    return _ids(rows).filter(lookup_text__contains=text)


def _phone_pattern(words: str) -> str:
    """Return the text to look for if the words are a phone number, otherwise ""."""
    found = TYPED_PHONE.fullmatch(words)
    if not found:
        return ""
    extension = found["extension"]
    typed = words[: found.start("extension")] if extension else words
    digits = "".join(filter(str.isdecimal, typed))
    if len(digits) == DIGITS_WITH_COUNTRY_CODE:
        digits = digits.removeprefix("1")
    if extension:
        return f"{digits} x{extension} "
    return digits if len(digits) >= MIN_PHONE_DIGITS else ""


def similar_names(rows: Any, words: str) -> list[int]:
    """Return the ids of listings with names like misspelled text, likeliest first.

    People seldom misspell how a word begins, so only names with words that begin like
    the typed ones are compared.
    """
    beginnings = " ".join(word[:2] for word in search_tokens(words))
    if not beginnings:
        return []
    names = dict(rows.matching(beginnings).order_by().values_list("pk", "sort_name"))
    best = process.extract(
        fold(words),
        names,
        scorer=fuzz.partial_token_sort_ratio,
        score_cutoff=MIN_SIMILARITY,
        limit=MAX_SIMILAR_NAMES,
    )
    return [pk for _name, _score, pk in best]
