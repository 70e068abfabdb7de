"""Files are read as people have them: any spreadsheet, encoding and separator."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from listings.exchange.csv_rows import FileError
from listings.exchange.files.reading import read_content
from listings.exchange.workflow import import_file
from orgs.models import Organization
from tests.conftest import ROOT

FILES = ROOT / "tests/listings/files"
ROW = {
    "key": "org:mt/café",
    "name": "Café Compañeros",
    "kind": "peer_run",
    "branch_of": "",
    "street": "1 Main Street",
    "city": "Miles City",
    "state": "MT",
    "zip": "59301",
    "phone": "(406) 555-0101",
    "email": "",
    "website": "https://example.org/",
    "serves": "Custer County",
    "in_person": "Yes",
    "online": "FALSE",
    "by_phone": "",
    "services": "support_groups",
    "communities": "",
    "conditions": "",
    "languages": "en",
    "source_name": "A list, from the state",
    "source_url": "https://example.org/list",
    "source_license": "",
    "source_seen": "2026-11-24",
    "note": "Ring twice;\nthe bell is quiet.",
}


def csv_of(*rows, separator=","):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows or (ROW, ROW.values()))
    return out.getvalue()


def excel(*rows, sheets=()):
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for name in sheets:
        book.create_sheet(name)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TITLE = [["Peer centers of Montana"], [], ["As of November, 24 rows"]]
TYPED = ROW | {
    "zip": 59301,
    "in_person": True,
    "online": False,
    "source_seen": date(2026, 11, 24),
}
TEXT_FILES = {
    "utf-8": csv_of().encode(),
    "utf-8 with a byte order mark": csv_of().encode("utf-8-sig"),
    "utf-16": csv_of(separator="\t").encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + csv_of().encode("utf-16-be"),
    "windows-1252": csv_of().encode("cp1252"),
    "semicolons": csv_of(separator=";").encode(),
    "tabs": csv_of(separator="\t").encode(),
    "the separator named": b"sep=;\r\n" + csv_of(separator=";").encode(),
    "old line ends": csv_of().replace("\r\n", "\r").encode(),
    "blank lines": b"\r\n,,,\r\n" + csv_of().encode(),
    "title lines": csv_of(*TITLE, ROW, ROW.values()).encode(),
    "excel": excel(ROW, TYPED.values()),
    "excel with titles": excel(*TITLE, ROW, TYPED.values()),
}


def import_content(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    return import_file("organizations", path)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", TEXT_FILES)
def test_file_in_any_common_format_is_read(tmp_path, kind):
    report = import_content(tmp_path, TEXT_FILES[kind])

    assert (report.refused, report.added) == ([], 1)
    listing = Organization.objects.get()
    assert (listing.name, listing.zip_code) == (ROW["name"], "59301")
    assert (listing.in_person, listing.online, listing.by_phone) == (True, False, None)
    assert (listing.source_seen, listing.internal_note) == ("2026-11-24", ROW["note"])


@pytest.mark.django_db
def test_file_of_another_program_is_read():
    """The file was written by pandas and odfpy."""
    report = import_file("organizations", FILES / "starter_columns.ods")

    assert (report.refused, report.added) == ([], 1)
    listing = Organization.objects.get()
    assert (listing.name, listing.zip_code) == (ROW["name"], "59301")
    assert (listing.in_person, listing.online, listing.by_phone) == (True, False, None)
    assert listing.source_seen == "2026-11-24"


@pytest.mark.django_db
def test_refused_row_has_the_number_that_a_spreadsheet_shows(tmp_path):
    bad = ROW | {"key": "b", "kind": "shop"}
    rows = [*TITLE, ROW, ROW.values(), [], bad.values()]

    report = import_content(tmp_path, excel(*rows))

    assert [number for number, _words in report.refused] == [7]


@pytest.mark.django_db
def test_columns_are_matched_by_likeness_and_named_in_the_report(tmp_path):
    names = {"phone": "Phone Number", "zip": "Zip Code", "website": "Web-site URL"}
    names |= {"source_url": "Source Link", "by_phone": "By Phone?"}
    path = tmp_path / "file.csv"
    path.write_text(csv_of([names.get(n, n.title()) for n in ROW], ROW.values()))
    said = io.StringIO()

    call_command("import_listings", "organizations", path, quiet=True, stdout=said)

    assert Organization.objects.get().phone.as_e164 == "+14065550101"
    assert "“Phone Number” as phone, " in said.getvalue()
    assert "“Zip Code” as zip, " in said.getvalue()


def test_reader_says_how_it_read_letters_and_sheets():
    windows = read_content(TEXT_FILES["windows-1252"])
    book = read_content(excel(ROW, ROW.values(), sheets=["Old list"]))

    assert "Check names with accents" in windows.notes[0]
    assert "“Old list”" in book.notes[0]


def zip_of(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def opendocument(rows):
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    table = f'<table:table table:name="One">{rows}</table:table>'
    return zip_of("content.xml", f"<office:document {spaces}>{table}</office:document>")


CELL = "<table:table-cell{}><text:p>x</text:p></table:table-cell>"
HUGE = ' table:number-{}-repeated="1000000000"'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zip_of("content.xml", b"<a>" * 110_000_000), "too large when it is unpacked"),
        (zip_of("word/document.xml", b"<a/>"), "not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel file"),
        (excel(["x"])[:-30], "cannot be read"),
        (opendocument("<table:table-row>"), "cannot be read"),
        (
            opendocument(
                f"<table:table-row>{CELL.format(HUGE.format('columns'))}"
                "</table:table-row>"
            ),
            "more than 500 columns",
        ),
        (
            opendocument(
                f"<table:table-row{HUGE.format('rows')}>"
                f"{CELL.format('') * 400}</table:table-row>"
            ),
            "too many rows",
        ),
        (zip_of("content.xml", b"<!DOCTYPE a><a/>"), "document type"),
    ],
)
def test_broken_or_hostile_spreadsheet_is_refused(content, words):
    with pytest.raises(FileError, match=words):
        read_content(content)


def test_far_away_cell_needs_little_memory():
    """A reader that fills the space in between asks for 500 GB."""
    book = Workbook()
    book.active["A1"] = "name"
    book.active["XFD1048576"] = "far away"
    out = io.BytesIO()
    book.save(out)

    with pytest.raises(FileError, match="more than 500 columns"):
        read_content(out.getvalue())
