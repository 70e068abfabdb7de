"""200 broken files are refused with a message, and need little memory."""

from __future__ import annotations

import csv
import gzip
import io
import random
import resource
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from curation.models import ImportRun
from guides.importing import CredentialImporter
from orgs.importing import OrganizationImporter
from orgs.models import Organization
from tests.factories import person
from tests.trust.hostile import ODD_TEXTS

pytestmark = pytest.mark.django_db

IMPORTERS = {"credentials": CredentialImporter, "organizations": OrganizationImporter}
VALID_ROWS = {
    "key": "k",
    "name": "Example",
    "kind": "peer_run",
    "state": "MT",
    "city": "Miles City",
    "zip": "59301",
    "phone": "+14065550101",
    "credential_name": "Certified Example",
    "focus": "both",
    "source_name": "A list",
    "source_url": "https://example.org/",
}
FILE_COUNT = 200


def write_csv(kind, *changes, columns=None):
    """A CSV file with one valid row, and a row for each dict of changed cells."""
    names = columns or sorted(IMPORTERS[kind].columns)
    blank = dict.fromkeys(names, "") | {
        k: v for k, v in VALID_ROWS.items() if k in names
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    for number, change in enumerate([{}, *changes]):
        writer.writerow(blank | {"key": f"k{number}"} | change)
    return text.getvalue().encode()


def zipped(content):
    archive_file = io.BytesIO()
    with zipfile.ZipFile(archive_file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", content)
    return archive_file.getvalue()


def odd_files(kind):
    """Files that are broken as a whole."""
    good = write_csv(kind)
    header = good.partition(b"\r\n")[0]
    wide = ",".join(f"c{number}" for number in range(100_000)).encode()
    return [
        b"",
        b"\n\n\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf" + good,
        good.decode().encode("utf-16"),
        good.decode().encode("utf-32"),
        "Ñandú".encode("latin-1") + good,
        b"\0" * 10_000,
        good.replace(b"MT", b"M\0T"),
        good.replace(b"\r\n", b"\r"),
        good.replace(b",", b";"),
        good.replace(b",", b"\t"),
        header,
        header + b"\r\n" + b"," * 100_000,
        header + b'\r\n"never closed' + b"x" * 30_000,
        header + b"," + header + b"\r\n",
        wide + b"\r\n" + b"1\r\n" * 1_000,
        header + b"," + wide + b"\r\n" + b"1\r\n" * 1_000,
        header + b"\r\n" + b"a" * 1_000_000,
        zipped(b"0" * 50_000_000),
        gzip.compress(b"0" * 50_000_000),
        b"PK\x03\x04",
        b"%PDF-1.7 " + good,
        b"<html><script>alert(1)</script></html>",
        b'{"key": "k"}',
        good * 40,
        "\u202e".encode() + good,
        b"\xf0\x9f\x98" + good,
    ]


def odd_rows(kind, chance):
    """A file with odd text in some cells of one row."""
    names = sorted(IMPORTERS[kind].columns)
    cells = {chance.choice(names): chance.choice(ODD_TEXTS) for _number in range(4)}
    return write_csv(kind, cells, {"key": chance.choice(ODD_TEXTS)})


def all_files():
    chance = random.Random(9)
    files = [(kind, content) for kind in IMPORTERS for content in odd_files(kind)]
    while len(files) < FILE_COUNT:
        kind = "credentials" if len(files) % 4 else "organizations"
        files.append((kind, odd_rows(kind, chance)))
    return files


@pytest.mark.parametrize("part", range(4))
def test_import_command_survives_odd_files(tmp_path, part):
    path = tmp_path / "file.csv"
    for kind, content in all_files()[part::4]:
        path.write_bytes(content)
        said = io.StringIO()
        try:
            call_command("import_listings", kind, path, quiet=True, stdout=said)
        except CommandError as refusal:
            said.write(str(refusal))
        lines = said.getvalue().splitlines()
        assert lines, content[:80]
        assert "Traceback" not in said.getvalue()


def test_admin_import_survives_odd_files(client):
    client.force_login(person())
    for kind, content in all_files()[::4]:
        form = {"kind": kind, "file": SimpleUploadedFile("x.csv", content)}

        answer = client.post("/admin/curation/importrun/new/", form)

        assert answer.status_code in (200, 302), content[:80]
        if answer.status_code == 302:
            page = client.get(answer["Location"])
            assert page.status_code == 200
            assert "<script>alert" not in page.content.decode()
        else:
            assert "errorlist" in answer.content.decode()
    assert not Organization.objects.exists()


def test_large_files_need_little_memory(tmp_path):
    """Parsed into lists of cells, this file once took 40 GB."""
    wide = ",".join(f"c{number}" for number in range(200_000)).encode()
    header = ",".join(sorted(OrganizationImporter.columns)).encode()
    path = tmp_path / "file.csv"
    path.write_bytes(header + b"," + wide + b"\n" + b"x\n" * 500_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(CommandError, match="more than 500 columns"):
        call_command("import_listings", "organizations", path, quiet=True)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000  # KiB


def test_too_large_file_is_not_read(tmp_path):
    path = tmp_path / "file.csv"
    with path.open("wb") as file:
        file.truncate(60_000_000)

    with pytest.raises(CommandError, match="larger than 50 MB"):
        call_command("import_listings", "organizations", path, quiet=True)


def test_admin_refuses_files_over_10_mb(client):
    client.force_login(person())
    sent = {"kind": "organizations", "file": SimpleUploadedFile("x", b"x" * 10_500_000)}

    answer = client.post("/admin/curation/importrun/new/", sent)

    assert "larger than 10 MB" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_huge_number_is_reported_with_its_row(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(write_csv("credentials", {"training_hours": "9" * 5_000}))
    said = io.StringIO()

    call_command("import_listings", "credentials", path, quiet=True, stdout=said)

    assert "Refused: row 3: k1: training_hours" in said.getvalue()
