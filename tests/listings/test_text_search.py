"""Text search finds the same on both databases, with name matches first."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from listings import text_search
from listings.text_index import build, drop
from orgs.models import Organization
from tests.factories import organization, place, state, term

pytestmark = pytest.mark.django_db
TABLE = "orgs_organization"


def find_slugs(words):
    rows = Organization.objects.public().matching(words).by_relevance(words)
    return [row.slug for row in rows]


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("corazon", ["heart"]),
        ("CORAZÓN", ["heart"]),
        ("cora", ["heart"]),
        ("orazon", []),
        ("miles city", ["heart"]),
        ("heart lacorte", ["heart"]),
        ("veterans", ["heart", "plain"]),
        ("veteranos", ["heart", "plain"]),
        ("eterans", []),
        ("veteran heart", ["heart"]),
        ("centre’s", ["plain"]),
        ("100%", []),
        ("' OR 1=1 --", []),
        ('"near', []),
        ("", ["plain", "heart"]),
        ("   ", ["plain", "heart"]),
        ("x " * 60, []),
    ],
)
def test_matching_needs_every_word_to_begin_a_word(words, slugs):
    veterans = [term("community", "veterans")]
    organization(name="Corazón House", slug="heart", at=place("59301"), terms=veterans)
    Organization.objects.get(slug="heart")
    heart = Organization.objects.get(slug="heart")
    heart.summary = "The heart of LaCorte"
    heart.save()
    organization(name="Centre’s", slug="plain", terms=veterans)

    assert sorted(find_slugs(words)) == sorted(slugs)


def test_name_matches_come_first():
    organization(name="Aardvark", slug="told", summary="A recovery center in Hope")
    organization(name="Zebra Recovery Center Hope", slug="named")
    organization(name="Beta Hope", slug="half", summary="Recovery center")

    assert find_slugs("hope recovery") == ["named", "told", "half"]


def test_near_a_place_name_matches_come_before_nearer_listings(client):
    spots = [place(code) for code in ("59301", "59330", "59102")]
    for spot in spots:
        facts = {"slug": f"told-{spot.code}", "summary": "Drum circle"}
        organization(at=spot, service_area=[spots[0].county], **facts)
    facts = {"slug": "named", "name": "Drum House"}
    organization(at=spots[2], service_area=[spots[0].county], **facts)

    page = client.get("/find/", {"near": "59301", "q": "drum"})

    near = page.context["sections"][0]
    slugs = dict(Organization.objects.values_list("pk", "slug"))
    order = [slugs[row.pk] for row in near.listed]
    assert order == ["named", "told-59301", "told-59330", "told-59102"]
    assert page.context["summary"].lead == "4 listings found."


def test_text_index_follows_every_change():
    listing = organization(name="First Name")
    assert find_slugs("first")
    listing.name = "Second Name"
    listing.save()
    assert (find_slugs("first"), len(find_slugs("second"))) == ([], 1)
    Organization.objects.bulk_create(
        [Organization(name="Third", slug="third", search_text="third", status="draft")]
    )
    assert Organization.objects.matching("third").count() == 1
    listing.delete()
    assert find_slugs("second") == []


def test_search_without_an_index_finds_the_same(monkeypatch):
    organization(name="Corazón House", slug="heart", service_area=[state("MT")])
    organization(name="Acorazado", slug="ship")
    monkeypatch.setattr(text_search, "has_index", lambda using, table: False)

    assert find_slugs("corazon") == ["heart"]
    assert find_slugs("house cora") == ["heart"]


def test_missing_text_index_is_created_again():
    organization(name="Corazón House", slug="heart")
    with transaction.atomic():
        drop(connection, TABLE)
        build(connection, TABLE)
        build(connection, TABLE)
        assert find_slugs("corazon") == ["heart"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL's plan")
def test_postgresql_uses_the_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Organization.objects.matching("recovery").values("pk").explain()

    assert "orgs_organization_words" in plan
