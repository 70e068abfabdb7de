"""Write docs/promises.md: its template, with the figures of the last “make chaos”.

python -m tests.chaos.promises
"""

from __future__ import annotations

import json
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE, TEMPLATE = DOCS / "promises.md", DOCS / "promises.template.md"
FIGURES = DOCS / "promises-figures.json"
NOTE = (
    "<!-- Made by “python -m tests.chaos.promises” from promises.template.md and "
    "promises-figures.json. Change those. -->\n"
)


class Unknown:
    """A figure that no run has measured yet."""

    def __getitem__(self, _name):
        return self

    def __format__(self, _how):
        return "not measured yet"


class Known(dict):
    def __missing__(self, _name):
        return Unknown()


def read():
    """The figures: of each kind of database, of each test."""
    if not FIGURES.exists():
        return Known()
    return json.loads(FIGURES.read_text(encoding="utf-8"), object_hook=Known)


def rendered():
    template = TEMPLATE.read_text(encoding="utf-8")
    return NOTE + template.format_map(read())


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
