"""Write listings as cells of a table in which a spreadsheet runs no formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from listings.exchange.csv_columns import column_names, column_value
from listings.exchange.csv_rows import escape_formula
from listings.models import Listing
from listings.visibility import withheld_fields


class Echo:
    """A file whose write() returns the line, as in Django's documentation."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    model: type[Listing], listings: Iterable[Any], *, withheld: bool
) -> Iterator[str]:
    """Yield a header and a line for each listing, like export_rows()."""
    yield from csv_text_lines(export_rows(model, listings, withheld=withheld))


def csv_text_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow(row)


def export_rows(
    model: type[Listing], listings: Iterable[Any], *, withheld: bool
) -> Iterator[list[str]]:
    """Yield the names of the columns, and the cells of each listing.

    Withheld addresses are included only with `withheld`.
    """
    names = column_names(model)
    yield names
    for listing in listings:
        hidden = () if withheld else withheld_fields(listing)
        facts = [
            "" if name in hidden else column_value(listing, name) for name in names
        ]
        yield [format_cell(fact) for fact in facts]


def format_cell(fact: Any) -> str:
    """Return a value as the text of a cell; None becomes an empty cell."""
    if fact is None:
        return ""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, float):
        return repr(fact)  # The minus sign of a coordinate does not start a formula.
    return escape_formula("; ".join(fact) if isinstance(fact, list) else str(fact))
