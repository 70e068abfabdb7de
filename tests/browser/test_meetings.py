"""A student in Tulsa joins a group: LGBTQ+, online, this week, in three taps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe_faults


@pytest.fixture
def phone(browser):
    """A phone in the time zone of Oklahoma."""
    context = browser.new_context(
        timezone_id="America/Chicago", viewport={"width": 360, "height": 740}
    )
    yield context.new_page()
    context.close()


def test_a_student_in_tulsa_joins_a_group_in_three_taps(phone, site):
    phone.goto(site)
    phone.get_by_role("link", name="Groups", exact=True).click()
    expect(phone.get_by_text("Times are in Central time")).to_be_visible()
    phone.get_by_role("navigation", name="Especially for").get_by_role(
        "link", name=re.compile("LGBTQ")
    ).click()
    group = phone.locator("article[data-how~=online]").first
    start = group.get_attribute("data-start")
    assert re.search(r"-0[56]:00$", start)
    group.get_by_role("link").click()

    expect(phone.locator("article")).to_have_attribute("data-start", start)
    expect(phone.get_by_text("LGBTQ").first).to_be_visible()
    expect(phone.get_by_role("link", name="Open their page to join")).to_be_visible()
    assert not phone.context.cookies()


def test_the_button_takes_the_zone_of_the_device(phone, site):
    phone.goto(f"{site}/meetings/?how=online")
    expect(phone.get_by_text("Times are in Eastern time")).to_be_visible()
    phone.get_by_role("button", name="Use my device's time zone").click()
    expect(phone.get_by_text("Times are in Central time")).to_be_visible()
    assert "how=online" in phone.url
    assert "zone=America%2FChicago" in phone.url


def test_the_pages_of_groups_are_accessible(page, site):
    page.goto(f"{site}/meetings/?zone=America/Denver")
    assert axe_faults(page) == []
    page.locator("article a").first.click()
    assert axe_faults(page) == []
