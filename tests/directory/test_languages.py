"""English has no prefix, Spanish is under /es/, and only the address decides."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import organization, place, state, term, warmline
from tests.reading import links_on

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("path", "language", "other"),
    [
        ("/", "en", "/es/"),
        ("/es/", "es", "/"),
        ("/find/?near=59301&kind=cil", "en", "/es/find/?near=59301&amp;kind=cil"),
        ("/es/find/?near=59301&kind=cil", "es", "/find/?near=59301&amp;kind=cil"),
        ("/states/mt/", "en", "/es/states/mt/"),
        ("/es/warmlines/", "es", "/warmlines/"),
        ("/es/suggest/", "es", "/suggest/"),
    ],
)
def test_language_switch_keeps_the_page_and_the_search(client, path, language, other):
    response = client.get(path)

    page = response.content.decode()
    assert f'<html lang="{language}">' in page
    assert response["Content-Language"] == language
    assert f'<a href="{other}"' in page


def test_alternate_links_leave_out_the_search(client):
    page = client.get("/es/states/mt/?kind=cil").content.decode()

    found = re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]+)"', page)
    assert found == [
        ("en", "http://testserver/states/mt/"),
        ("es", "http://testserver/es/states/mt/"),
    ]
    canonical = '<link rel="canonical" href="http://testserver/es/states/mt/">'
    assert canonical in page


def test_accept_language_header_is_ignored(client):
    response = client.get("/about/", headers={"Accept-Language": "es"})

    assert response["Content-Language"] == "en"
    assert response["Vary"] == "Accept-Encoding"


def test_english_has_one_address(client):
    assert client.get("/en/").status_code == 404


def test_links_stay_in_the_language(client):
    organization(at=place("59301"), slug="ours")
    warmline(service_area=[state("MT")], slug="line")

    for path in ("/es/", "/es/find/?near=59301", "/es/states/mt/", "/es/orgs/ours/"):
        own = [a for a in links_on(client.get(path).content.decode()) if a[0] == "/"]
        strayed = [a for a in own if not a.startswith(("/es/", "/static/"))]
        # The language switch, and the alternate links.
        assert len(strayed) == 1, path


def test_a_page_that_is_not_there_is_answered_in_its_language(client):
    response = client.get("/es/nowhere/")

    assert response.status_code == 404
    assert '<html lang="es">' in response.content.decode()


def test_both_languages_are_in_the_sitemap(client):
    pages = client.get("/sitemap-pages.xml").content.decode()

    assert "<loc>http://testserver/about/</loc>" in pages
    assert "<loc>http://testserver/es/about/</loc>" in pages
    assert 'hreflang="es" href="http://testserver/es/about/"' in pages


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Nueva York", "NY"), ("Nuevo México", "NM"), ("carolina del norte", "NC")],
)
def test_spanish_names_of_states_are_understood(client, typed, code):
    response = client.get("/es/find/", {"near": typed})

    assert response.context["place"].code == code


def test_terms_have_their_spanish_labels(client):
    organization(
        at=place("59301"), slug="ours", terms=[term("service", "support_groups")]
    )

    assert "Grupos de apoyo" in client.get("/es/orgs/ours/").content.decode()
    assert "Support groups" in client.get("/orgs/ours/").content.decode()


def test_addresses_follow_the_language():
    with translation.override("es"):
        assert reverse("state", args=["mt"]) == "/es/states/mt/"
    assert reverse("state", args=["mt"]) == "/states/mt/"
