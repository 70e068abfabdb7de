"""Keep a listing, or send it: a contact card and the visitor's own messages."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from listings.models import Listing
from tests.factories import organization, place, warmline
from tests.reading import links_on

pytestmark = pytest.mark.django_db


def fields(card):
    """{name: value} of a contact card, its long lines joined and escapes undone."""
    assert card.endswith("END:VCARD\r\n")
    lines = card.replace("\r\n ", "").strip().split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    undone = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    for pair in pairs:
        for written, letter in undone.items():
            pair[1] = pair[1].replace(written, letter)
    return {name.split(";")[0]: value for name, value in pairs}


def test_a_card_says_who_and_how(client):
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
    card = fields(response.content.decode())
    assert card["VERSION"] == "3.0"
    assert card["FN"] == "Peers; Friends, and Others"
    assert card["TEL"] == "+14065550101"
    assert card["EMAIL"] == "help@example.org"
    assert card["ADR"].startswith(";;100 Example Street;Miles City;MT;")
    assert card["NOTE"] == "http://testserver/orgs/ours/"


def test_a_card_holds_no_withheld_street(client):
    town = {"city": "Miles City", "state": "MT", "zip_code": "59301"}
    street = {"street": "100 Example Street", "address_withheld": True}
    organization(slug="ours", **town, **street)

    card = client.get("/orgs/ours/contact.vcf").content.decode()

    assert "Miles City" in card
    assert "Example Street" not in card


def test_long_lines_are_folded_between_letters(client):
    name = "Línea de apoyo é" * 11
    warmline(slug="line", name=name)

    response = client.get("/warmlines/line/contact.vcf")

    lines = response.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines[:-1])
    assert fields(response.content.decode())["FN"] == name


@pytest.mark.parametrize("status", [Listing.Status.DRAFT, Listing.Status.CLOSED])
def test_there_is_no_card_of_what_is_not_public(client, status):
    organization(slug="ours", status=status, closure_reason="Example")

    assert client.get("/orgs/ours/contact.vcf").status_code == 404


def test_a_listing_is_sent_by_the_visitors_own_phone(client):
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
