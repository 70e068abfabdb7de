"""Read a file of any kind that people keep lists in, as CSV text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from listings.exchange.csv_rows import MAX_FILE, FileError, csv_text
from listings.exchange.files.encodings import decode_text, with_commas
from listings.exchange.files.spreadsheets import is_spreadsheet, read_spreadsheet


@dataclass
class FileText:
    """The rows of a file as CSV text, and what people should know about the reading."""

    text: str
    notes: list[str] = field(default_factory=list)


def read_content(content: bytes) -> FileText:
    """Return the rows of a spreadsheet or of a text file. Raises FileError."""
    if is_spreadsheet(content):
        rows, notes = read_spreadsheet(content)
        text = csv_text(rows)
    else:
        text, notes = decode_text(content)
        text = with_commas(text)
    # PostgreSQL stores no null character.
    return FileText(text.replace("\0", ""), notes)


def read_file(path: Path) -> FileText:
    """Return the rows of a file. Raises FileError."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise FileError(f"The file is larger than {MAX_FILE // 1_000_000} MB.")
        return read_content(path.read_bytes())
    except OSError:
        raise FileError(f"There is no file {path}.") from None
