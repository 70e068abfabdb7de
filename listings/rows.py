"""Files of rows as spreadsheets write them: CSV in UTF-8, read within bounds."""

from __future__ import annotations

import csv
import io
import re
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


def read_rows(text: str, columns: frozenset[str]) -> list[Row]:
    """The rows of a CSV text. Raises FileRefused."""
    csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        names = reader.fieldnames or []
        # A short row of a wide file still takes a place for each column.
        if len(names) > MAX_COLUMNS:
            raise FileRefused(f"The file has more than {MAX_COLUMNS} columns.")
        missing = columns - set(names)
        if missing:
            lacking = ", ".join(sorted(missing))
            raise FileRefused(f"The file lacks these columns: {lacking}.")
        return [{k: _cell(v) for k, v in row.items() if k} for row in reader]
    except csv.Error as error:
        raise FileRefused(f"The file is not a readable CSV file: {error}.") from None


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
