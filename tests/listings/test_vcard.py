"""Visitors can save a listing as a contact card or send it to a friend."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from listings.models import Listing
from tests.factories import organization, place, warmline
from tests.reading import links_on

pytestmark = pytest.mark.django_db


def parse_vcard(card):
    """Parse a contact card into {name: value}, with lines unfolded and unescaped."""
    assert card.endswith("END:VCARD\r\n")
    lines = card.replace("\r\n ", "").strip().split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    undone = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    for pair in pairs:
        for written, letter in undone.items():
            pair[1] = pair[1].replace(written, letter)
    return {name.split(";")[0]: value for name, value in pairs}


def test_vcard_contains_name_and_contacts(client):
    organization(
        at=place("59301"),
        slug="ours",
        name="Peers; Friends, and Others",
        street="100 Example Street",
        email="help@example.org",
        website="https://example.org/",
    )

    response = client.get("/orgs/ours/contact.vcf")

    assert response["Content-Type"] == "text/vcard; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ours.vcf"'
    card = parse_vcard(response.content.decode())
    assert card["VERSION"] == "3.0"
    assert card["FN"] == "Peers; Friends, and Others"
    assert card["TEL"] == "+14065550101"
    assert card["EMAIL"] == "help@example.org"
    assert card["ADR"].startswith(";;100 Example Street;Miles City;MT;")
    assert card["NOTE"] == "http://testserver/orgs/ours/"


def test_vcard_contains_no_withheld_street(client):
    town = {"city": "Miles City", "state": "MT", "zip_code": "59301"}
    street = {"street": "100 Example Street", "address_withheld": True}
    organization(slug="ours", **town, **street)

    card = client.get("/orgs/ours/contact.vcf").content.decode()

    assert "Miles City" in card
    assert "Example Street" not in card


def test_vcard_folds_long_lines_between_characters(client):
    name = "Línea de apoyo é" * 11
    warmline(slug="line", name=name)

    response = client.get("/warmlines/line/contact.vcf")

    lines = response.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines[:-1])
    assert parse_vcard(response.content.decode())["FN"] == name


@pytest.mark.parametrize("status", [Listing.Status.DRAFT, Listing.Status.CLOSED])
def test_listing_that_is_not_public_has_no_vcard(client, status):
    organization(slug="ours", status=status, closure_reason="Example")

    assert client.get("/orgs/ours/contact.vcf").status_code == 404


def test_share_links_open_the_visitors_own_apps(client):
    warmline(slug="line", name="Line & More", phone="+14065550102")

    page = client.get("/warmlines/line/").content.decode()
    links = links_on(page)

    [text] = [link for link in links if link.startswith("sms:?")]
    [mail] = [link for link in links if link.startswith("mailto:?")]
    words = "Line & More\n(406) 555-0102\nhttp://testserver/warmlines/line/"
    assert parse_qs(text.partition("?")[2])["body"] == [words]
    assert parse_qs(urlsplit(mail).query) == {
        "subject": ["Line & More"],
        "body": [words],
    }
    assert 'href="/warmlines/line/contact.vcf"' in page
