"""Write Excel files in which every cell is text, so that no zero or sign is lost."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from listings.exchange.importing import Importer

EXCEL_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_excel(sheets: Mapping[str, Iterable[Iterable[str]]]) -> bytes:
    """Return an Excel file with the rows of each sheet.

    The caller escapes formulas, as for CSV. A character that XML cannot hold becomes
    the replacement character.
    """
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_template(importer: type[Importer]) -> bytes:
    """Return an Excel file with the columns of an importer, and a sheet about them."""
    labels = importer.column_labels()
    # The order of the labels is that of our own files.
    order = {name: number for number, name in enumerate(labels)}
    names = sorted(
        importer.columns | importer.optional_columns,
        key=lambda name: (order.get(name, len(order)), name),
    )
    about = [
        [name, labels.get(name, ""), "required" if name in importer.columns else ""]
        for name in names
    ]
    return write_excel(
        {"Rows": [names], "Columns": [["Column", "Meaning", ""], *about]}
    )
