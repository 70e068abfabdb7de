"""Contact cards and share links, so that visitors can save or send a listing."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest
from django.utils.translation import gettext as _

from listings.field_values import fact_value
from listings.located import AddressedListing
from listings.models import Listing
from listings.phones import SHORT_CODE

# Characters that a value escapes with a backslash (RFC 6350, section 3.4; RFC 2426).
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "", ",": "\\,", ";": "\\;"})
# The octets after which a line is folded (RFC 6350, section 3.2).
MAX_LINE_OCTETS = 75
# The type of each number. RFC 2426 has no type for text telephones, so TTY-TDD is the
# name that address books use.
NUMBER_TYPES = {
    "phone": "VOICE",
    "toll_free": "VOICE",
    "tty": "TTY-TDD",
    "videophone": "VIDEO",
    "sms_number": "CELL",
}


def share_links(request: HttpRequest, listing: Listing) -> dict[str, object]:
    """Return links that open a prepared text message or e-mail on the visitor's device.

    `sms:?&body=` is the only form that both iOS and Android understand.
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


def build_vcard(listing: Listing, address: str) -> str:
    """Return a vCard 3.0 (RFC 2426), which old phones also read.

    `address` is the address of the listing's page. A withheld street is left out.
    """
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


def _numbers(listing: Listing) -> list[str]:
    """Return a TEL line for each number. In a number, a comma dials the extension."""
    found = []
    for name, kind in NUMBER_TYPES.items():
        if number := str(fact_value(listing, name)):
            code = SHORT_CODE.match(number)
            dialed = code["code"] if code else number.replace(";ext=", ",")
            found.append(f"TEL;TYPE={kind}:{_escaped(dialed)}")
    return found


def _note(listing: Listing, address: str) -> str:
    """Return the keyword of a short code, any public warning, and the page address."""
    code = SHORT_CODE.match(listing.sms_number)
    words = _("Text %(word)s to %(code)s") % code.groupdict() if code else ""
    return "\n".join(part for part in (words, listing.public_warning, address) if part)


def _postal(listing: Listing) -> list[str]:
    if not isinstance(listing, AddressedListing) or not listing.city:
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
    """Remove line breaks, so that a value cannot add a line to the card."""
    return "".join(address.splitlines())


def _folded(line: str) -> str:
    """Fold a long line with a line break and a space, never within a character."""
    rows: list[str] = []
    row = ""
    for letter in line:
        # The space at the start of a continuation line counts too.
        if len((row + letter).encode()) > MAX_LINE_OCTETS - bool(rows):
            rows.append(row)
            row = ""
        row += letter
    return "\r\n ".join([*rows, row])
