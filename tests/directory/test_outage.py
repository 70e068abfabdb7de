"""The database is down: 988, the lines of the state, and back."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caching import circuit_breaker, content_version
from curation.models import Suggestion
from directory.operations import fallback_numbers
from tests.caching.transactions import commit
from tests.directory.outages import database_away
from tests.directory.test_spanish import Texts
from tests.factories import organization, place, state, term, warmline
from tests.trust.test_headers import COMMON_HEADERS

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def lines(settings, tmp_path):
    """Three lines, written down."""
    settings.DATA_DIR = tmp_path
    hours = {"hours": "Mo-Fr 09:00-17:00", "timezone": "America/Denver"}
    warmline(slug="montana", name="Line 1", service_area=[state("MT")], **hours)
    warmline(
        slug="idaho", name="Line 2", service_area=[state("ID")], sms_number="741741"
    )
    group = term("community", "veterans")
    warmline(slug="nation", name="Line 3", who_may_call="group", terms=[group])
    fallback_numbers.write_fallback_numbers(NOON)


def listed(response):
    return re.findall(r'data-listing="warmline:(\w+)"', response.content.decode())


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ["nation"]),
        ("/find/?near=59301", ["nation"]),
        ("/find/?near=Montana", ["montana", "nation"]),
        ("/find/?near=mt", ["montana", "nation"]),
        ("/states/mt/", ["montana", "nation"]),
        ("/es/states/id/print/", ["idaho", "nation"]),
        ("/online/?state=ID", ["idaho", "nation"]),
        ("/states/xx/", ["nation"]),
        ("/orgs/ours/contact.vcf", ["nation"]),
        ("/admin/", ["nation"]),
    ],
)
def test_each_page_is_a_plain_503_with_988_and_lines(client, tmp_path, path, expected):
    with database_away(tmp_path):
        response = client.get(path)

    assert response.status_code == 503
    assert listed(response) == expected
    assert {"Retry-After", "Cache-Control"} <= set(response.headers)
    assert response["Cache-Control"] == "no-store"
    assert b'href="tel:988"' in response.content
    assert b"Traceback" not in response.content
    secure = {"Strict-Transport-Security"}
    headers = {n: v for n, v in COMMON_HEADERS.items() if n not in secure}
    assert {name: response.headers.get(name) for name in headers} == headers


@pytest.mark.usefixtures("lines")
def test_the_lines_say_how_to_reach_them_and_when(client, tmp_path):
    with database_away(tmp_path):
        page = client.get("/states/mt/").content.decode()

    assert 'href="tel:+14065550102"' in page
    assert "Mon–Fri 9 am to 5 pm, Mountain time" in page
    assert "For veterans" in page


@pytest.mark.usefixtures("lines")
def test_it_is_in_both_languages(client, tmp_path):
    said = []
    with database_away(tmp_path):
        for path in ("/states/mt/", "/es/states/mt/"):
            reader = Texts()
            reader.feed(client.get(path).content.decode())
            said.append({words for words in reader.said if "Line" not in words})

    english, spanish = said
    assert len(spanish) > 5
    assert spanish & english == {"Montana"} & english


def test_without_the_file_988_is_still_there(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "nowhere"

    with database_away(tmp_path):
        response = client.get("/states/mt/")

    assert response.status_code == 503
    assert b'href="tel:988"' in response.content
    assert listed(response) == []


def test_machines_get_the_outage_in_their_own_format(client, tmp_path):
    with database_away(tmp_path):
        response = client.get("/api/organizations")
        health = [client.get(path).status_code for path in ("/healthz", "/readyz")]

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["detail"] == "The database is away. Please try again soon."
    assert health == [200, 503]


def test_who_sends_something_hears_that_it_was_not_saved(client, tmp_path):
    organization(slug="ours")

    with database_away(tmp_path):
        response = client.post("/orgs/ours/report/", {"problem": "closed"})

    assert response.status_code == 503
    assert "was not saved yet" in response.content.decode()
    assert 'name="problem" value="closed"' in response.content.decode()
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("name", ["password", "old_password", "new_password1", "token"])
def test_a_password_or_a_code_is_not_given_back(client, tmp_path, name):
    with database_away(tmp_path):
        page = client.post("/admin/login/", {"username": "ada", name: "Xyzzy"})

    assert page.status_code == 503
    assert "was not saved" in page.content.decode()
    assert "Xyzzy" not in page.content.decode()


def test_what_a_curator_typed_is_given_back(client, tmp_path):
    typed = {"how": "called", "facts": ["phone", "hours"], "note": 'Ask for "Bo" <b>'}
    with database_away(tmp_path):
        page = client.post("/admin/orgs/organization/1/call/", typed)

    assert page.status_code == 503
    words = page.content.decode()
    assert "not saved yet" in words
    for name, value in (("facts", "phone"), ("facts", "hours"), ("how", "called")):
        assert f'name="{name}" value="{value}"' in words
    assert 'value="Ask for &quot;Bo&quot; &lt;b&gt;"' in words


def test_a_file_cannot_be_given_back(client, tmp_path):
    sent = {"kind": "warmlines", "file": SimpleUploadedFile("lines.csv", b"key,name")}
    with database_away(tmp_path):
        page = client.post("/admin/curation/importrun/new/", sent)

    assert "go back and send it again" in page.content.decode()
    assert "Send it again" not in page.content.decode()


def test_a_page_of_a_minute_ago_does_not_stand_in(client, tmp_path):
    """What was taken off the directory must not come back, nor "open now" of before."""
    organization(slug="ours", at=place("59301"))
    commit()
    fresh = client.get("/orgs/ours/")

    with database_away(tmp_path):
        assert client.get("/orgs/ours/").status_code == 503
    assert client.get("/orgs/ours/").content == fresh.content


def test_a_database_that_vanished_is_asked_for_once_a_second(client, tmp_path):
    path = "/find/?near=59301"
    with database_away(tmp_path):
        client.get(path)
        failed_at = circuit_breaker._tripped_at["default"]
        answers = [client.get(path).status_code for _time in range(20)]
        assert (answers, circuit_breaker._tripped_at["default"]) == (
            [503] * 20,
            failed_at,
        )
        circuit_breaker._tripped_at["default"] -= 2
        client.get(path)
        assert circuit_breaker._tripped_at["default"] > failed_at


def test_who_waited_in_vain_spares_the_others(client, tmp_path):
    """A file's address is not looked at beforehand, so its view is what fails."""
    with database_away(tmp_path):
        assert client.get("/orgs/ours/contact.vcf").status_code == 503
        assert "default" in circuit_breaker._tripped_at


def test_it_is_noticed_that_the_database_is_back(client, tmp_path):
    path = "/find/?near=59301"
    with database_away(tmp_path):
        client.get(path)
        failed_at = circuit_breaker._tripped_at.copy()
    circuit_breaker._tripped_at |= failed_at
    assert client.get(path).status_code == 503
    circuit_breaker._tripped_at["default"] -= 2

    assert client.get(path).status_code == 200
    assert circuit_breaker._tripped_at == {}


@pytest.mark.usefixtures("lines")
def test_the_file_follows_what_is_published(settings, monkeypatch):
    monkeypatch.setattr(fallback_numbers, "_written_version", None)
    monkeypatch.setattr(fallback_numbers, "_attempted_at", -1_000.0)
    warmline(slug="fresh", service_area=[state("MT")])
    commit()
    content_version.current()

    fallback_numbers.refresh_fallback_numbers()
    written = fallback_numbers.fallback_file().stat().st_mtime_ns
    fallback_numbers.refresh_fallback_numbers()

    assert (
        'data-listing="warmline:fresh"'
        in fallback_numbers.read_fallback_numbers("MT", "en")[0]
    )
    assert fallback_numbers.fallback_file().stat().st_mtime_ns == written
    assert [path.name for path in settings.DATA_DIR.iterdir()] == [
        "fallback-lines.json"
    ]


@pytest.mark.usefixtures("lines")
def test_a_new_worker_leaves_a_file_of_the_same_version(monkeypatch):
    commit()
    content_version.current()
    fallback_numbers.write_fallback_numbers(NOON)
    written = fallback_numbers.fallback_file().stat().st_mtime_ns

    monkeypatch.setattr(fallback_numbers, "_written_version", None)
    monkeypatch.setattr(fallback_numbers, "_attempted_at", -1_000.0)
    fallback_numbers.refresh_fallback_numbers()

    assert fallback_numbers.fallback_file().stat().st_mtime_ns == written


def test_a_disk_that_refuses_stops_nothing(settings, tmp_path, monkeypatch, caplog):
    settings.DATA_DIR = tmp_path / "nowhere"
    monkeypatch.setattr(fallback_numbers, "_written_version", None)
    monkeypatch.setattr(fallback_numbers, "_attempted_at", -1_000.0)
    commit()
    content_version.current()

    fallback_numbers.refresh_fallback_numbers()

    assert "fallback file was not written: FileNotFoundError" in caplog.text
    assert (
        time.monotonic() - fallback_numbers._attempted_at
        < fallback_numbers.MIN_WRITE_SECONDS
    )
