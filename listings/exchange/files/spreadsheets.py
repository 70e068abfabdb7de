"""Read the first sheet of an Excel or OpenDocument file as rows of text.

Sheets are read row by row and within limits: a file of a few kilobytes can claim to
have billions of cells.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree

from openpyxl import load_workbook

from listings.exchange.csv_rows import MAX_COLUMNS, MAX_FILE, FileError

MAX_UNZIPPED = 300_000_000
MAX_ROWS = 1_048_576  # of Excel
EXCEL_PART, OPENDOCUMENT_PART = "xl/workbook.xml", "content.xml"
# How old Excel files and Excel files with a password begin.
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
# The attribute that has the value of a cell, by the type of the value.
_VALUES = {
    "date": f"{_OFFICE}date-value",
    "boolean": f"{_OFFICE}boolean-value",
    **dict.fromkeys(("float", "percentage", "currency"), f"{_OFFICE}value"),
}
TextRow = list[str]


def is_spreadsheet(content: bytes) -> bool:
    return content.startswith((ZIP, OLD_EXCEL))


def read_spreadsheet(content: bytes) -> tuple[Iterator[TextRow], list[str]]:
    """Return the rows of the first sheet and notes for people.

    Raises FileError, also while the rows are read.
    """
    if content.startswith(OLD_EXCEL):
        raise FileError(
            "This is an old Excel file (.xls), or one with a password. Save it as "
            ".xlsx without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
            if sum(parts.values()) > MAX_UNZIPPED:
                raise FileError("This spreadsheet is too large when it is unpacked.")
            if EXCEL_PART in parts:
                names, rows = _read_excel(content)
            elif OPENDOCUMENT_PART in parts:
                names, rows = _read_opendocument(archive.read(OPENDOCUMENT_PART))
            else:
                raise FileError("This is a zip file, but not a spreadsheet.")
    except FileError:
        raise
    # The libraries raise many kinds of errors for a broken file.
    except Exception as error:
        raise _unreadable(error) from error
    notes = []
    if len(names) > 1:
        others = ", ".join(f"“{name}”" for name in names[1:])
        words = f"Only the first sheet, “{names[0]}”, was read; not {others:.300}."
        notes.append(words)
    return _within_limits(rows), notes


def _unreadable(error: Exception) -> FileError:
    return FileError(
        f"This spreadsheet cannot be read ({type(error).__name__}). Open it, and save "
        "it again as .xlsx or CSV."
    )


def _within_limits(rows: Iterator[TextRow]) -> Iterator[TextRow]:
    """Yield rows up to the last that has text. Raises FileError."""
    size = blank = 0
    try:
        for number, row in enumerate(rows, start=1):
            while row and not row[-1]:
                row.pop()
            if not row:
                blank += 1
                continue
            size += blank + sum(len(cell) + 1 for cell in row)
            if len(row) > MAX_COLUMNS:
                raise FileError(f"The file has more than {MAX_COLUMNS} columns.")
            if size > MAX_FILE or number > MAX_ROWS:
                raise FileError("This spreadsheet has too many rows.")
            yield from ([] for _number in range(blank))
            blank = 0
            yield row
    except FileError:
        raise
    except Exception as error:
        raise _unreadable(error) from error


def _read_excel(content: bytes) -> tuple[list[str], Iterator[TextRow]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets = sheets or book.worksheets
    if not sheets:
        raise FileError("This spreadsheet has no sheet.")
    # The size that a file says its sheet has is often wrong.
    sheets[0].reset_dimensions()
    rows = ([_text(value) for value in row] for row in sheets[0].values)
    return [sheet.title for sheet in sheets], rows


def _text(value: Any) -> str:
    """Return the value of an Excel cell as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _read_opendocument(content: bytes) -> tuple[list[str], Iterator[TextRow]]:
    names = []
    for element in _elements(content):
        if element.tag == f"{_TABLE}table":
            names.append(element.get(f"{_TABLE}name", ""))
        if element.tag == f"{_TABLE}table-row":
            element.clear()
    return names, _opendocument_rows(content)


def _opendocument_rows(content: bytes) -> Iterator[TextRow]:
    for element in _elements(content):
        if element.tag == f"{_TABLE}table":
            return
        if element.tag != f"{_TABLE}table-row":
            continue
        row = _opendocument_row(element)
        for _number in range(_repeats(element, "rows", MAX_ROWS)):
            yield list(row)
        element.clear()


def _elements(content: bytes) -> Iterator[ElementTree.Element]:
    """Yield each element when it ends. Raises FileError."""
    if b"<!DOCTYPE" in content:
        # No such file needs one, and its entities can grow without end.
        raise FileError("This spreadsheet has a document type, so it cannot be read.")
    parser = ElementTree.iterparse(io.BytesIO(content), ["end"])  # noqa: S314
    return (element for _event, element in parser)


def _opendocument_row(element: ElementTree.Element) -> TextRow:
    row: TextRow = []
    for cell in element:
        if cell.tag in _CELLS:
            text = _opendocument_text(cell)
            # One cell more than allowed is enough to refuse the row.
            most = MAX_COLUMNS + 1 - len(row)
            row += [text] * _repeats(cell, "columns", max(most, 0))
    return row


def _repeats(element: ElementTree.Element, what: str, most: int) -> int:
    return min(int(element.get(f"{_TABLE}number-{what}-repeated", "1")), most)


def _opendocument_text(cell: ElementTree.Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in _VALUES:
        value = cell.get(_VALUES[kind], "")
        answers = {"true": "yes", "false": "no"}
        return answers.get(value, value.removesuffix("T00:00:00"))
    paragraphs = cell.findall(f"{_TEXT}p")
    return "\n".join("".join(_pieces(paragraph)) for paragraph in paragraphs)


def _pieces(element: ElementTree.Element) -> Iterator[str]:
    """Yield the text of a paragraph, with its spaces, tabs and line breaks."""
    signs = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
    sign = signs.get(element.tag, "")
    yield sign * min(int(element.get(f"{_TEXT}c", "1")), MAX_COLUMNS)
    yield element.text or ""
    for part in element:
        yield from _pieces(part)
        yield part.tail or ""
