"""Read CSV files in UTF-8 within size limits, and escape cells against formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, str]
# Limits for the characters of a cell, the columns of a file and its bytes: ten times
# those of our own files.
MAX_CELL = 100_000
MAX_COLUMNS = 500
MAX_FILE = 50_000_000
# A spreadsheet runs a cell that begins with one of these signs, unless a quote precedes
# it. Cells that begin with quotes and a sign also get a quote, so that reading can
# remove exactly one.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
RUNS_AS_FORMULA = re.compile(f"'*[{re.escape(''.join(FORMULA_SIGNS))}]")


class FileError(ValueError):
    """The whole file is refused. The message is written for people."""


def read_file(path: Path) -> str:
    """Return the text of a file. Raises FileError."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise FileError(f"The file is larger than {MAX_FILE // 1_000_000} MB.")
        return decode(path.read_bytes())
    except OSError:
        raise FileError(f"There is no file {path}.") from None


def decode(content: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark. Raises FileError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("The file is not UTF-8. Please save it as UTF-8.") from None


def read_rows(
    text: str, columns: frozenset[str], others: frozenset[str] = frozenset()
) -> list[Row]:
    """Return the rows of a CSV text.

    All of `columns` are required, and only these and `others` are allowed:
    other columns would be lost silently. Raises FileError.
    """
    csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        names = reader.fieldnames or []
        # Even an empty row of a wide file takes memory for each column.
        if len(names) > MAX_COLUMNS:
            raise FileError(f"The file has more than {MAX_COLUMNS} columns.")
        _check_columns(names, columns, columns | others)
        return [_row(row, number) for number, row in enumerate(reader, start=2)]
    except csv.Error as error:
        raise FileError(f"The file is not a readable CSV file: {error}.") from None


def _check_columns(
    names: Sequence[str], required: frozenset[str], known: frozenset[str]
) -> None:
    """Raise FileError if a column is missing, unknown or duplicated."""
    named = [name for name in names if name]
    problems = {
        "lacks these columns": required - set(named),
        "has columns that this kind of file does not have": set(named) - known,
        "has these columns more than once": {n for n in named if named.count(n) > 1},
    }
    for words, found in problems.items():
        if found:
            # A column name may be as long as a cell, so the message is cut.
            raise FileError(f"The file {words}: {', '.join(sorted(found)):.300}.")


def _row(cells: dict[str, Any], number: int) -> Row:
    """Return the row by column. Raises FileError if a cell has no column."""
    # DictReader puts cells past the last column under None.
    beyond = [*(cells.get(None) or []), cells.get("") or ""]  # type: ignore[call-overload]
    if any(cell.strip() for cell in beyond):
        raise FileError(f"Row {number} has a cell under no column name.")
    return {name: _cell(cell) for name, cell in cells.items() if name}


def _cell(value: Any) -> str:
    """Return the text of a cell without the quote that escape_formula() adds."""
    if not isinstance(value, str):
        return ""
    text = value.strip().replace("\0", "")
    return text[1:] if text[:1] == "'" and RUNS_AS_FORMULA.match(text) else text


def escape_formula(text: str) -> str:
    """Quote text that a spreadsheet would run (ASVS 1.2.10); _cell() reverses it."""
    text = text.replace("\0", "")
    return f"'{text}" if RUNS_AS_FORMULA.match(text) else text
