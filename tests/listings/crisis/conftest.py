"""Fixtures for the shipped crisis lines and phrases."""

from __future__ import annotations

import csv

import pytest

from listings.crisis.matching import Phrase, PhraseMatcher, split_words
from tests.conftest import ROOT


def file_rows(name):
    with (ROOT / "fixtures" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def phrases():
    return file_rows("trigger_words.csv")


@pytest.fixture(scope="session")
def shipped(phrases):
    """Return a matcher for the shipped phrases, read without the database."""
    return PhraseMatcher(
        Phrase(
            r["for_what"],
            r["level"],
            r["match"],
            split_words(r["phrase"]),
            r["language"],
        )
        for r in phrases
    )
