"""What a person chooses for the import of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ImportChoices:
    """The choices of the person who imports a file."""

    # The column that a name in the file means, where it differs from the likely one;
    # "" for a column that is not imported.
    columns: Mapping[str, str] = field(default_factory=dict)
    # Whether columns of the file that are like none of ours are left out. Otherwise
    # they refuse the file.
    skips_unknown_columns: bool = False
