""" "Open now" for organizations, and counts that agree under every filter."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.factories import organization, place, state, term
from tests.reading import ARTICLE, sections_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
# A Tuesday at 10:30 in the morning.
MORNING = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("America/Denver"))
HEADING = "Hours not listed. These may be open"
WEEKDAYS = {"hours": "Mo-Fr 09:00-17:00", "timezone": "America/Denver"}
NIGHTS = {"hours": "Mo-Su 20:00-23:00", "timezone": "America/Denver"}
BY_APPOINTMENT = {"hours": 'unknown "by appointment"', "timezone": "America/Denver"}


@pytest.fixture
def houses():
    """Four listings: open, closed, with unknown hours, and by appointment."""
    spots = [place("59330"), place("59301"), place("59301"), place("59102")]
    for spot, slug, hours in zip(
        spots,
        ["open", "closed", "unknown", "appointment"],
        [WEEKDAYS, NIGHTS, {}, BY_APPOINTMENT],
        strict=True,
    ):
        organization(at=spot, slug=slug, **hours)


def get(client, path, **query):
    with time_machine.travel(MORNING, tick=False):
        response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def keys_after(page, heading):
    return [key for key, _m in ARTICLE.findall(page.partition(heading)[2])]


@pytest.mark.usefixtures("houses")
@pytest.mark.parametrize("near", ["59301", "Montana"])
def test_open_now_lists_places_that_may_be_open_separately(client, near):
    page = get(client, "/find/", near=near, open_now="1")
    section = page[page.index('id="near"') : page.index('id="cil"')]

    sure, _heading, maybe = section.partition(HEADING)
    assert [key for key, _m in ARTICLE.findall(sure)] == ["org:open"]
    assert {key for key, _m in ARTICLE.findall(maybe)} == {
        "org:unknown",
        "org:appointment",
    }
    assert "org:closed" not in page


@pytest.mark.usefixtures("houses")
def test_without_open_now_places_are_sorted_by_distance(client):
    page = get(client, "/find/", near="59301")

    assert HEADING not in page
    assert [key for key, _m in sections_of(page)["near"]] == [
        "org:closed",
        "org:unknown",
        "org:open",
        "org:appointment",
    ]


@pytest.mark.usefixtures("houses")
@pytest.mark.parametrize("path", ["/embed/", "/find/map/"])
def test_embed_and_map_leave_out_closed_places_with_open_now(client, path):
    page = get(client, path, near="59301", open_now="1")

    assert "/orgs/open/" in page
    assert "/orgs/unknown/" in page
    assert "/orgs/closed/" not in page


def test_summary_says_when_no_place_is_known_to_be_open(client):
    organization(at=place("59301"), slug="unknown")

    page = get(client, "/find/", near="59301", open_now="1")

    assert "No place listed here is known to be open right now." in page


def test_the_nearest_that_is_open_is_named_with_open_now(client):
    organization(at=place("59301"), slug="unknown")
    organization(at=place("59330"), slug="open", name="Glendive House", **WEEKDAYS)

    page = get(client, "/find/", near="59301", open_now="1")

    assert "The nearest is Glendive House, 72 miles away." in page


def counted(page, name, value):
    """Return the count of a filter option, or 0 if it is not offered."""
    found = re.search(
        rf'name="{name}" value="{value}".*?class="count">([\d,]+)<', page, re.DOTALL
    )
    return int(found[1]) if found else 0


def total_near(page):
    """Return the sum of the totals of the first two sections."""
    found = re.findall(r'<a href="#(?:near|cil)">[^<]*\((\d+)\)', page)
    return sum(map(int, found))


@pytest.mark.parametrize(
    "query", [{"radius": "10"}, {"radius": "100", "open_now": "1"}, {"open_now": "1"}]
)
@pytest.mark.parametrize("kind", ["peer_run", "cil", "online_community"])
def test_count_of_a_filter_is_the_total_after_applying_it(client, query, kind):
    for spot, hours in [("59301", WEEKDAYS), ("59301", NIGHTS), ("59330", {})]:
        for each in ("peer_run", "cil"):
            organization(at=place(spot), kind=each, **hours)
    away = {
        "kind": "online_community",
        "online": True,
        "service_area_scope": "nationwide",
    }
    organization(terms=[term("language", "es")], **away)
    organization(at=place("59801"), service_area=[state("MT")], kind="cil", **NIGHTS)

    page = get(client, "/find/", near="59301", **query)
    shown = counted(page, "kind", kind)
    left = get(client, "/find/", near="59301", kind=kind, **query)

    if kind == "online_community" and "radius" not in query:
        # It has no location, so it is in the section of online support.
        assert (shown, len(sections_of(left)["online"])) == (1, 1)
    else:
        assert shown == total_near(left)
