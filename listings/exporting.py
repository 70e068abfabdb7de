"""Listings as CSV rows that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from listings.importing import FORMULA_SIGNS
from listings.models import Listing
from listings.values import STREET_FACTS, fact_names, value

KEPT = ("key", "slug", "checked_on", "checked_how", "source_name", "source_url")


class Line:
    """A file that hands each written line straight on."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    model: type[Listing], listings: Iterable[Any], *, withheld: bool
) -> Iterator[str]:
    """A header, then a line for each listing; withheld streets only if asked for."""
    names = fact_names(model)
    writer = csv.writer(Line())
    yield writer.writerow([*KEPT, *names])
    for listing in listings:
        hidden = () if withheld else hidden_facts(listing)
        kept = [getattr(listing, name) for name in KEPT]
        facts = ["" if name in hidden else value(listing, name) for name in names]
        yield writer.writerow([safe(cell) for cell in [*kept, *facts]])


def hidden_facts(listing: Any) -> tuple[str, ...]:
    """The facts of a listing that would betray where it is."""
    return STREET_FACTS if getattr(listing, "address_withheld", False) else ()


def safe(cell: Any) -> str:
    """A cell's text; a quote before what a spreadsheet would run (ASVS 1.2.10)."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = "; ".join(cell) if isinstance(cell, list) else str(cell)
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
