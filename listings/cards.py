"""Listings as lists show them: each made once a version of its own and language.

A search finds numbers of rows; the rest of a row is read only where its card is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from kept.memory import RowShelf
from listings.templatetags.listing import miles
from places.near import Hit

# Farther than any two points on the earth: the true distance takes its place.
NOWHERE = 98_765.4


class Kept(NamedTuple):
    """What of a listing stays in memory."""

    name: str
    city: str
    kind: str
    html: str


@dataclass(frozen=True, slots=True)
class Card:
    """A listing in a list, as far from the place asked for as the search found."""

    pk: int
    kept: Kept
    html: SafeString
    distance_miles: float | None = None
    coverage: int | None = None

    @property
    def name(self) -> str:
        return self.kept.name

    @property
    def city(self) -> str:
        return self.kept.city

    @property
    def kind(self) -> str:
        return self.kept.kind


# Some 3 KB each.
SHELF: RowShelf[tuple[Any, ...], Kept] = RowShelf(8_000)


def cards(model: Any, hits: Iterable[Hit], template: str, level: int = 3) -> list[Card]:
    """The cards of what a search found, in its order; without what has been deleted
    since, when an import was undone."""
    hits = list(hits)
    far = any(hit.distance_miles is not None for hit in hits)
    keys = {hit.pk: (template, level, far, hit.pk) for hit in hits}

    def make(missing: list[Any]) -> dict[Any, tuple[Any, Kept]]:
        rows = model.objects.for_cards().in_bulk([key[-1] for key in missing])
        return {
            key: (rows[key[-1]].stamp, _kept(rows[key[-1]], *key[:3]))
            for key in missing
            if key[-1] in rows
        }

    def stamps(old: list[Any]) -> dict[Any, Any]:
        found = model.objects.stamps(key[-1] for key in old)
        return {key: found.get(key[-1]) for key in old}

    found = SHELF.take(keys.values(), make, stamps)
    nowhere = miles(NOWHERE)
    return [
        _card(hit, found[keys[hit.pk]], nowhere)
        for hit in hits
        if keys[hit.pk] in found
    ]


def _card(hit: Hit, kept: Kept, nowhere: str) -> Card:
    """From our own template, whose words are escaped; only a distance is put in."""
    text = kept.html
    if hit.distance_miles is not None:
        text = text.replace(f"{NOWHERE:.1f}", f"{hit.distance_miles:.1f}", 1)
        text = text.replace(nowhere, miles(hit.distance_miles), 1)
    html = mark_safe(text)  # noqa: S308  # see above
    return Card(hit.pk, kept, html, hit.distance_miles, hit.coverage)


def _kept(row: Any, template: str, level: int, far: bool) -> Kept:
    row.distance_miles = NOWHERE if far else None
    html = get_template(template).render({"organization": row, "level": level})
    return Kept(row.name, row.city, row.kind, html)
