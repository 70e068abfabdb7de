"""The small things that listings are told in: phones, areas, terms, provenance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.ids import part, word
from api.taxonomies import TAXONOMIES, Word, kind_word, term
from listings.models import Listing, Term
from listings.phones import dialable
from places.models import Place

Thing = dict[str, Any]

# Field → type as in RFC 6350, and what else there is to say.
PHONES = {
    "phone": ("voice", ""),
    "toll_free": ("voice", "Toll-free"),
    "tty": ("textphone", "TTY; 711 is the relay service"),
    "videophone": ("video", "Videophone"),
    "text_line": ("text", "Text line"),
}


def known(**facts: Any) -> Thing:
    """Only the facts that are known."""
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def moment(at: datetime | None) -> str:
    """RFC 3339 in UTC, to the millisecond; "" where it is not known."""
    if at is None:
        return ""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def day(date: Any) -> str:
    return date.isoformat() if date else ""


def provenance(listing: Any) -> Thing:
    """Where the facts are from, and whether anybody has made sure of them."""
    return known(
        source_name=listing.source_name,
        source_url=listing.source_url,
        source_seen=listing.source_seen,
        source_license=listing.source_license,
        checked=listing.checked_on is not None,
        checked_on=day(listing.checked_on),
        checked_how=listing.checked_how,
        checked_facts=listing.checked_facts,
    )


def phones(listing: Any, owner_id: UUID, link: str) -> list[Thing]:
    found = []
    for name, (kind, described) in PHONES.items():
        number = getattr(listing, name)
        if number:
            dialed, extension = _parted(dialable(number))
            entry = known(
                id=part(owner_id, f"phone:{name}"),
                number=dialed,
                extension=extension,
                type=kind,
                description=described,
            )
            found.append(entry | {link: str(owner_id)})
    return found


def _parted(number: str) -> tuple[str, int | None]:
    """The number and its extension, which is a number in HSDS: one that begins with a
    zero stays behind the number, as in RFC 3966."""
    dialed, _mark, extension = number.partition(";ext=")
    if extension.startswith("0") or not extension.isdecimal():
        return number, None
    return dialed, int(extension)


def areas(listing: Any, owned: UUID) -> list[Thing]:
    def area(slot: str, name: str, described: str = "", **further: str) -> Thing:
        return known(
            id=part(owned, f"area:{slot}"),
            service_id=str(owned),
            name=name,
            description=described,
            **further,
        )

    note = listing.area_note
    if listing.area == Listing.Area.NATIONWIDE:
        return [area("nation", "United States", note)]
    if listing.area == Listing.Area.PLACES:
        places: Iterable[Place] = listing.serves.all()
        return [
            area(f"{p.kind}:{p.code}", p.label, note, place_kind=p.kind, code=p.code)
            for p in sorted(places, key=lambda p: (p.kind, p.code))
        ]
    return [area("words", note)] if note else []


def words_of(listing: Any) -> list[Word]:
    terms: Iterable[Term] = listing.terms.all()
    words = [Word.of(one) for one in terms if one.kind in TAXONOMIES]
    return words + ([kind_word(listing.kind)] if hasattr(listing, "kind") else [])


def attributes(words: Iterable[Word], owned: UUID, entity: str) -> list[Thing]:
    return [
        {
            "id": part(owned, f"attribute:{one.kind}:{one.slug}"),
            "link_id": str(owned),
            "link_entity": entity,
            "link_type": one.kind,
            "taxonomy_term_id": str(word(one.kind, one.slug)),
            "taxonomy_term": term(one),
        }
        for one in words
    ]
