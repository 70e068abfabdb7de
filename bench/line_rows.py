"""What warmlines.csv says of callers from a place, for the ZIP check.

Read from the rows alone: nothing of warmlines/eligibility.py is used here.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

COUNTY_NAMES = re.compile(r"([A-Z][\w.' -]+) (?:County|counties)")
# "Ten counties around Springfield" names none of the ten.
NO_NAMES = {"Ten"}
# Whoever these name lives in the states that the row serves, whatever its note says.
STATEWIDE = ("state residents", "adults (")
PLAIN = {"", "anyone", "county residents", "local residents"}


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
    def is_unsaid(self) -> bool:
        return not self.open_to

    @property
    def is_for_group(self) -> bool:
        is_statewide = self.open_to.startswith((*STATEWIDE, "residents of"))
        return not (self.open_to in PLAIN or is_statewide)

    def refuses(self, state: str, county: str) -> bool:
        """Return True where the row is known not to take callers from there."""
        if self.states == ("US",) or self.open_to == "anyone":
            return False
        if state not in self.states:
            return True
        if self.open_to.startswith(STATEWIDE) or not self.counties:
            return False
        # "Residents of North Dakota and Clay County": the first state is whole.
        if self.open_to.startswith("residents of") and state == self.states[0]:
            return False
        return county not in self.counties


def line_rows(path: Path) -> dict[str, LineRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: _line_row(row) for row in csv.DictReader(file)}


def _line_row(row: dict[str, str]) -> LineRow:
    words = " and ".join(COUNTY_NAMES.findall(row["service_area_note"]))
    named = [name.strip() for name in words.split(" and ")]
    return LineRow(
        key=row["key"],
        states=tuple(row["serves"].split(";")),
        counties=tuple(f"{n} County" for n in named if n and n not in NO_NAMES),
        open_to=row["open_to"],
        has_public_warning="may have closed" in row["note"],
        hours=row["hours"],
        timezone=row["timezone"],
    )
