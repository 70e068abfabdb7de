"""Import of ZIP codes and states that spreadsheets have changed."""

from __future__ import annotations

import pytest

from listings.exchange.csv_rows import read_rows
from listings.exchange.workflow import import_rows, importers
from orgs.models import Organization
from tests.factories import organization, place
from tests.listings.test_importing import ORGANIZATION

pytestmark = pytest.mark.django_db

BOSTON = {"city": "Boston", "state": "MA", "zip": "02111"}


def import_row(**differs):
    row = {**ORGANIZATION, "serves": "", **differs}
    return import_rows(importers()["organizations"], [row])


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({**BOSTON, "zip": "2111"}, "02111"),
        ({"zip": "59301.0"}, "59301"),
        ({"zip": "59301–1234"}, "59301-1234"),
        ({"zip": "593011234"}, "59301-1234"),
        ({"state": "Montana"}, "59301"),
    ],
)
def test_import_reads_zip_codes_mangled_by_spreadsheets(row, read):
    report = import_row(**row)

    created = Organization.objects.get()
    assert (created.zip_code, created.state) == (
        read,
        "MA" if read == "02111" else "MT",
    )
    assert created.precision == "zip"
    said = [words for _row, words in report.warnings if "ZIP code" in words]
    assert len(said) == ("zip" in row)
    assert import_row(**row).unchanged == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"zip": "ABCDE"}, "“ABCDE” is not a ZIP code"),
        ({"zip": "59999"}, "We don't know the ZIP code 59999"),
        ({"zip": "02139"}, "in Cambridge, Massachusetts, not in Montana"),
    ],
)
def test_import_refuses_impossible_zip_codes_with_a_reason(row, words):
    report = import_row(**row)

    [(_row, said)] = report.refused
    assert words in said
    assert not Organization.objects.exists()


def test_import_takes_a_missing_state_from_the_zip_code_with_a_note():
    report = import_row(state="")

    assert Organization.objects.get().state == "MT"
    assert any("taken from the ZIP code" in words for _row, words in report.warnings)


def test_reimport_restores_zeros_that_excel_removed_from_zip_codes(client):
    saved = organization(at=place("02111"), key="org:ma/one", zip_code="02111")
    text = b"".join(client.get("/data/organizations.csv")).decode("utf-8-sig")
    reader = importers()["exported-organizations"]
    by_excel = text.replace("02111", "2111")

    same = import_rows(
        reader, read_rows(by_excel, reader.columns, reader.optional_columns)
    )
    saved.delete()
    again = import_rows(
        reader, read_rows(by_excel, reader.columns, reader.optional_columns)
    )

    assert (same.unchanged, again.added) == (1, 1)
    assert Organization.objects.get().zip_code == "02111"
    assert "read as 02111" in " ".join(words for _row, words in again.warnings)


def test_import_refuses_a_service_area_without_places(client):
    organization(at=place("59301"), key="org:mt/one")
    text = b"".join(client.get("/data/organizations.csv")).decode("utf-8-sig")
    reader = importers()["exported-organizations"]
    [row] = read_rows(text, reader.columns, reader.optional_columns)

    report = import_rows(reader, [row | {"service_area_scope": "places"}])

    assert "at least one state or county" in report.refused[0][1]
