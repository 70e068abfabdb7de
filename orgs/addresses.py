"""ZIP codes and states of a file's rows, as other people and programs write them."""

from __future__ import annotations

from listings.exchange.csv_rows import Row
from places.fields import state_code
from places.models import Place
from places.zip_codes import normalize_zip


class Addresses:
    """Tidies the rows of a file; every ZIP code in them is looked up at once."""

    def __init__(self, rows: list[Row], zip_column: str) -> None:
        self.zip_column = zip_column
        codes = {normalize_zip(row[zip_column])[:5] for row in rows}
        zips = Place.objects.zips().filter(code__in=codes).select_related("county")
        self.zips = {place.code: place for place in zips}

    def zip_place(self, row: Row) -> Place | None:
        """The ZIP code of a tidied row, where we know it."""
        return self.zips.get(row[self.zip_column][:5])

    def tidy(self, row: Row) -> tuple[Row, list[str]]:
        """The row with ZIP code and state as we store them, and notes on what changed.

        What is no ZIP code or state stays, for the model to refuse.
        """
        notes = []
        written = row[self.zip_column]
        row = row | {
            self.zip_column: normalize_zip(written),
            "state": state_code(row["state"]),
        }
        if row[self.zip_column] != written:
            read = row[self.zip_column]
            notes.append(f"the ZIP code “{written}” was read as {read}")
        place = self.zip_place(row)
        if place is not None and not row["state"]:
            row["state"] = place.state
            notes.append(f"the state {place.state} was taken from the ZIP code")
        return row, notes
