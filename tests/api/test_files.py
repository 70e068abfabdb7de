"""The files of the open data: what they hold, what they never hold, how they travel."""

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
]


@pytest.fixture
def listings():
    """One of each kind that may be seen, one of each that may not, one that hides."""
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
    return b"".join(response.streaming_content).decode()


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", FILES)
def test_no_file_holds_what_is_not_public(client, path):
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
def test_the_csv_has_every_public_listing_and_no_hidden_point(client):
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
def test_the_geojson_is_what_rfc_7946_says(client, settings):
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


def test_without_a_listing_the_files_are_still_files(client):
    whole = json.loads(text_of(client, "/data/listings.geojson"))

    assert whole == {"type": "FeatureCollection", "features": []}
    assert text_of(client, "/data/warmlines.csv").startswith("key,uuid,slug,name,")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", FILES)
def test_a_file_is_for_any_site_and_sent_once(client, path):
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})

    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"].startswith("public")
    assert first["Last-Modified"]
    assert "attachment" in first["Content-Disposition"]
    assert again.status_code == 304


@pytest.mark.usefixtures("listings")
def test_rows_are_read_some_at_a_time(client, django_assert_num_queries):
    client.get("/data/organizations.csv")

    # The version of the directory, and a count for the measure, come before.
    with django_assert_num_queries(3):
        from api.exports import public_rows  # noqa: PLC0415

        list(public_rows(Organization))


@pytest.mark.usefixtures("listings")
def test_the_folder_has_the_same_files_and_the_same_bytes_again(client, tmp_path):
    call_command("export_data", tmp_path, quiet=True)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    call_command("export_data", tmp_path, quiet=True)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    assert set(first) == {*(path.split("/")[-1] for path in FILES), "hsds.zip"}
    assert first["warmlines.csv"].decode() == text_of(client, "/data/warmlines.csv")


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("", "no license is named"),
        ("CC BY-NC 4.0", "do not use the list to make money"),
        ("CC BY 4.0", "Keep to the license that the row names"),
    ],
)
def test_the_page_says_what_each_license_asks(client, licence, words):
    organization(source_license=licence)

    assert words in client.get("/data/").content.decode()


def test_the_command_says_what_it_wrote_or_why_it_could_not(tmp_path):
    out = io.StringIO()
    folder, file = tmp_path / "folder", tmp_path / "file"
    file.touch()

    call_command("export_data", folder, stdout=out)

    assert out.getvalue() == f"6 files are in {folder}.\n"
    with pytest.raises(CommandError, match=r"organizations\.csv cannot be written"):
        call_command("export_data", file, quiet=True)


def test_a_file_that_fails_leaves_the_old_one(tmp_path):
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
def test_the_page_counts_and_says_what_may_be_done(client):
    organization(name="Shared", source_license="CC BY-NC 4.0 (compilation)")

    page = client.get("/data/").content.decode()

    for words in ("4 rows.", "1 row.", "CC BY-NC 4.0 (compilation)</span> (1)"):
        assert words in page
    assert "/embed/?state=MT" in page
    assert "<code>answered_by_peers</code>" in page
