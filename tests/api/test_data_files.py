"""Open data files are built once per content version, one at a time."""

from __future__ import annotations

import fcntl
import gzip
import io
import resource
import threading
import zipfile
from contextlib import contextmanager

import pytest

from api import data_files as made_files
from api import downloads
from curation.workflow import remove_on_request
from orgs.models import Organization
from tests.caching.transactions import commit
from tests.factories import organization, place, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

CSV = "/data/organizations.csv"
BULK = [
    CSV,
    "/data/warmlines.csv",
    "/data/listings.geojson",
    "/data/hsds.zip",
    "/api/services?format=ndjson",
    "/api/services?format=ndjson&full=true",
    "/api/organizations?format=ndjson&full=true",
    "/api/organizations?format=ndjson&full_service=true",
    "/api/service_at_locations?format=ndjson&full=true",
]
FILTERED = "/api/services?format=ndjson&search=house"
NAME = b"Example House"


@pytest.fixture
def listings():
    """An organization and a warmline with the same name."""
    found = [
        organization(name="Example House", at=place("59301")),
        warmline(name="Example House"),
    ]
    commit()
    return found


def download(client, path, **headers):
    response = client.get(path, headers=headers)
    return response, response.getvalue()


def text(content):
    """Return the content of a file, or of the files of a zip."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def stored(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", BULK)
def test_data_file_is_built_once_per_content_version(client, path, data_files):
    first, content = download(client, path)
    # update() bypasses save(), so the content version stays the same.
    Organization.objects.all()._raw_delete("default")
    Warmline.objects.all()._raw_delete("default")
    again, same = download(client, path)

    assert first.status_code == again.status_code == 200
    assert NAME in text(content)
    assert same == content
    assert len(stored(data_files)) == 1
    assert again["ETag"] == first["ETag"]
    assert int(again["Content-Length"]) == len(content)
    assert again["Last-Modified"]


@pytest.mark.parametrize("path", BULK)
def test_next_download_leaves_out_a_removed_listing(client, listings, path, data_files):
    before, content = download(client, path)
    [old] = stored(data_files)
    assert NAME in text(content)

    for listing in listings:
        remove_on_request(listing, "They asked")
    commit()
    after, new = download(client, path)

    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert NAME not in text(new)
    assert old not in stored(data_files)
    assert len(stored(data_files)) == 1


@pytest.mark.usefixtures("listings")
def test_new_data_file_removes_older_and_unfinished_files(client, data_files):
    data_files.mkdir()
    for name in ("0123-hsds.zip", ".4567-listings.geojson.gz.new"):
        (data_files / name).write_bytes(b"old")

    download(client, CSV)
    download(client, "/data/hsds.zip")

    names = [name.split("-", 1)[1] for name in stored(data_files)]
    assert names == ["hsds.zip", "organizations.csv.gz"]
    assert "0123-hsds.zip" not in stored(data_files)


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", [CSV, "/api/services?format=ndjson"])
def test_gzip_and_plain_download_have_the_same_content_and_different_etags(
    client, path
):
    plain, content = download(client, path)
    packed, smaller = download(client, path, accept_encoding="gzip, br")

    assert gzip.decompress(smaller) == content
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    for response, body in ((plain, content), (packed, smaller)):
        assert response["ETag"].startswith('"')
        assert "Accept-Encoding" in response["Vary"]
        assert int(response["Content-Length"]) == len(body)
    assert plain["ETag"] != packed["ETag"]
    for headers in (
        {"accept_encoding": "gzip", "if_none_match": packed["ETag"]},
        {"if_none_match": plain["ETag"]},
        {"if_modified_since": plain["Last-Modified"]},
    ):
        assert download(client, path, **headers)[0].status_code == 304


@pytest.mark.usefixtures("listings")
def test_zip_download_is_not_compressed_again(client):
    response, content = download(client, "/data/hsds.zip", accept_encoding="gzip")

    assert "Content-Encoding" not in response
    assert int(response["Content-Length"]) == len(content)
    assert NAME in text(content)


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", [*BULK, FILTERED])
def test_worker_sends_one_download_at_a_time_and_still_answers_pages(client, path):
    first = client.get(path)
    refused = client.get(path)
    page = client.get("/orgs/")
    content = first.getvalue()
    later, _content = download(client, path)

    assert NAME in text(content)
    assert refused.status_code == 503
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "download" in refused.json()["detail"]
    assert page.status_code == 200
    assert later.status_code == 200


@pytest.mark.usefixtures("listings")
def test_second_download_waits_for_the_first_to_end(client, monkeypatch):
    """A client requests the next file as soon as it has the last byte of one."""
    monkeypatch.setattr(downloads, "MAX_WAIT_SECONDS", 60)
    first = client.get(CSV)
    ending = threading.Timer(0.1, first.close)
    ending.start()

    response, content = download(client, CSV)
    ending.join()

    assert response.status_code == 200
    assert NAME in content


@pytest.mark.usefixtures("listings")
def test_conditional_download_gets_304_while_another_download_is_sent(client):
    tag = download(client, CSV)[0]["ETag"]
    sending = client.get("/data/hsds.zip")

    again = client.get(CSV, headers={"if-none-match": tag})

    assert again.status_code == 304
    sending.getvalue()


@pytest.mark.usefixtures("listings")
def test_download_counts_as_more_requests_if_the_file_is_built(client):
    def left(path, **headers):
        response, _content = download(client, path, **headers)
        return int(response["RateLimit-Remaining"]), response["ETag"]

    made, tag = left(CSV)
    sent, _tag = left(CSV)
    unchanged, _tag = left(CSV, if_none_match=tag)
    searched, _tag = left(FILTERED)
    page, _tag = left("/api/services")

    assert [600 - made, made - sent, sent - unchanged] == [60, 5, 1]
    assert [unchanged - searched, searched - page] == [60, 1]


@pytest.mark.usefixtures("listings")
def test_client_that_causes_much_work_is_rate_limited(client, settings):
    settings.API_REQUESTS_A_MINUTE = 100

    statuses = [download(client, FILTERED)[0].status_code for _time in range(3)]

    assert statuses == [200, 200, 429]


@contextmanager
def no_file_longer_than(size):
    """Limit file sizes, like a full disk; SQLite's own files can't grow either."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", BULK)
def test_download_works_on_a_full_disk_and_leaves_no_file(client, path, data_files):
    with no_file_longer_than(100):
        response, content = download(client, path)

    assert response.status_code == 200
    assert NAME in text(content)
    assert stored(data_files) == []
    assert download(client, path)[1] == content
    assert len(stored(data_files)) == 1


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", [CSV, "/data/hsds.zip"])
def test_download_works_if_the_folder_is_not_writable(client, settings, path):
    settings.DATA_FILES_DIR = settings.RATE_LIMIT_FILE / "nowhere"
    settings.RATE_LIMIT_FILE.touch()

    response, content = download(client, path)

    assert response.status_code == 200
    assert NAME in text(content)


@contextmanager
def another_worker_makes(folder):
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("listings")
def test_download_gets_503_while_another_worker_builds_the_file(
    client, data_files, monkeypatch
):
    monkeypatch.setattr(made_files, "MAX_WAIT_SECONDS", 0.2)
    with another_worker_makes(data_files):
        refused, _content = download(client, CSV)
    later, content = download(client, CSV)

    assert refused.status_code == 503
    assert refused["Retry-After"]
    assert later.status_code == 200
    assert NAME in content


@pytest.mark.usefixtures("listings")
def test_download_sends_a_file_that_another_worker_has_just_built(client, data_files):
    _response, content = download(client, CSV)
    [name] = stored(data_files)
    aside = data_files.with_suffix(".gz")
    (data_files / name).rename(aside)
    began, done = threading.Event(), threading.Event()

    def make():
        with another_worker_makes(data_files):
            began.set()
            # This worker polls until the file is there.
            done.wait(0.5)
            aside.rename(data_files / name)

    other = threading.Thread(target=make)
    other.start()
    began.wait()
    response, again = download(client, CSV)
    other.join()

    assert again == content
    # Building it again would leave 480. More is left if a new time window has begun.
    assert int(response["RateLimit-Remaining"]) >= 600 - 60 - 5


@pytest.mark.usefixtures("listings")
def test_uncommitted_facts_are_in_no_stored_file(client, data_files):
    organization(name="Not Yet Committed")

    response, content = download(client, CSV)

    assert response.status_code == 200
    assert b"Not Yet Committed" in content
    assert not data_files.exists()
