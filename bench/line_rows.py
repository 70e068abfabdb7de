"""Read from warmlines.csv who can call each line, for the full ZIP check.

It shares no code with warmlines/eligibility.py, so that each can prove the other.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

COUNTY_NAMES = re.compile(r"([A-Z][\w.' -]+) (?:County|counties)")
# "Ten counties around Springfield" does not name the ten counties.
NOT_COUNTY_NAMES = {"Ten"}
# Notes that begin like this mean all residents of the states that the row serves.
STATEWIDE_PREFIXES = ("state residents", "adults (")
UNRESTRICTED = {"", "anyone", "county residents", "local residents"}


@dataclass(frozen=True)
class LineRow:
    key: str
    states: tuple[str, ...]
    counties: tuple[str, ...]
    open_to: str
    has_public_warning: bool
    hours: str
    timezone: str

    @property
    def has_unknown_callers(self) -> bool:
        return not self.open_to

    @property
    def is_for_group(self) -> bool:
        is_statewide = self.open_to.startswith((*STATEWIDE_PREFIXES, "residents of"))
        return not (self.open_to in UNRESTRICTED or is_statewide)

    def refuses(self, state: str, county: str) -> bool:
        """Return whether the line is known not to take callers from there."""
        if self.states == ("US",) or self.open_to == "anyone":
            return False
        if state not in self.states:
            return True
        if self.open_to.startswith(STATEWIDE_PREFIXES) or not self.counties:
            return False
        # "Residents of North Dakota and Clay County": the first state is whole.
        if self.open_to.startswith("residents of") and state == self.states[0]:
            return False
        return county not in self.counties


def read_line_rows(path: Path) -> dict[str, LineRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: _parse_row(row) for row in csv.DictReader(file)}


def _parse_row(row: dict[str, str]) -> LineRow:
    words = " and ".join(COUNTY_NAMES.findall(row["area_note"]))
    named = [name.strip() for name in words.split(" and ")]
    return LineRow(
        key=row["key"],
        states=tuple(row["serves"].split(";")),
        counties=tuple(f"{n} County" for n in named if n and n not in NOT_COUNTY_NAMES),
        open_to=row["open_to"],
        has_public_warning="may have closed" in row["note"],
        hours=row["hours"],
        timezone=row["timezone"],
    )
