"""Talk to someone now: the site at 2:30 a.m. in Honolulu."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.conftest import free_port

# A Monday, 12:30 in London.
AT_NIGHT = """
import runpy, sys, time_machine
time_machine.travel("2026-11-23T12:30:00+00:00", tick=True).start()
sys.argv[0] = "gunicorn"
runpy.run_module("gunicorn", run_name="__main__")
"""
HERE = ["/warmlines/?near=96813", "/states/hi/"]
ANYWHERE = [
    "/warmlines/",
    "/online/",
    "/warmlines/nc-statewide-peer-warmline/",
]
UNTIL = re.compile(r"Open now(, day and night| until ([^,]+ at )?[^,]+, (\w+ time))")


@pytest.fixture(scope="module")
def night(site, site_environment, tmp_path_factory):
    """The site with its clock set to that time."""
    own = {"PORT": str(free_port()), "METRICS_BIND": ""}
    environment = site_environment | own
    log = tmp_path_factory.mktemp("night") / "log"
    with served(["-c", AT_NIGHT], environment, log) as address:
        yield address


def test_at_half_past_two_in_honolulu_the_next_to_open_is_named(page, night):
    page.goto(night)
    page.get_by_label("ZIP code, town, county or state").fill("Honolulu")
    page.get_by_role("button", name="Find support").click()

    status = page.get_by_role("status")
    expect(status).to_contain_text(
        "No warmline that takes everyone is open right now. "
        "NAMI HelpLine opens today at 5 am, Hawaii time. "
        "You can call or text 988 at any hour."
    )
    phone = page.locator('[data-section="phone"]')
    expect(phone).to_contain_text("Updated at 2:30 am, Hawaii time.")
    expect(phone.get_by_role("article").first).to_contain_text("NAMI HelpLine")
    phone.get_by_text("particular groups").click()
    expect(phone.get_by_role("link", name=re.compile("open now")).first).to_be_visible()


def test_the_front_page_names_the_next_line_in_its_own_zone(page, night):
    page.goto(night)

    region = page.get_by_role("region", name="Talk to someone now")
    expect(region).to_contain_text("NAMI HelpLine opens today at 10 am, Eastern time.")
    expect(region.get_by_role("article")).to_have_attribute("data-open", "no")


@pytest.mark.parametrize("path", [*HERE, *ANYWHERE])
def test_open_now_says_until_when_in_the_readers_zone(page, night, path):
    page.goto(night + path)

    said = page.locator('[data-open="yes"]').all_inner_texts()
    ends = [UNTIL.search(words) for words in said]

    assert said
    assert all(ends), said
    zones = {end[3] for end in ends if end[3]}
    # Without a place, each line names its own time zone.
    assert path in ANYWHERE or zones <= {"Hawaii time"}


def test_person_who_cannot_travel_finds_online_groups_in_wyoming(page):
    page.goto("/online/")
    page.get_by_label("Add what your state has").select_option("Wyoming")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/online/?state=WY")

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Support from anywhere")
    online = page.get_by_role("region", name="Online", exact=True)
    assert online.get_by_role("article").count() > 5
    assert page.get_by_role("link", name=re.compile(r"^\(\d{3}\) ")).count() > 5
