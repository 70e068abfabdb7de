"""The search box: names of lines, and everyday words with a place."""

from __future__ import annotations

import re

import pytest

from tests.factories import organization, place, state, term, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def page(client, path):
    return client.get(path).content.decode()


def chips(text):
    found = re.search(r'<ul class="chips".*?</ul>', text, re.DOTALL)
    labels = re.findall(r"</span>([^<]*?) <span", found[0]) if found else []
    return [label.strip() for label in labels]


@pytest.fixture
def tulsa():
    facts = {"at": place("74103"), "slug": "tulsa-pride"}
    return organization(terms=[term("community", "lgbtq")], **facts)


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("Tulsa lgbtq group", ["Support groups", "LGBTQ+ people"]),
        ("lgbtq Tulsa, OK", ["LGBTQ+ people"]),
        ("help for veterans near Tulsa", ["Veterans"]),
        ("grupos de apoyo en español cerca de Tulsa", ["Support groups", "Spanish"]),
        ("74103 warmline", ["By phone"]),
    ],
)
@pytest.mark.usefixtures("tulsa")
def test_everyday_words_beside_a_place_become_filters(client, typed, labels):
    text = page(client, f"/find/?near={typed}")

    assert "Tulsa, Oklahoma" in re.search(r"<h1.*?</h1>", text, re.DOTALL)[0]
    assert sorted(chips(text)) == sorted(labels)
    assert 'id="near-error"' not in text


@pytest.mark.usefixtures("tulsa")
def test_active_filter_from_a_typed_word_can_be_removed(client):
    text = page(client, "/find/?near=Tulsa lgbtq group")

    assert 'href="?near=Tulsa&amp;community=lgbtq"' in text
    assert 'href="?near=Tulsa&amp;service=support_groups"' in text


def test_words_that_are_no_filter_are_searched_and_shown(client):
    organization(slug="bluebird", name="Bluebird Example", at=place("74103"))
    organization(slug="other", at=place("74103"))

    text = page(client, "/find/?near=Tulsa veterans bluebird")
    named = page(client, "/find/?near=Bluebird Tulsa")

    assert chips(text) == ["“bluebird”", "Veterans"]
    assert 'href="?near=Tulsa&amp;community=veterans"' in text
    assert 'data-listing="org:bluebird"' in named
    assert 'data-listing="org:other"' not in named


def test_misspelled_town_is_not_split(client):
    text = page(client, "/find/?near=Billngs MT")

    assert "Billings, Yellowstone County, Montana" in text
    assert chips(text) == []


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("warmline", "/warmlines/"),
        ("warm lines", "/warmlines/"),
        ("online", "/online/"),
        ("online help", "/online/"),
    ],
)
def test_word_for_a_page_redirects_to_it(client, typed, address):
    response = client.get("/find/", {"near": typed})

    assert (response.status_code, response.get("Location")) == (302, address)


def test_in_spanish_a_word_for_a_page_leads_to_the_spanish_one(client):
    response = client.get("/es/find/", {"near": "línea de apoyo"})

    assert response["Location"] == "/es/warmlines/"


@pytest.mark.parametrize(
    "path",
    [
        "/find/?near=",
        "/find/?q=",
        "/embed/?near=",
        "/warmlines/?near=",
        "/orgs/?q=",
        "/centers-for-independent-living/?near=",
    ],
)
def test_a_line_is_found_by_its_name_from_every_box(client, path):
    warmline(slug="quetzal", name="Quetzal Night Line", service_area=[state("VT")])
    warmline(slug="other")

    text = page(client, f"{path}Quetzal Night Line")

    assert "/warmlines/quetzal/" in text
    others = text.find("/warmlines/other/")
    assert others == -1 or text.index("/warmlines/quetzal/") < others
    assert "We could not find" not in text


def test_a_name_finds_organizations_and_lines(client):
    organization(slug="quetzal-house", name="Quetzal House")
    warmline(slug="quetzal", name="Quetzal Night Line", service_area=[state("VT")])

    text = page(client, "/find/?near=Quetzal")

    assert 'data-listing="org:quetzal-house"' in text
    assert 'data-listing="warmline:quetzal"' in text
    assert "We found 2 listings for “Quetzal”." in text


@pytest.mark.parametrize("words", ["日本", "%00", "🙂", "!!!"])
@pytest.mark.parametrize("path", ["/find/?q=", "/orgs/?q=", "/api/services?search="])
def test_words_in_another_script_find_nothing(client, path, words):
    organization(slug="only")
    warmline(slug="line")

    text = page(client, f"{path}{words}")

    assert "org:only" not in text
    assert "Example Peer Center" not in text
    # Below the results, find shows the lines for anyone.
    assert "/find/" in path or "Example Warmline" not in text


@pytest.mark.parametrize("path", ["/orgs/?q=", "/api/services?search="])
@pytest.mark.parametrize("words", ["saint louis", "St. Louis"])
def test_saint_and_st_are_one_word(client, path, words):
    organization(name="St. Louis Example Center", slug="short")
    organization(name="Saint Louis Example House", slug="long")
    organization(name="Stone Louis Example", slug="neither")

    text = page(client, f"{path}{words}")

    assert "St. Louis Example Center" in text
    assert "Saint Louis Example House" in text
    if words == "saint louis":
        assert "Stone Louis Example" not in text


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/embed/"])
def test_name_that_resembles_a_place_is_not_an_error(client, path):
    warmline(slug="ours", name="NAMI San Diego Warmline", who_may_call="anyone")

    page = client.get(path, {"near": "NAMI San Diego"}).content.decode()

    assert 'data-listing="warmline:ours"' in page
    assert "We could not find" not in page
    assert 'aria-invalid="true"' not in page
    # The place that may be meant is still offered.
    assert ">San Diego, San Diego County, California</a>" in page
