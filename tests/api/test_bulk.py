"""The zip file of the whole directory."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from api.hsds_zip import zip_chunks
from tests.api.shapes import faults
from tests.factories import organization, place, state, term, warmline

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)
ENTITIES = {
    "organizations": "organization",
    "services": "service",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


@pytest.fixture
def listings():
    for _ in range(3):
        organization(at=place("59301"), terms=[term("language", "en")])
        warmline(service_area=[state("MT")])
    organization(status="draft")


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.usefixtures("listings")
def test_zip_is_streamed_while_it_is_written(monkeypatch):
    whole = list(zip_chunks(AT, "https://example.org"))
    monkeypatch.setattr("api.hsds_zip.CHUNK_BYTES", 10)

    parts = list(zip_chunks(AT, "https://example.org"))

    assert (len(whole), len(parts) > 2) == (1, True)
    assert opened(b"".join(parts)) == opened(whole[0])


@pytest.mark.usefixtures("listings")
def test_data_package_describes_each_of_its_files(client):
    response = client.get("/data/hsds.zip")
    files = opened(response.getvalue())
    package = json.loads(files.pop("datapackage.json"))

    assert response["Content-Type"] == "application/zip"
    assert [one["name"] for one in package["resources"]] == list(ENTITIES)
    for entry in package["resources"]:
        content = files.pop(entry["path"])
        rows = [json.loads(line) for line in content.splitlines()]
        assert entry["bytes"] == len(content)
        assert entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert entry["rows"] == len(rows) > 0
        resource = ENTITIES[entry["name"]]
        assert [fault for row in rows for fault in faults(resource, row)] == []
        answer = client.get(f"/api/{entry['name']}/{rows[0]['id']}").json()
        assert answer["id"] == rows[0]["id"]
    assert files == {}


@pytest.mark.usefixtures("listings")
def test_same_facts_give_the_same_zip_bytes():
    def made():
        return b"".join(zip_chunks(AT, "https://directory.example.org"))

    first = made()

    assert made() == first
    warmline()
    assert made() != first
