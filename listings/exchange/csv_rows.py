"""Files of rows as spreadsheets write them: CSV in UTF-8, read within bounds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, str]
# Characters of a cell, columns of a file, and bytes of it: ten times what ours have.
MAX_CELL = 100_000
MAX_COLUMNS = 500
MAX_FILE = 50_000_000
# A spreadsheet runs a cell that begins with one of these. A quote before it keeps it
# from that; quotes that were there already count too, so that each has one way back.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
RUNS = re.compile(f"'*[{re.escape(''.join(FORMULA_SIGNS))}]")


class FileRefused(ValueError):
    """Nothing of the file can be read; the message says why in plain words."""


def read_file(path: Path) -> str:
    """The text of a file. Raises FileRefused."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise FileRefused(f"The file is larger than {MAX_FILE // 1_000_000} MB.")
        return decode(path.read_bytes())
    except OSError:
        raise FileRefused(f"There is no file {path}.") from None


def decode(content: bytes) -> str:
    """Text in UTF-8, with or without a byte order mark. Raises FileRefused."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("The file is not UTF-8. Please save it as UTF-8.") from None


def read_rows(
    text: str, columns: frozenset[str], others: frozenset[str] = frozenset()
) -> list[Row]:
    """Return the rows of a CSV text.

    Every one of `columns` must be there, and none but these and `others` may be: what
    nothing reads would be lost without a word. Raises FileRefused.
    """
    csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        names = reader.fieldnames or []
        # A short row of a wide file still takes a place for each column.
        if len(names) > MAX_COLUMNS:
            raise FileRefused(f"The file has more than {MAX_COLUMNS} columns.")
        _check_columns(names, columns, columns | others)
        return [_row(row, number) for number, row in enumerate(reader, start=2)]
    except csv.Error as error:
        raise FileRefused(f"The file is not a readable CSV file: {error}.") from None


def _check_columns(
    names: Sequence[str], required: frozenset[str], known: frozenset[str]
) -> None:
    """Raise FileRefused where a column is missing, unknown or there twice."""
    named = [name for name in names if name]
    problems = {
        "lacks these columns": required - set(named),
        "has columns that this kind of file does not have": set(named) - known,
        "has these columns more than once": {n for n in named if named.count(n) > 1},
    }
    for words, found in problems.items():
        if found:
            # A column's name may be as long as a cell.
            raise FileRefused(f"The file {words}: {', '.join(sorted(found)):.300}.")


def _row(cells: dict[str, Any], number: int) -> Row:
    """Return the row by its columns. Raises FileRefused where a cell has no column."""
    # DictReader puts cells past the last column under None.
    beyond = [*(cells.get(None) or []), cells.get("") or ""]  # type: ignore[call-overload]
    if any(cell.strip() for cell in beyond):
        raise FileRefused(f"Row {number} has a cell under no column name.")
    return {name: _cell(cell) for name, cell in cells.items() if name}


def _cell(value: Any) -> str:
    """The cell's text; the quote that keeps a spreadsheet from running it is gone."""
    if not isinstance(value, str):
        return ""
    text = value.strip().replace("\0", "")
    return text[1:] if text[:1] == "'" and RUNS.match(text) else text


def quoted(text: str) -> str:
    """The text of a cell that no spreadsheet runs (ASVS 1.2.10); _cell() reads it."""
    text = text.replace("\0", "")
    return f"'{text}" if RUNS.match(text) else text
