"""Listings as CSV rows that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from listings.exchange.csv_columns import column_names, plain
from listings.exchange.csv_rows import quoted
from listings.models import Listing
from listings.visibility import hidden_facts


class Line:
    """A file that hands each written line straight on."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    model: type[Listing], listings: Iterable[Any], *, withheld: bool
) -> Iterator[str]:
    """A header, then a line for each listing; withheld streets only if asked for."""
    names = column_names(model)
    writer = csv.writer(Line())
    yield writer.writerow(names)
    for listing in listings:
        hidden = () if withheld else hidden_facts(listing)
        facts = ["" if name in hidden else plain(listing, name) for name in names]
        yield writer.writerow([safe(fact) for fact in facts])


def safe(fact: Any) -> str:
    """A fact as the text of a cell; nothing known is nothing written."""
    if fact is None:
        return ""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, float):
        return repr(fact)  # a point's minus sign is no formula
    return quoted("; ".join(fact) if isinstance(fact, list) else str(fact))
