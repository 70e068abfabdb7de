"""Guides and credentials in the API."""

from __future__ import annotations

import pytest

from guides.models import Guide
from tests.api.shapes import fits
from tests.factories import credential, guide

pytestmark = pytest.mark.django_db


def test_guides_have_both_languages_and_no_drafts(client):
    guide(slug="ours", title="Calling", title_es="Llamar")
    guide(slug="hidden", status=Guide.Status.DRAFT)

    [response] = client.get("/api/guides").json()

    fits("Guide", response)
    assert (response["slug"], response["title"]) == (
        "ours",
        {"en": "Calling", "es": "Llamar"},
    )
    assert client.get("/api/guides/hidden").status_code == 404
    problem = client.get("/api/guides/nowhere")
    assert problem["Content-Type"] == "application/problem+json"


def test_guide_has_its_text_and_sources(client):
    guide(slug="ours", body="Some words.", sources="A law | https://example.org/")

    response = fits("Guide", client.get("/api/guides/ours").json())

    assert response["text_markdown"]["en"] == "Some words."
    assert response["sources"] == [{"name": "A law", "url": "https://example.org/"}]


def test_credential_leaves_out_unknown_facts(client):
    credential(state="IL", training_hours=100, exam_required=False)
    credential(status="ended")

    [response] = client.get("/api/credentials").json()

    fits("Credential", response)
    assert (response["training_hours"], response["exam_required"]) == (100, False)
    assert "work_hours" not in response
    assert response["provenance"]["checked"] is False
    assert "key" not in response
