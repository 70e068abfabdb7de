"""Write docs/promises.md from its template and the figures of the last “make chaos”.

Run it with: python -m tests.chaos.promises
"""

from __future__ import annotations

import json
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE, TEMPLATE = DOCS / "promises.md", DOCS / "promises.template.md"
FIGURES = DOCS / "promises-figures.json"
NOT_MEASURED_NOTE = (
    "<!-- Made by “python -m tests.chaos.promises” from promises.template.md and "
    "promises-figures.json. Change those. -->\n"
)


class UnmeasuredFigure:
    """A placeholder for a figure that no run has measured yet."""

    def __getitem__(self, _name):
        return self

    def __format__(self, _how):
        return "not measured yet"


class Figures(dict):
    def __missing__(self, _name):
        return UnmeasuredFigure()


def read_figures():
    """The figures by kind of database and test."""
    if not FIGURES.exists():
        return Figures()
    return json.loads(FIGURES.read_text(encoding="utf-8"), object_hook=Figures)


def render_page():
    template = TEMPLATE.read_text(encoding="utf-8")
    return NOT_MEASURED_NOTE + template.format_map(read_figures())


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")
