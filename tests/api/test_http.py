"""Every API response: caching, CORS, rate limit and problem details."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from curation.workflow import claim
from listings.models import Term
from tests.caching.transactions import commit
from tests.factories import guide, organization, person, place, warmline

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)

OPEN = [
    "/api/",
    "/api/services",
    "/api/organizations",
    "/api/service_at_locations",
    "/api/taxonomies",
    "/api/taxonomy_terms",
    "/api/openapi.json",
    "/api/services?format=ndjson",
    "/feeds/changes.atom",
    "/feeds/states/mt.atom",
    "/es/feeds/changes.atom",
    "/data/hsds.zip",
]


@pytest.fixture
def ours():
    return organization(at=place("59301"), slug="ours")


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("path", OPEN)
def test_api_response_has_cors_headers_and_may_be_cached_for_a_minute(client, path):
    response = client.get(path, headers={"origin": "https://partner.example.org"})

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("path", OPEN)
def test_conditional_request_gets_304_while_nothing_has_changed(client, path):
    first = client.get(path)
    first.getvalue()

    by_tag = client.get(path, headers={"if-none-match": first["ETag"]})
    weak = client.get(path, headers={"if-none-match": f"W/{first['ETag']}"})
    by_date = client.get(path, headers={"if-modified-since": first["Last-Modified"]})
    other = client.get(path, headers={"if-none-match": '"other"'})

    assert [by_tag.status_code, weak.status_code, by_date.status_code] == [304] * 3
    assert (by_tag.getvalue(), by_tag["ETag"]) == (b"", first["ETag"])
    assert other.status_code == 200


def test_etag_changes_with_any_public_change(client, ours):
    def tag():
        commit()
        return client.get("/api/services")["ETag"]

    seen = [tag()]
    ours.summary = "Changed"
    ours.save()
    seen.append(tag())
    warmline()
    seen.append(tag())
    english = Term.objects.get(slug="en")
    english.label = "American English"
    english.save()
    seen.append(tag())
    deleted = guide()
    seen.append(tag())
    deleted.delete()
    seen.append(tag())
    ours.delete()
    seen.append(tag())

    assert len(set(seen)) == len(seen)


def test_etag_stays_when_a_curator_claims_a_listing(client, ours):
    commit()
    before = client.get("/api/services")["ETag"]

    claim(ours, person())
    commit()

    assert client.get("/api/services")["ETag"] == before


def test_etag_differs_by_address_and_day(client, ours):
    with time_machine.travel(NOON, tick=False) as clock:
        tags = [client.get(f"/api/services?page={n}")["ETag"] for n in (1, 1, 2)]
        clock.shift(86_400)
        tomorrow = client.get("/api/services?page=1")["ETag"]

    assert tags[0] == tags[1]
    assert len({*tags, tomorrow}) == 3


def test_conditional_request_makes_no_query_for_rows(
    client, ours, django_assert_num_queries
):
    with time_machine.travel(NOON, tick=False):
        first = client.get("/api/services")
        client.get("/api/services")
        headers = {"if-none-match": first["ETag"]}
        with django_assert_num_queries(0):
            again = client.get("/api/services", headers=headers)

    assert again.status_code == 304
    assert again["X-Robots-Tag"] == "noindex"
    assert again["RateLimit-Remaining"] == "597"


def test_unknown_etag_gets_a_full_response(client):
    for tag in ("*", '"0123456789abcdef0123"', "W/x", "\x00"):
        answer = client.get("/api/nowhere", headers={"if-none-match": tag})
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/api/services", "/feeds/changes.atom"])
def test_preflight_request_is_answered(client, path):
    response = client.options(
        path,
        headers={
            "origin": "https://partner.example.org",
            "access-control-request-method": "GET",
        },
    )

    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in response["Access-Control-Allow-Headers"]


def test_head_has_the_headers_of_get_and_no_body(client, ours):
    whole, head = client.get("/api/services"), client.head("/api/services")

    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Content-Type"]) == (whole["ETag"], "application/json")


def problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    answer = response.json()
    assert answer["status"] == status
    assert answer["type"] == "about:blank"
    assert answer["title"]
    assert answer["detail"]
    return answer


@pytest.mark.parametrize(
    "asked",
    [
        "page=0",
        "page=x",
        "page=1000001",
        "per_page=0",
        "per_page=101",
        "format=xml",
        "minimal=perhaps",
        "full=2",
        "modified_after=yesterday",
        "modified_after=2026-13-01",
        "modified_after=1700000000",
        "taxonomy_id=1",
        "taxonomy_term_id=x",
        "organization_id=x",
        "after=x",
        "postcode=593",
        "proximity=-1",
        "proximity=near",
        "proximity=nan",
        "search=" + "a" * 201,
    ],
)
def test_unusable_parameter_is_named_in_the_problem(client, asked):
    response = client.get(f"/api/service_at_locations?{asked}")

    answer = problem(response, 422)
    assert [one["parameter"] for one in answer["errors"]] == [asked.split("=")[0]]
    assert answer["errors"][0]["detail"]


def test_problem_repeats_nothing_of_the_request(client):
    response = client.get("/api/services?page=%3Cscript%3E&taxonomy_id=secret")

    assert b"script" not in response.content
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/services/", "/api/services/a/b"]
)
def test_unknown_api_address_gets_problem_details(client, path):
    problem(client.get(path), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/api/", "/api/services", "/api/openapi.json"])
def test_api_refuses_writing_methods(client, method, path):
    response = client.generic(method, path)

    problem(response, 405)
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_server_error_gets_problem_details_without_its_cause(settings, monkeypatch):
    monkeypatch.setattr("api.views.MappingContext", lambda *_: 1 / 0)

    response = Client(raise_request_exception=False).get("/api/services")

    problem(response, 500)
    assert b"Zero" not in response.content


def test_api_docs_page_is_not_cached(client):
    response = client.get("/api/docs/")

    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("Access-Control-Allow-Origin")


def test_api_root_names_its_version_and_its_docs(client):
    answer = client.get("/api/").json()

    assert answer["version"] == "3.0"
    assert client.get(answer["profile"]).status_code == 200
    assert client.get(answer["openapi_url"]).json()["openapi"].startswith("3.1")


# Rate limit ---------------------------------------------------------------------


def test_rate_limit_is_reported_and_enforced(client, settings):
    settings.API_REQUESTS_A_MINUTE = 2

    answers = [client.get("/api/") for _ in range(3)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get("/api/")

    assert [one["RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert answers[0]["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert answers[0]["RateLimit"].startswith('"minute";r=1;t=')
    assert [one.status_code for one in answers] == [200, 200, 429]
    problem(answers[2], 429)
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["Cache-Control"] == "no-store"
    assert elsewhere.status_code == 200
    assert client.get("/").status_code == 200
