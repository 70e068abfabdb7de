"""What a visitor can keep of a listing or send to a friend, without anybody between."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.translation import gettext as _

from listings.field_values import value
from listings.phones import SHORT_CODE

# RFC 6350, section 3.4, and RFC 2426: what a value writes with a backslash.
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "", ",": "\\,", ";": "\\;"})
# Octets of a line before it is folded, RFC 6350, section 3.2.
LINE = 75
# Each number's type: RFC 2426 has none for text telephones, so the name that address
# books know. A comma is a pause: the phone waits, then dials the extension.
NUMBER_TYPES = {
    "phone": "VOICE",
    "toll_free": "VOICE",
    "tty": "TTY-TDD",
    "videophone": "VIDEO",
    "sms_number": "CELL",
}


def sharing(request: HttpRequest, listing: Any) -> dict[str, object]:
    """Addresses that open the visitor's own messages or mail, filled in.

    `sms:?&body=` is the one spelling that both iOS and Android read.
    """
    address = request.build_absolute_uri(listing.get_absolute_url())
    phone = listing.phone.as_national if listing.phone else ""
    parts = (listing.name, phone, listing.public_warning, address)
    words = "\n".join(part for part in parts if part)
    return {
        "share_address": address,
        "share_by_text": f"sms:?&body={quote(words)}",
        "share_by_mail": f"mailto:?subject={quote(listing.name)}&body={quote(words)}",
    }


def contact_card(listing: Any, address: str) -> str:
    """A vCard 3.0 (RFC 2426), which old phones read too; no withheld street."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{_escaped(listing.name)}",
        f"N:{_escaped(listing.name)};;;;",
        f"ORG:{_escaped(listing.name)}",
        *_numbers(listing),
        *([f"EMAIL:{_one_line(listing.email)}"] if listing.email else []),
        *_postal(listing),
        *([f"URL:{_one_line(listing.website)}"] if listing.website else []),
        f"NOTE:{_escaped(_note(listing, address))}",
        f"UID:urn:uuid:{listing.uuid}",
        "END:VCARD",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _numbers(listing: Any) -> list[str]:
    """A line for each number, with what it is for."""
    found = []
    for name, kind in NUMBER_TYPES.items():
        if number := str(value(listing, name)):
            code = SHORT_CODE.match(number)
            dialed = code["code"] if code else number.replace(";ext=", ",")
            found.append(f"TEL;TYPE={kind}:{_escaped(dialed)}")
    return found


def _note(listing: Any, address: str) -> str:
    """The word that a short code asks for, any warning, and where to read more."""
    code = SHORT_CODE.match(listing.sms_number)
    words = _("Text %(word)s to %(code)s") % code.groupdict() if code else ""
    return "\n".join(part for part in (words, listing.public_warning, address) if part)


def _postal(listing: Any) -> list[str]:
    if not getattr(listing, "city", ""):
        return []
    parts = (
        listing.public_street,
        listing.city,
        listing.state,
        listing.public_zip_code,
        "United States",
    )
    return [f"ADR;TYPE=WORK:;;{';'.join(_escaped(part) for part in parts)}"]


def _escaped(value: str) -> str:
    return value.translate(ESCAPES)


def _one_line(address: str) -> str:
    """An address that begins no line of its own."""
    return "".join(address.splitlines())


def _folded(line: str) -> str:
    """Long lines go on after a line break and a space; no letter is cut in two."""
    rows: list[str] = []
    row = ""
    for letter in line:
        # The space that begins a further row counts too.
        if len((row + letter).encode()) > LINE - bool(rows):
            rows.append(row)
            row = ""
        row += letter
    return "\r\n ".join([*rows, row])
