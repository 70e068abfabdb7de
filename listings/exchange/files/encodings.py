"""Decode text files of any common encoding, and find what separates their cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice

from listings.exchange.csv_rows import MAX_CELL, FileError, csv_text

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    # This one begins with the mark of UTF-16, so it comes first.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Excel writes this encoding when it saves as plain "CSV" on Windows.
WINDOWS = "cp1252"
SEPARATORS = ",;\t|"
# Excel's own note of the separator, as a first line that it doesn't show.
SEPARATOR_LINE = re.compile(r'\A"?sep=([,;\t|])"?\r?\n?', re.IGNORECASE)
SAMPLE_CHARACTERS, SAMPLE_ROWS = 100_000, 50


def decode_text(content: bytes) -> tuple[str, list[str]]:
    """Return the text of a file and notes for people. Raises FileError."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return _decode(content, encoding), []
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        note = (
            "The file is not in UTF-8, so its letters were read as those of Windows. "
            "Check names with accents."
        )
        return _decode(content, WINDOWS), [note]


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise FileError(
            "The file is neither a spreadsheet nor text that we can read. Save it as "
            ".xlsx, .ods or CSV UTF-8."
        ) from None


def with_commas(text: str) -> str:
    """Return the rows of a text file, separated by commas."""
    named = SEPARATOR_LINE.match(text)
    if named:
        text = text[named.end() :]
    separator = named[1] if named else find_separator(text)
    if separator == ",":
        return text
    csv.field_size_limit(MAX_CELL)
    try:
        return csv_text(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileError(f"The file is not a readable CSV file: {error}.") from None


def find_separator(text: str) -> str:
    """Return what separates the cells: the sign that gives most rows the same width."""
    sample = text[:SAMPLE_CHARACTERS]
    return max(SEPARATORS, key=lambda separator: _score(sample, separator))


def _score(sample: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        widths = Counter(len(row) for row in islice(reader, SAMPLE_ROWS) if row)
    except csv.Error:
        return 0
    return max(((width - 1) * rows for width, rows in widths.items()), default=0)
