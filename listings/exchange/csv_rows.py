"""Read rows of CSV text within size limits, and escape cells against formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from types import MappingProxyType

from listings.exchange.choices import ImportChoices
from listings.exchange.files.headers import MAX_TITLE_ROWS, ColumnMatcher
from listings.text import fold

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
# A phone number alone calls nothing, and a quote would keep others from dialing it.
RUNS_AS_FORMULA = re.compile(
    rf"(?!\+\d{{8,15}}(?:;ext=\d{{1,9}})?\Z)'*[{re.escape(''.join(FORMULA_SIGNS))}]",
    re.ASCII,
)

DEFAULT_CHOICES = ImportChoices()


class FileError(ValueError):
    """The whole file is refused. The message is written for people."""


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


class ColumnError(FileError):
    """The columns of a file do not fit. A person can choose others."""


class _Header:
    """The row with the names of columns, among the first rows of a file."""

    def __init__(
        self,
        lines: Iterable[tuple[int, list[str]]],
        matcher: ColumnMatcher,
        choices: ImportChoices,
    ) -> None:
        top = [cells for _number, cells in islice(lines, MAX_TITLE_ROWS)]
        # Even an empty row of a wide file takes memory for each column.
        if any(len(cells) > MAX_COLUMNS for cells in top):
            raise FileError(f"The file has more than {MAX_COLUMNS} columns.")
        index = matcher.find_header(top)
        self.row = index + 1
        self.names = [" ".join(name.split()) for name in top[index]] if top else []
        self.columns = matcher.match(self.names, choices.columns)
        self.rows_below = enumerate(top[self.row :], start=self.row + 1)


@dataclass
class Table:
    """The rows of a file under the columns of an importer.

    A row has its number as a spreadsheet shows it.
    """

    # The names in the file, and the column of each, or "" where it is not imported.
    columns: dict[str, str]
    header_row: int = 1
    numbers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What people should know about how the columns were read."""
        guessed = {n: c for n, c in self.columns.items() if c and fold(n) != fold(c)}
        left_out = [f"“{name}”" for name, column in self.columns.items() if not column]
        found = []
        if self.header_row > 1:
            found.append(f"The names of the columns are in row {self.header_row}.")
        if guessed:
            read = ", ".join(f"“{name}” as {c}" for name, c in guessed.items())
            found.append(f"These columns were read by likeness: {read:.1000}.")
        if left_out:
            found.append(f"Not imported: {', '.join(left_out):.1000}.")
        return found


def read_table(
    text: str,
    required: frozenset[str],
    others: frozenset[str] = frozenset(),
    *,
    labels: Mapping[str, str] = MappingProxyType({}),
    choices: ImportChoices = DEFAULT_CHOICES,
) -> Table:
    """Return the rows of a CSV text.

    Names of columns are matched by likeness, unless a person has chosen a column. A
    name that is like none refuses the file, unless the person has allowed it: its cells
    would be lost silently. Raises FileError.
    """
    csv.field_size_limit(MAX_CELL)
    matcher = ColumnMatcher(sorted(required | others), labels)
    try:
        lines = enumerate(csv.reader(io.StringIO(text, newline="")), start=1)
        header = _Header(lines, matcher, choices)
        names, columns = header.names, header.columns
        _check_columns(
            names, columns, required, skips_unknown=choices.skips_unknown_columns
        )
        table = Table(columns, header.row)
        for number, cells in chain(header.rows_below, lines):
            if any(cells):
                table.numbers.append(number)
                table.rows.append(_row(cells, names, columns, number))
    except csv.Error as error:
        raise FileError(f"The file is not a readable CSV file: {error}.") from None
    return table


def read_columns(
    text: str, columns: Iterable[str], labels: Mapping[str, str]
) -> dict[str, str]:
    """Return the names of columns in a CSV text, with the likely column of each.

    Raises FileError.
    """
    csv.field_size_limit(MAX_CELL)
    lines = enumerate(csv.reader(io.StringIO(text, newline="")), start=1)
    try:
        return _Header(lines, ColumnMatcher(columns, labels), DEFAULT_CHOICES).columns
    except csv.Error as error:
        raise FileError(f"The file is not a readable CSV file: {error}.") from None


def read_rows(
    text: str, columns: frozenset[str], others: frozenset[str] = frozenset()
) -> list[Row]:
    """Return the rows of a CSV text, like read_table()."""
    return read_table(text, columns, others).rows


def _check_columns(
    names: Sequence[str],
    columns: Mapping[str, str],
    required: frozenset[str],
    *,
    skips_unknown: bool,
) -> None:
    """Raise FileError if a column is missing, unknown or duplicated."""
    named = [name for name in names if name]
    unknown = {name for name in named if not columns.get(name)}
    used = [column for name in named if (column := columns.get(name))]
    problems = {
        "lacks these columns": required - set(used),
        "has columns that this kind of file does not have": set()
        if skips_unknown
        else unknown - {n for n in named if named.count(n) > 1},
        "has these columns more than once": {c for c in used if used.count(c) > 1},
    }
    for words, found in problems.items():
        if found:
            # A column name may be as long as a cell, so the message is cut.
            raise ColumnError(f"The file {words}: {', '.join(sorted(found)):.300}.")


def _row(
    cells: list[str], names: list[str], columns: Mapping[str, str], number: int
) -> Row:
    """Return the row by column. Raises FileError if a cell has no column."""
    row = {column: "" for name in names if (column := columns.get(name))}
    for name, cell in zip_longest(names, cells, fillvalue=""):
        if not name and cell.strip():
            raise FileError(f"Row {number} has a cell under no column name.")
        if column := columns.get(name):
            row[column] = _cell(cell)
    return row


def _cell(value: str) -> str:
    """Return the text of a cell without the quote that escape_formula() adds."""
    text = value.strip().replace("\0", "")
    return text[1:] if text[:1] == "'" and RUNS_AS_FORMULA.match(text) else text


def escape_formula(text: str) -> str:
    """Quote text that a spreadsheet would run (ASVS 1.2.10); _cell() reverses it."""
    text = text.replace("\0", "")
    return f"'{text}" if RUNS_AS_FORMULA.match(text) else text
