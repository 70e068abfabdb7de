"""Typical searches, answered from the starter data."""

from __future__ import annotations

import csv
import random
import re
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings

from orgs.models import Organization
from places.models import Place
from tests.reading import (
    ARTICLE,
    listings_on,
    public_listings,
    sections_of,
    serves_by_name,
)
from warmlines.models import Warmline

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("starter"),
    pytest.mark.any_database,
]

SERVES = re.compile(r'data-listing="([^"]+)"[^>]*data-serves="(\w+)"')


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_wyoming_online_only(client):
    sections = sections_of(page(client, "/find/?state=WY&how=online"))

    assert next(iter(sections)) == "online"
    assert sections["online"]
    # A line to call is always there.
    assert len(sections.pop("phone")) == 1
    for key, _miles in [row for rows in sections.values() for row in rows]:
        listing = Organization.objects.get(slug=key.removeprefix("org:"))
        assert listing.online is True


def test_every_center_that_serves_a_county_with_none_of_its_own(client):
    """No center names Petroleum County, so the centers of its state are listed."""
    with (settings.BASE_DIR / "fixtures" / "cils.csv").open(encoding="utf-8") as rows:
        montana = [row for row in csv.DictReader(rows) if row["state"] == "MT"]
    naming = [row for row in montana if "Petroleum" in row["counties_served"]]
    text = page(
        client, "/centers-for-independent-living/?near=Petroleum+County,+Montana"
    )

    assert naming == []
    assert "Please ask which one serves you." in text
    keys = {row["key"] for row in montana}
    listed = [key.removeprefix("org:") for key in listings_on(text)]
    found = Organization.objects.filter(slug__in=listed)
    assert {row.key for row in found} <= keys
    expected = Organization.objects.public().filter(
        key__in=keys, service_area_scope__in=["unknown", "nationwide"]
    )
    assert set(found) >= set(expected)


def test_every_center_that_serves_a_named_county(client):
    with (settings.BASE_DIR / "fixtures" / "cils.csv").open(encoding="utf-8") as rows:
        keys = {
            row["key"]
            for row in csv.DictReader(rows)
            if row["state"] == "GA" and "Harris" in row["counties_served"].split(";")
        }
    text = page(client, "/centers-for-independent-living/?near=Harris+County,+Georgia")

    listed = [key.removeprefix("org:") for key in listings_on(text)]
    named = Organization.objects.filter(
        slug__in=listed, service_area__name="Harris County", service_area__state="GA"
    )
    public = Organization.objects.public().filter(key__in=keys)
    assert keys
    assert set(named) == set(public)


def test_veterans_in_puerto_rico(client):
    text = page(client, "/find/?near=Puerto+Rico&community=veterans")
    sections = sections_of(text)

    assert sections["phone"]
    for key, _miles in sections["near"] + sections["online"]:
        slugs = Organization.objects.get(slug=key[4:]).terms.values_list("slug")
        assert ("veterans",) in slugs
    if not sections["near"]:
        assert "Try removing one" in text


@time_machine.travel(datetime(2026, 11, 23, 20, 0, tzinfo=UTC), tick=False)
def test_lines_in_spanish_that_are_open_at_a_moment(client):
    text = page(client, "/warmlines/?language=es&open_now=1")
    shown = {key.removeprefix("warmline:") for key in listings_on(text)}

    at = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    spanish = Warmline.objects.public().filter(terms__slug="es", terms__kind="language")
    states = {w.slug: w.status_at(at).state.value for w in spanish}
    assert {slug for slug in shown if states.get(slug) == "closed"} == set()
    assert {slug for slug, found in states.items() if found == "open"} <= shown
    # Apart from these, only lines for anyone, and what may be open.
    for slug in shown - {slug for slug, found in states.items() if found == "open"}:
        line = Warmline.objects.get(slug=slug)
        assert states.get(slug) == "unknown" or line.takes_anyone
    assert "Remove filter:" in text


def test_vermont_respite_is_found_by_a_misspelled_name(client):
    text = page(client, "/orgs/?q=Alysum")

    assert "Did you mean" in text
    assert "Alyssum" in text


def test_a_name_typed_into_the_box_for_places_leads_to_the_name(client):
    for path in ("/find/", "/embed/"):
        text = page(client, f"{path}?near=Alyssum")
        assert "We found 1 listing for “Alyssum”." in text
        assert "data-errors" not in text
        assert "<title>Error" not in text
        assert 'value="Alyssum"' in text
        assert ">Alyssum<" in text


def test_misspelled_name_in_the_place_box_gets_an_error_and_a_suggestion(client):
    text = page(client, "/find/?near=Alysum")

    assert "We could not find" in text
    assert "is not a place that we know" not in text
    assert "Here is what has a name like “Alysum”." in text
    near = sections_of(text)["near"]
    assert any("alyssum" in key for key, _miles in near)


def test_words_without_a_match_find_nothing(client):
    for typed in ("東京", "Москва", "مساعدة", "???", "🏠", "x"):
        text = page(client, f"/find/?{urlencode({'near': typed})}")
        assert "We could not find" in text, typed
        assert "Here is what you can reach from anywhere." in text, typed
        assert "near" not in sections_of(text), typed
    text = page(client, "/find/?near=Alyssum&page=2")
    assert "We could not find" in text
    assert "here are the listings" not in text


@time_machine.travel(datetime(2026, 11, 23, 12, 30, tzinfo=UTC), tick=False)
def test_talk_to_someone_at_half_past_two_in_honolulu(client):
    now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert now.astimezone(ZoneInfo("Pacific/Honolulu")).strftime("%H:%M") == "02:30"
    text = page(client, "/warmlines/?state=HI&open_now=1")

    shown = listings_on(text)
    assert shown
    assert 'data-open="no"' not in text
    assert "Hawaii time" in text or "Hawaii" in text


def test_zips_of_every_state_get_somebody_who_serves_them_by_name(client):
    """`make sweep` checks the same for each of the 41,204 ZIP codes."""
    known = public_listings()
    chance = random.Random(20261124)
    zips = list(Place.objects.zips().select_related("county"))
    by_state: dict[str, list[Place]] = {}
    for place in zips:
        by_state.setdefault(place.state, []).append(place)
    sample = [chance.choice(rows) for rows in by_state.values()]
    sample += chance.sample(zips, 40)

    for place in sample:
        shown = listings_on(page(client, f"/find/?near={place.code}"))
        serving = [key for key in shown if serves_by_name(known[key], place)]
        assert serving, f"{place.code}: nobody serves it by name"


def zips_of(chance, count):
    """Return random ZIP codes, and some where little is near."""
    zips = list(Place.objects.zips().order_by("code").values_list("code", flat=True))
    rural = ["96813", "59215", "62701", "04730", "39120", "99701", "00901", "86515"]
    return [*rural, *chance.sample(zips, count)]


def coverage_by_rows(row, place):
    """Say from the rows what an organization serves, without the search."""
    served = {(one.kind, one.state, one.pk) for one in row.service_area.all()}
    if any(kind == "county" and pk == place.county_id for kind, _s, pk in served):
        return "county"
    if any(kind == "state" and code == place.state for kind, code, _pk in served):
        return "state"
    if row.service_area_scope == "nationwide":
        return "nation"
    if row.service_area_scope == "unknown":
        is_network = row.kind == "statewide_network" and row.state == place.state
        return "state" if is_network else "unknown"
    return "other"


def test_nothing_listed_as_help_serves_only_other_places(client):
    chance = random.Random(25)
    rows = {
        row.data_key: row
        for row in Organization.objects.public().prefetch_related("service_area")
    }

    for code in zips_of(chance, 20):
        place = Place.objects.get_by_zip(code)
        text = page(client, f"/find/?near={code}")
        sections = sections_of(text)
        said = dict(SERVES.findall(text))
        for name in ("near", "cil"):
            for key, _miles in sections[name]:
                row = rows[key]
                assert said[key] == coverage_by_rows(row, place) != "other", (code, key)
                assert (row.kind == "cil") == (name == "cil")
        assert len(sections["cil"]) <= 3
        assert 1 <= len(sections["phone"]) <= 4, code
        assert sections["online"], code


def test_no_card_is_farther_than_what_is_folded(client):
    for code in zips_of(random.Random(26), 12):
        text = page(client, f"/find/?near={code}")
        near = text[text.index('data-section="near"') :]
        shown, _details, rest = near[: near.index("</section>")].partition("<details")
        open_miles = [float(miles) for _key, miles in ARTICLE.findall(shown) if miles]
        folded = [float(miles) for _key, miles in ARTICLE.findall(rest) if miles]
        far = [miles for miles in open_miles if miles > 50]
        assert not far or not folded or min(folded) >= max(far), code
