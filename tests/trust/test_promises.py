"""The table of promises names tests that exist."""

from __future__ import annotations

import re

from tests.chaos.promises import PAGE, render_page
from tests.conftest import ROOT


def rows():
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| [RSP]\d", line):
            yield [cell.strip() for cell in line.strip("| ").split("|")]


def test_promises_page_is_up_to_date():
    """To update the page, run “python -m tests.chaos.promises”."""
    assert PAGE.read_text(encoding="utf-8") == render_page()


def test_every_promise_names_existing_tests_and_figures():
    for number, promise, shown_by, measured in rows():
        files = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", shown_by)
        assert files or "make lint" in shown_by, number
        for file, test in files:
            path = ROOT / file if file.startswith("bench/") else ROOT / "tests" / file
            assert path.exists(), file
            assert f"def {test}" in path.read_text(encoding="utf-8"), (file, test)
        assert promise
        assert measured


def test_all_promises_are_listed():
    numbers = {number for number, *_rest in rows()}

    assert {f"S{n}" for n in range(1, 18)} <= numbers
    assert {f"P{n}" for n in range(1, 8)} <= numbers
    assert {f"R{n}" for n in range(1, 19)} <= numbers
