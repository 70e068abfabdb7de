"""Link previews (Open Graph) and linked data (JSON-LD) of pages."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.contrib.staticfiles import finders

from tests.directory.test_pages import text
from tests.factories import county, guide, organization, place, state, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def linked_data(client, address):
    found = re.search(r'ld\+json">(.*?)</script>', text(client, address))
    return json.loads(found[1])


@pytest.mark.parametrize(
    "address",
    [
        "/", "/es/", "/find/?near=59301", "/states/", "/states/mt/", "/online/",
        "/warmlines/", "/warmlines/line/", "/orgs/", "/orgs/ours/", "/guides/",
        "/guides/what-peer-support-is/", "/become-a-peer-supporter/", "/freshness/",
        "/about/", "/privacy/", "/es/privacy/", "/data/", "/suggest/",
        "/orgs/ours/report/", "/centers-for-independent-living/",
    ],
)  # fmt: skip
def test_every_page_has_a_title_and_a_picture_for_links(client, settings, address):
    organization(slug="ours", name='The "Blue" House & Garden', at=place("59301"))
    warmline(slug="line")
    guide(slug="what-peer-support-is")

    page = text(client, address).partition("</head>")[0]

    [title] = re.findall(r"<title>(.*?)</title>", page, re.S)
    [shared] = re.findall(r'<meta property="og:title" content="([^"]*)">', page)
    assert unescape(shared) == unescape(title) != ""
    [picture] = re.findall(r'<meta property="og:image" content="([^"]*)">', page)
    origin = f"http://testserver/{settings.STATIC_URL.strip('/')}/"
    assert finders.find(picture.removeprefix(origin)) is not None


def test_linked_data_has_the_hours_of_a_week(client):
    hours = "Mo-Fr 09:00-17:00; Sa 10:00-12:00"
    organization(
        slug="ours", phone="+14065550101", hours=hours, timezone="America/Denver"
    )

    [point] = [linked_data(client, "/orgs/ours/")["contactPoint"]]

    assert point["telephone"].endswith("4065550101")
    week, saturday = point["hoursAvailable"]
    assert week["dayOfWeek"] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert (week["opens"], week["closes"]) == ("09:00", "17:00")
    assert saturday["dayOfWeek"] == ["Saturday"]
    assert (saturday["opens"], saturday["closes"]) == ("10:00", "12:00")


def test_linked_data_of_a_night_and_of_every_hour(client):
    zone = {"timezone": "America/Denver"}
    warmline(slug="night", hours="Mo 22:00-02:00", **zone)
    warmline(slug="always", hours="24/7", **zone)

    [night] = linked_data(client, "/warmlines/night/")["contactPoint"]["hoursAvailable"]
    always = linked_data(client, "/es/warmlines/always/")["contactPoint"]

    assert (night["dayOfWeek"], night["opens"], night["closes"]) == (
        ["Monday"], "22:00", "02:00",
    )  # fmt: skip
    [all_day] = always["hoursAvailable"]
    assert (len(all_day["dayOfWeek"]), all_day["opens"], all_day["closes"]) == (
        7, "00:00", "23:59",
    )  # fmt: skip


def test_linked_data_leaves_out_hours_that_are_not_weekly(client):
    organization(
        slug="ours",
        phone="+14065550101",
        hours="Mo[1] 18:00-20:00",
        timezone="America/Denver",
    )
    organization(slug="none", phone="+14065550102")

    assert "contactPoint" not in linked_data(client, "/orgs/ours/")
    assert "contactPoint" not in linked_data(client, "/orgs/none/")


def test_linked_data_names_the_area_that_is_served(client):
    organization(slug="ours", service_area=[county("Custer County", "MT"), state("WY")])
    organization(slug="nation", service_area_scope="nationwide")
    organization(slug="unknown")

    assert linked_data(client, "/orgs/ours/")["areaServed"] == [
        {"@type": "AdministrativeArea", "name": "Custer County, Montana"},
        {"@type": "State", "name": "Wyoming"},
    ]
    assert linked_data(client, "/orgs/nation/")["areaServed"] == [
        {"@type": "Country", "name": "US"}
    ]
    assert "areaServed" not in linked_data(client, "/orgs/unknown/")
