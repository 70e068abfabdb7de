"""Parse, store and format phone numbers.

A number is stored in E.164 format, followed by its extension as in RFC 3966:
"+14065550100", "+14065550100;ext=12". The reason is in
docs/decisions/0026-phone-extensions.md.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumber_field import formfields, modelfields, widgets
from phonenumber_field.phonenumber import PhoneNumber, to_python

from places.normalized_text import NormalizedCharField

RELAY = "711"
SHORT_CODE = re.compile(r"^(?P<code>\d{5,6})\s*\(keyword (?P<word>\w+)\)$")
# "TALK to 38255", "38255 TALK", "38255 (keyword TALK)" and "38255" alone.
KEYWORD_FIRST = re.compile(
    r"(?:text\s+)?(?P<word>\w+)\s+(?:to|al?)\s+(?P<code>\d{5,6})", re.IGNORECASE
)
CODE_FIRST = re.compile(
    r"(?:text\s+)?(?P<code>\d{5,6})"
    r"(?:(?:\s+|\s*\(\s*)(?:keyword\s+)?(?P<word>[^\W\d_]\w*)\s*\)?)?",
    re.IGNORECASE,
)
QUOTES = str.maketrans("", "", "\"'“”‘’")
# Patterns of mistakes, each of which gets its own error message.
THREE_DIGITS = re.compile(r"\D*(?:[2-9]11|988)\D*")
WHOLE_NUMBER = re.compile(r"\d{3}\D{0,3}\d{3}\D{0,2}\d{4}(?!\d)")
SHORTENED = re.compile(r"\s*\d(?:\.\d+)?E\+?\d+\s*", re.IGNORECASE)
WORDS_BEFORE = re.compile(r"\s*(?!tel:)[^\W\d_]", re.IGNORECASE)


def dialable(phone: PhoneNumber | str | None) -> str:
    """Return a number in its stored form: E.164, with `;ext=` before an extension.

    Text is returned unchanged, and an invalid number as it was typed.
    """
    if not isinstance(phone, PhoneNumber):
        return phone or ""
    return _forms_of(phone)[0] or str(phone.raw_input or "")


def national(phone: PhoneNumber | str) -> str:
    """Return a number as Americans write it, like "(406) 555-0101 ext. 12".

    Text that is not a valid number is returned unchanged.
    """
    number = to_python(phone)
    text = _forms_of(number)[1] if isinstance(number, PhoneNumber) else ""
    return text or str(phone)


def _forms_of(phone: PhoneNumber) -> tuple[str, str]:
    """Return the stored form and the national form; both "" for an invalid number."""
    return ("", "") if phone.country_code is None else _forms(phone.as_rfc3966)


@lru_cache(maxsize=4_096)
def _forms(address: str) -> tuple[str, str]:
    """Return both forms. Cached, because validation took half the time of a card."""
    number = to_python(address)
    if number is None or not number.is_valid():
        return "", ""
    extension = f";ext={number.extension}" if number.extension else ""
    return f"{number.as_e164}{extension}", number.as_national


def validate_phone(phone: Any) -> None:
    """Raise ValidationError, with a helpful message, for a number that cannot work."""
    if isinstance(phone, PhoneNumber) and (problem := _problem(phone)):
        # Not the code "invalid": form fields replace the message of that code.
        raise ValidationError(problem, code="phone")


def _problem(phone: PhoneNumber) -> str:
    """Return why the number cannot be used as it was typed; "" if it can."""
    typed = str(phone.raw_input or "")
    if phone.is_valid() and not WORDS_BEFORE.match(typed):
        return ""
    digits = sum(map(str.isdecimal, typed))
    if THREE_DIGITS.fullmatch(typed):
        return _three_digits("".join(filter(str.isdecimal, typed)))
    if SHORTENED.fullmatch(typed):
        return _("A spreadsheet shortened this number. Enter all of its digits.")
    if len(WHOLE_NUMBER.findall(typed)) > 1:
        return _("That looks like two numbers. Enter one number in each box.")
    if digits == 7:
        return _("Add the area code, like (406) 555-0100.")
    if digits >= 10 and any(map(str.isalpha, typed)):
        return _(
            "Enter the number without other words, like (406) 555-0100 or "
            "(406) 555-0100 ext. 12."
        )
    return _(
        "Enter a valid phone number, like (406) 555-0100 or (406) 555-0100 ext. 12."
    )


def _three_digits(number: str) -> str:
    if number in ("988", "911"):
        words = _(
            "%(number)s is on every page already. Enter the number of this group."
        )
    else:
        words = _(
            "%(number)s reaches a different office in each place. Enter the full "
            "10-digit number."
        )
    return words % {"number": number}


def parse_phone(typed: str) -> str:
    """Return the stored form of a number as typed. Raises ValidationError."""
    number = to_python(typed)
    validate_phone(number)
    return dialable(number)


def parse_tty(typed: str) -> str:
    """Return the stored form of a TTY number, or "711" for relay.

    Raises ValidationError.
    """
    text = re.sub(r"^\s*(?:TTY|TDD)\b[\s:/]*", "", typed, flags=re.IGNORECASE)
    if re.fullmatch(r"(?:relay)?\W*711\W*(?:relay)?", text.strip(), re.IGNORECASE):
        return RELAY
    try:
        return parse_phone(text)
    except ValidationError:
        words = _("Enter a TTY number, like (406) 555-0100, or 711 for relay.")
        raise ValidationError(words, code="phone") from None


def parse_sms_number(typed: str) -> str:
    """Return the stored form of a number for texts: a phone number or a short code.

    A short code may have a keyword: "38255 (keyword TALK)". Raises ValidationError.
    """
    text = " ".join(typed.translate(QUOTES).split())
    for form in (KEYWORD_FIRST, CODE_FIRST):
        if found := form.fullmatch(text):
            word = found["word"]
            return f"{found['code']} (keyword {word})" if word else found["code"]
    number = to_python(text)
    if isinstance(number, PhoneNumber) and number.is_valid() and number.extension:
        words = _("A text can't reach an extension. Enter a number without one.")
        raise ValidationError(words, code="phone")
    try:
        return parse_phone(text)
    except ValidationError:
        words = _(
            "Enter a number for texts, like (406) 555-0100, or a short code and its "
            "keyword, like 38255 (keyword TALK)."
        )
        raise ValidationError(words, code="phone") from None


class PhoneWidget(widgets.RegionalPhoneNumberWidget):  # type: ignore[misc]
    """An input that shows a valid number in national format, other text unchanged."""

    def format_value(self, value: Any) -> Any:
        number = to_python(value)
        is_one = isinstance(number, PhoneNumber) and number.is_valid()
        return super().format_value(number) if is_one else str(value or "")


class PhoneFormField(formfields.PhoneNumberField):  # type: ignore[misc]
    """A form field for a phone number with an optional extension."""

    default_validators = [validate_phone]
    widget = PhoneWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dialable(self.to_python(initial)) != dialable(self.to_python(data))


class PhoneField(modelfields.PhoneNumberField):  # type: ignore[misc]
    """A phone number with its extension, which the library's own field drops."""

    default_validators = [validate_phone]

    def normalized(self, typed: Any) -> str:
        """Return the stored form, or the text as typed if it is not a number."""
        number = self.to_python(typed)
        problem = _problem(number) if isinstance(number, PhoneNumber) else ""
        return str(number.raw_input) if problem else dialable(number)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else self.normalized(value)

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": PhoneFormField} | options)

    def deconstruct(self) -> Any:
        """Describe the field to migrations as the library's, with the same column."""
        name, _path, args, options = super().deconstruct()
        path = "phonenumber_field.modelfields.PhoneNumberField"
        return name, path, args, options


class TtyField(NormalizedCharField):
    """A number for text telephones (TTY), or "711" for relay."""

    read = staticmethod(parse_tty)
    show = staticmethod(national)


class SmsNumberField(NormalizedCharField):
    """A phone number or a short code that receives texts."""

    read = staticmethod(parse_sms_number)
    show = staticmethod(national)


def is_reachable_if_deaf(tty: str, videophone: object) -> bool:
    """Return True for a videophone, or a TTY other than 711, the relay for everyone."""
    return bool(videophone) or tty not in ("", "711")
