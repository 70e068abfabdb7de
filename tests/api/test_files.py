"""Open data files: their content, what they must not contain, and their headers."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from listings.exchange.workflow import import_text
from orgs.models import Organization
from tests.factories import organization, place, state, warmline

pytestmark = pytest.mark.django_db

FILES = [
    "/data/organizations.csv",
    "/data/warmlines.csv",
    "/data/meetings.csv",
    "/data/meetings.json",
    "/data/listings.geojson",
    "/data/datapackage.json",
]


@pytest.fixture
def listings():
    """Public listings, others that are not, and one with a withheld address."""
    spot = {"at": place("59301"), "zip_code": "59301"}
    organization(slug="ours", online=True, service_area=[state("MT")], **spot)
    warmline(slug="line", service_area=[state("MT")])
    house = organization(slug="house", street="13 Hidden Lane", **spot)
    house.address_withheld = True
    house.clean()
    house.save()
    paused = {"status": "temporarily_closed", "closure_reason": "Snow"}
    organization(slug="paused", name="Paused", **paused)
    gone = {"status": "closed", "closure_reason": "The house was sold"}
    for make in (organization, warmline):
        make(slug="draft", name="Unseen draft", status="draft", key="made:draft")
        make(slug="gone", name="Unseen gone", key="made:gone", **gone)


def text_of(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", FILES)
def test_no_data_file_contains_what_is_not_public(client, path):
    text = text_of(client, path)

    for hidden in (
        "Hidden Lane",
        "Unseen",
        "made:draft",
        "made:gone",
        "house was sold",
    ):
        assert hidden not in text


@pytest.mark.usefixtures("listings")
def test_csv_has_every_public_listing_and_no_withheld_point(client):
    text = text_of(client, "/data/organizations.csv")
    rows = {row["slug"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}

    assert list(rows) == ["house", "ours", "paused"]
    assert rows["paused"]["status"] == "temporarily_closed"
    assert (rows["ours"]["latitude"], rows["ours"]["service_area"]) == (
        "46.40834",
        "Montana",
    )
    exact = [rows["house"][n] for n in ("street", "zip_code", "latitude", "longitude")]
    assert exact == ["", "", "", ""]
    assert import_text("exported-organizations", text).changed == 0


@pytest.mark.usefixtures("listings")
def test_geojson_follows_rfc_7946(client, settings):
    whole = json.loads(text_of(client, "/data/listings.geojson"))

    assert (whole["type"], set(whole)) == ("FeatureCollection", {"type", "features"})
    features = {one["properties"]["slug"]: one for one in whole["features"]}
    assert set(features) == {"house", "ours", "paused", "line"}
    for one in features.values():
        assert set(one) == {"type", "id", "geometry", "properties"}
        assert one["type"] == "Feature"
    ours = Organization.objects.get(slug="ours")
    point = {"type": "Point", "coordinates": [ours.longitude, ours.latitude]}
    assert features["ours"]["geometry"] == point
    assert features["ours"]["properties"]["url"] == f"{settings.SITE_URL}/orgs/ours/"
    assert [features[n]["geometry"] for n in ("house", "line", "paused")] == [None] * 3


def test_data_files_are_valid_without_any_listing(client):
    whole = json.loads(text_of(client, "/data/listings.geojson"))

    assert whole == {"type": "FeatureCollection", "features": []}
    assert text_of(client, "/data/warmlines.csv").startswith("key,uuid,slug,name,")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", FILES)
def test_data_file_has_cors_headers_and_conditional_get(client, path):
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})

    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"].startswith("public")
    assert first["Last-Modified"]
    assert "attachment" in first["Content-Disposition"]
    assert again.status_code == 304


@pytest.mark.usefixtures("listings")
def test_csv_reads_rows_in_chunks(client, django_assert_num_queries):
    client.get("/data/organizations.csv")

    # The content version and the rate limit are queried before.
    with django_assert_num_queries(3):
        from api.exports import public_rows  # noqa: PLC0415

        list(public_rows(Organization))


@pytest.mark.usefixtures("listings")
def test_export_data_writes_the_same_bytes_as_the_downloads(client, tmp_path):
    call_command("export_data", tmp_path, quiet=True)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    call_command("export_data", tmp_path, quiet=True)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    assert set(first) == {*(path.split("/")[-1] for path in FILES), "hsds.zip"}
    assert first["warmlines.csv"].decode("utf-8-sig") == text_of(
        client, "/data/warmlines.csv"
    )


@pytest.mark.parametrize(
    ("license_text", "words"),
    [
        ("", "no license is named"),
        ("CC BY-NC 4.0", "do not use the list to make money"),
        ("CC BY 4.0", "Keep to the license that the row names"),
    ],
)
def test_data_page_explains_each_license(client, license_text, words):
    organization(source_license=license_text)

    assert words in client.get("/data/").content.decode()


def test_export_data_prints_its_result_or_its_error(tmp_path):
    out = io.StringIO()
    folder, file = tmp_path / "folder", tmp_path / "file"
    file.touch()

    call_command("export_data", folder, stdout=out)

    assert out.getvalue() == f"7 files are in {folder}.\n"
    with pytest.raises(CommandError, match=r"organizations\.csv cannot be written"):
        call_command("export_data", file, quiet=True)


def test_failed_atomic_write_leaves_the_old_file(tmp_path):
    from api.atomic_files import write_atomically  # noqa: PLC0415

    def broken():
        yield b"new"
        raise OSError("the disk is full")

    path = tmp_path / "data.csv"
    path.write_bytes(b"old")

    with pytest.raises(OSError, match="full"):
        write_atomically(path, broken())

    assert [p.name for p in tmp_path.iterdir()] == ["data.csv"]
    assert path.read_bytes() == b"old"


@pytest.mark.usefixtures("listings")
def test_data_page_counts_rows_and_explains_their_use(client):
    organization(name="Shared", source_license="CC BY-NC 4.0 (compilation)")

    page = client.get("/data/").content.decode()

    for words in ("4 rows.", "1 row.", "CC BY-NC 4.0 (compilation)</span> (1)"):
        assert words in page
    assert "/embed/?state=MT" in page
    assert "<code>answered_by_peers</code>" in page


@pytest.mark.parametrize("name", ["organizations", "warmlines", "meetings"])
def test_csv_file_has_a_byte_order_mark_for_people_only(client, name):
    def content(address):
        return b"".join(client.get(address).streaming_content)

    for_people = content(f"/data/{name}.csv")
    for_machines = content(f"/data/{name}.csv?bom=0")

    assert for_people == b"\xef\xbb\xbf" + for_machines
    assert for_machines.startswith(b"key,")


@pytest.mark.usefixtures("listings")
def test_data_package_describes_every_column_and_its_type(client):
    package = json.loads(text_of(client, "/data/datapackage.json"))

    assert [r["path"] for r in package["resources"]] == [
        "organizations.csv",
        "warmlines.csv",
        "meetings.csv",
    ]
    for resource in package["resources"]:
        rows = list(
            csv.reader(io.StringIO(text_of(client, f"/data/{resource['path']}")))
        )
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == rows[0]
        answers = [n for n, field in enumerate(fields) if field["type"] == "boolean"]
        assert answers
        assert {row[n] for row in rows[1:] for n in answers} <= {"yes", "no", ""}
    types = {f["name"]: f["type"] for f in package["resources"][0]["schema"]["fields"]}
    assert (types["zip_code"], types["county"], types["latitude"]) == (
        "string",
        "string",
        "number",
    )
