"""Stored cards are rendered again when their own listing changes, and only then."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from caching import memory_cache
from caching.models import RenderedCard
from listings import cards
from listings.exchange.workflow import import_text
from listings.field_values import apply_facts
from listings.models import Term
from orgs.models import Organization
from places.nearest import SearchHit
from tests.caching.transactions import commit
from tests.conftest import ROOT
from tests.curation.helpers import (
    change_form_data,
    post_change_form,
)
from tests.factories import organization, person, place, term, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db
FILE = ROOT / "fixtures" / "organizations.csv"


def render_cards(*listings):
    """Return the cards of these listings as a page shows them."""
    hits = [SearchHit(listing.pk, 3.2) for listing in listings]
    found = cards.cards(Organization, hits, "orgs/_card.html")
    return [str(card.html) for card in found]


@pytest.fixture
def rendered_ids():
    """Collect the ids of the listings whose cards are rendered."""
    numbers = []

    def note(template, context, **_signal):
        if template.name == "orgs/_card.html":
            numbers.append(context["organization"].pk)

    template_rendered.connect(note)
    yield numbers
    template_rendered.disconnect(note)


@pytest.fixture
def empty_memory():
    """Return a function that empties the memory cache, as in a new process."""
    return memory_cache.clear_all


def test_edit_renders_only_the_card_of_its_own_listing_again(rendered_ids):
    one, other = organization(at=place("59301")), organization(at=place("59301"))
    commit()
    render_cards(one, other)
    rendered_ids.clear()

    apply_facts(other, {"phone": "+14065550177"})
    commit()

    assert set(rendered_ids) == {other.pk}
    rendered_ids.clear()
    assert "(406) 555-0177" in render_cards(one, other)[1]
    assert rendered_ids == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": "Another Name"}, "Another Name"),
        ({"phone": "+14065550177"}, "(406) 555-0177"),
        ({"toll_free": "+18005550177"}, "(800) 555-0177"),
        ({"sms_number": "741741 (keyword PEER)"}, "741741"),
        ({"chat_url": "https://chat.example.org/"}, "chat.example.org"),
        ({"email": "new@example.org"}, "new@example.org"),
        ({"website": "https://new.example.org/"}, "new.example.org"),
        ({"city": "Terry"}, "Terry"),
        ({"terms": ["service:drop_in"]}, "A place to drop in"),
        ({"service_area": "Idaho"}, "Serves Idaho"),
        (
            {"service_area_scope": "nationwide", "service_area": ""},
            "Serves the whole country",
        ),
        ({"online": True}, "In person and online"),
        ({"public_warning": "It may have moved."}, "It may have moved."),
        ({"kind": "cil"}, "Center for Independent Living"),
    ],
)
def test_card_shows_the_latest_edit(facts, words):
    listing = organization(at=place("59301"))
    commit()
    assert words not in render_cards(listing)[0]

    apply_facts(listing, facts)
    commit()

    assert words in render_cards(listing)[0]


def test_admin_renders_a_card_again_when_only_terms_change(client):
    listing, peers = organization(at=place("59301")), term("service", "drop_in")
    client.force_login(person())
    commit()
    assert peers.label not in render_cards(listing)[0]

    facts = change_form_data(client, listing) | {"terms": [peers.pk]}
    assert post_change_form(client, listing, facts).status_code == 302
    commit()

    assert peers.label in render_cards(listing)[0]


def test_import_renders_a_card_again_when_only_terms_change():
    import_text("organizations", FILE.read_text(encoding="utf-8"))
    commit()
    listing = Organization.objects.filter(terms__kind="service").first()
    was = render_cards(listing)
    text = FILE.read_text(encoding="utf-8")
    commit()
    for slug in listing.terms.filter(kind="service").values_list("slug", flat=True):
        listing.terms.remove(Term.objects.get(kind="service", slug=slug))
    render_cards(listing)

    report = import_text("organizations", text)
    commit()

    assert [words for _row, words in report.changes] == [f"{listing.key}: terms"]
    assert render_cards(listing) == was


def test_renaming_a_term_or_place_renders_every_card_again():
    peers = term("service", "drop_in")
    listing = organization(at=place("59301"))
    apply_facts(listing, {"terms": ["service:drop_in"]})
    commit()
    render_cards(listing)

    peers.label = "Open house"
    peers.save()
    commit()

    assert "Open house" in render_cards(listing)[0]


def test_edit_of_a_listing_and_a_term_updates_both():
    peers = term("service", "drop_in")
    one, other = organization(at=place("59301")), organization(at=place("59301"))
    apply_facts(one, {"terms": ["service:drop_in"]})
    commit()
    render_cards(one, other)

    apply_facts(other, {"city": "Terry"})
    peers.label = "Open house"
    peers.save()
    commit()

    first, second = render_cards(one, other)
    assert ("Open house" in first, "Terry" in second) == (True, True)


def test_card_from_a_lagging_replica_is_not_stored_as_current(rendered_ids):
    """A replica has another content version and another stamp of the row."""
    listing = organization(at=place("59301"))
    commit()
    before = render_cards(listing)
    past = Organization.objects.filter(pk=listing.pk).values("changed_at").get()

    apply_facts(listing, {"city": "Terry"})
    commit()
    after = render_cards(listing)
    Organization.objects.filter(pk=listing.pk).update(city="Miles City", **past)
    commit()

    assert before != after
    assert "Miles City" in render_cards(listing)[0]
    apply_facts(listing, {"city": "Terry"})
    commit()
    assert render_cards(listing) == after


def test_new_process_reads_cards_from_the_table(rendered_ids, empty_memory):
    one, other = organization(at=place("59301")), organization(at=place("59301"))
    commit()
    before = render_cards(one, other)
    rendered_ids.clear()
    empty_memory()

    with CaptureQueriesContext(connection) as queries:
        assert render_cards(one, other) == before
    read = " ".join(query["sql"] for query in queries)
    assert rendered_ids == []
    assert "listings_term" not in read
    with translation.override("es"):
        assert "Horario no indicado" in render_cards(one)[0]
    assert rendered_ids == []


def test_stored_card_of_an_older_revision_is_not_shown(rendered_ids, empty_memory):
    """A process may change a listing and end before it stores the cards."""
    listing = organization(at=place("59301"))
    commit()
    old = list(RenderedCard.objects.all())
    apply_facts(listing, {"phone": "+14065550177"})
    commit()
    RenderedCard.objects.bulk_create(
        old,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["stamp", "content"],
    )
    rendered_ids.clear()
    empty_memory()

    assert "(406) 555-0177" in render_cards(listing)[0]
    assert rendered_ids == [listing.pk]


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "closed", "closure_reason": "It moved."},
        {"status": "draft"},
        {"address_withheld": True, "precision": "county"},
    ],
)
def test_table_has_no_card_of_a_removed_or_hidden_listing(facts):
    listing = organization(at=place("59301"), street="13 Hidden Lane")
    commit()
    assert "Hidden Lane" in stored_text()

    for name, fact in facts.items():
        setattr(listing, name, fact)
    listing.save()
    commit()

    assert "Hidden Lane" not in stored_text()
    if "status" in facts:
        assert stored_text() == ""


def test_card_is_stored_although_many_saves_were_rolled_back_before():
    listing = organization(at=place("59301"), street="13 Hidden Lane")
    commit()
    RenderedCard.objects.all().delete()
    with transaction.atomic():
        for _number in range(cards.MAX_AFTER_COMMIT + 1):
            organization(at=place("59301"))
        transaction.set_rollback(True)

    listing.save()
    commit()

    assert "Hidden Lane" in stored_text()


def stored_text():
    return " ".join(RenderedCard.objects.values_list("content", flat=True))


def test_prepare_renders_missing_cards_and_deletes_unused_ones():
    listing, closes = organization(at=place("59301")), organization(at=place("59301"))
    commit()
    RenderedCard.objects.filter(key__contains="_card.html").delete()
    RenderedCard.objects.create(key=f"orgs/gone.html en {listing.pk}", stamp="old")
    # As an import closes it, whose rows are written at once.
    Organization.objects.filter(pk=closes.pk).update(
        status="closed", closure_reason="It moved."
    )

    assert cards.store_all() > 0
    assert cards.store_all() == 0
    keys = [key.split() for key in RenderedCard.objects.values_list("key", flat=True)]
    assert {int(pk) for _template, _language, pk in keys} == {listing.pk}
    assert {template for template, _language, _pk in keys} == {
        "orgs/_card.html",
        "orgs/_row.html",
        "orgs/_catalog_row.html",
    }


def test_stored_card_contains_no_distance():
    listing = organization(at=place("59301"))
    commit()
    render_cards(listing)

    near, far = (
        cards.cards(Organization, [SearchHit(listing.pk, miles)], "orgs/_card.html")[
            0
        ].html
        for miles in (0.4, 72.0)
    )

    assert ('data-miles="0.4"' in near, 'data-miles="72.0"' in far) == (True, True)
    assert ("72 miles away" in far, "72 miles away" in near) == (True, False)
    assert "miles away" not in stored_text()


def test_page_leaves_out_a_listing_that_was_just_deleted(client):
    """A worker may have the id of a row that another worker has deleted."""
    spot = place("59301")
    stays = organization(at=spot, slug="stays")
    organization(at=spot, slug="goes")
    warmline(slug="goes-too")
    commit()
    pages = ["/find/?near=59301", "/find/map/?near=59301", "/warmlines/?near=59301"]
    before = "".join(client.get(page).content.decode() for page in pages)

    # As that other worker's commit is seen from here, before the version is.
    Organization.objects.filter(slug="goes")._raw_delete("default")
    Warmline.objects.filter(slug="goes-too")._raw_delete("default")
    memory_cache.clear_all()
    answers = [client.get(page) for page in pages]
    after = "".join(answer.content.decode() for answer in answers)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert stays.get_absolute_url() in after
    for address in ("/orgs/goes/", "/warmlines/goes-too/"):
        assert (address in before, address in after) == (True, False)
