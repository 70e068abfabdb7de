"""Normalize the ZIP codes and states of imported rows."""

from __future__ import annotations

from listings.exchange.csv_rows import Row
from places.fields import state_code
from places.models import Place
from places.zip_codes import normalize_zip


class AddressNormalizer:
    """Normalizes the addresses of a file. One query finds all its ZIP codes."""

    def __init__(self, rows: list[Row], zip_column: str) -> None:
        self.zip_column = zip_column
        codes = {normalize_zip(row.get(zip_column, ""))[:5] for row in rows}
        zips = Place.objects.zips().filter(code__in=codes).select_related("county")
        self.zips = {place.code: place for place in zips}

    def zip_place(self, row: Row) -> Place | None:
        """Return the place of the ZIP code of a normalized row, or None."""
        return self.zips.get(row.get(self.zip_column, "")[:5])

    def normalize(self, row: Row) -> tuple[Row, list[str]]:
        """Return the row with normalized ZIP code and state, and notes on changes.

        Invalid values stay unchanged, so that the model refuses them.
        """
        notes = []
        row = dict(row)
        if "state" in row:
            row["state"] = state_code(row["state"])
        if written := row.get(self.zip_column):
            read = row[self.zip_column] = normalize_zip(written)
            if read != written:
                notes.append(f"the ZIP code “{written}” was read as {read}")
        place = self.zip_place(row)
        if place is not None and not row.get("state"):
            row["state"] = place.state
            notes.append(f"the state {place.state} was taken from the ZIP code")
        return row, notes
