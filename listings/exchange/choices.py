"""What a person chooses for the import of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# What a row can be that looks like a listing: the same one, a branch of it, another
# one, or not decided yet. A choice for a row is one of these and the listing's key.
SAME, BRANCH, DIFFERENT, UNDECIDED = "same", "branch", "different", ""
Match = tuple[str, str]


@dataclass(frozen=True)
class ImportChoices:
    """The choices of the person who imports a file."""

    # The column that a name in the file means, where it differs from the likely one;
    # "" for a column that is not imported.
    columns: Mapping[str, str] = field(default_factory=dict)
    # Whether columns of the file that are like none of ours are left out. Otherwise
    # they refuse the file.
    skips_unknown_columns: bool = False
    # Facts of new listings where the file has none: the source of the whole file.
    defaults: Mapping[str, str] = field(default_factory=dict)
    # Whether a new listing without a source is refused.
    requires_source: bool = False
    as_drafts: bool = False
    # Rows that look like a listing, by their number in the file, and what they are.
    matches: Mapping[int, Match] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ImportChoices:
        matches = stored.get("matches", {})
        numbered = {int(number): (what, key) for number, (what, key) in matches.items()}
        return cls(**{**stored, "matches": numbered})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
