"""Atom feeds of new, changed, checked and closed listings, and those of states."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.workflow import record_check, remove_on_request
from listings.field_values import apply_facts
from orgs.models import Organization
from tests.factories import organization, person, place, state, term, warmline

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, path="/feeds/changes.atom"):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)  # noqa: S314  # our own


def entries(client, path="/feeds/changes.atom"):
    """Return (kind, title, summary) of each entry, newest first."""
    return [
        (
            entry.find(f"{ATOM}category").get("term"),
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}summary") or "",
        )
        for entry in feed(client, path).iter(f"{ATOM}entry")
    ]


def change(listing, **facts):
    listing.refresh_from_db()
    apply_facts(listing, facts)


def test_feed_lists_every_kind_of_change_newest_first(client):
    ours = organization(at=place("59301"), name="Ours")
    change(ours, phone="+14065550109", summary="More")
    record_check(ours, how="called", outcome="right", by=person(), facts=["phone"])
    ours.refresh_from_db()
    day = ours.checked_on

    before_closing = entries(client)
    ours.close(reason="Sold")

    assert before_closing == [
        (
            "checked",
            "Checked: Ours",
            f"Checked on {day:%b}. {day.day}, {day.year} by calling.",
        ),
        ("changed", "Changed: Ours", "What changed: Summary, Phone."),
        ("new", "New: Ours", "Miles City, MT"),
    ]
    # For a closed listing, the feed only has its closing.
    assert entries(client) == [("closed", "Closed: Ours", "It is not listed any more.")]


def test_feed_leaves_out_control_characters(client):
    """XML cannot contain control characters, but an import may bring some."""
    organization(at=place("59301"), name="Ou\x08rs\x0b\tand\x1f yours")
    Organization.objects.update(city="Mi\x0cles")

    for path in ("/feeds/changes.atom", "/feeds/states/mt.atom"):
        assert entries(client, path) == [("new", "New: Ours\tand yours", "Miles, MT")]


def test_feed_reports_changed_terms_and_service_areas(client):
    ours = organization(name="Ours")
    change(ours, terms=["language:es"], service_area="Montana")

    assert entries(client)[0] == (
        "changed",
        "Changed: Ours",
        "What changed: Terms, States and counties served.",
    )


def test_feed_ignores_internal_changes(client):
    ours = organization(name="Ours")
    ours.internal_note, ours.version = "Rang twice", 2
    ours.save()
    record_check(ours, how="called", outcome="no_answer", by=person())

    assert [kind for kind, _title, _summary in entries(client)] == ["new"]


def test_feed_reports_a_published_draft_as_new(client):
    ours = organization(name="Ours", status="draft")
    change(ours, summary="Written while a draft")

    assert entries(client) == []
    ours.refresh_from_db()
    ours.publish()
    assert [kind for kind, _title, _summary in entries(client)] == ["new"]


def test_feed_does_not_name_withheld_facts(client):
    house = organization(name="House", street="13 Hidden Lane", address_withheld=True)
    change(house, street="14 Hidden Lane", zip_code="59301", email="a@example.org")

    assert entries(client)[0][2] == "What changed: E-mail."


def test_feed_leaves_out_listings_with_a_removal_request(client):
    remove_on_request(warmline(name="Private line"), "They asked.")

    assert entries(client) == []


def test_state_feed_has_listings_located_in_or_serving_the_state(client):
    organization(at=place("59301"), name="Here")
    organization(at=place("82801"), name="Serves here", service_area=[state("MT")])
    organization(at=place("82801"), name="Elsewhere")
    warmline(name="Our line", service_area=[state("MT")])
    warmline(name="Nationwide")

    titles = {
        title for _kind, title, _summary in entries(client, "/feeds/states/mt.atom")
    }

    assert titles == {"New: Here", "New: Serves here", "New: Our line"}
    assert client.get("/feeds/states/zz.atom").status_code == 404


def test_feed_entry_keeps_its_id_and_time(client):
    ours = organization(name="Ours")

    def entry_times():
        return {
            entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}updated")
            for entry in feed(client).iter(f"{ATOM}entry")
        }

    first = entry_times()
    change(ours, summary="More")
    second = entry_times()

    assert first.items() <= second.items()
    assert len(second) == 2
    assert all(id_.startswith("urn:uuid:") for id_ in second)


def test_feed_is_valid_atom(client):
    """Check what RFC 4287 requires of a feed and of each entry."""
    organization(at=place("59301"), name="<b>Ours</b> & theirs")
    root = feed(client)

    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Peer Support Directory"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/feeds/changes.atom"
    assert links["alternate"] == "http://testserver/"
    for part in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1
        moment = datetime.fromisoformat(part.findtext(f"{ATOM}updated"))
        assert moment.tzinfo is not None
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 2
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "New: <b>Ours</b> & theirs"


def test_feed_is_in_the_language_of_its_address(client):
    organization(name="Ours")

    root = feed(client, "/es/feeds/changes.atom")

    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "Nuevo: Ours"
    assert root.findtext(f"{ATOM}id") != feed(client).findtext(f"{ATOM}id")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/", "/feeds/changes.atom"),
        ("/es/", "/es/feeds/changes.atom"),
        ("/states/mt/", "/feeds/states/mt.atom"),
        ("/es/states/mt/", "/es/feeds/states/mt.atom"),
    ],
)
def test_page_head_links_to_feeds(client, address, found):
    head = client.get(address).content.decode().split("</head>")[0]

    assert f'type="application/atom+xml" href="http://testserver{found}"' in head
    assert client.get(found).status_code == 200


def test_feed_makes_as_many_queries_for_many_changes(client):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            client.get("/feeds/changes.atom")
        return len(queries)

    def fill(count):
        for _ in range(count):
            made = organization(
                terms=[term("language", "en")], service_area=[state("MT")]
            )
            change(made, summary="More")
            warmline(service_area=[state("MT")])

    fill(1)
    few = count_queries()
    fill(3)

    # The first request also reads the content version.
    assert count_queries() <= few
