""" "Use my location" explains failures, and can always be tried again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FAILS = """
  navigator.geolocation.getCurrentPosition = (_found, failed) => failed({ code: %s });
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "didn't share your location"),
        (2, "couldn't find your location"),
        (3, "took too long"),
    ],
)
def test_a_location_that_is_not_given_says_why(page, code, words):
    page.add_init_script(FAILS % code)
    page.goto("/")
    button = page.get_by_role("button", name="Use my location")

    button.click()

    expect(page.locator("[data-locate-status]")).to_contain_text(words)
    expect(button).to_be_enabled()


def test_a_question_that_is_never_answered_leaves_the_button_usable(page):
    page.add_init_script("navigator.geolocation.getCurrentPosition = () => {};")
    page.goto("/warmlines/")
    button = page.get_by_role("button", name="Use my location")

    button.click()

    expect(page.locator("[data-locate-status]")).to_contain_text(
        "Finding your location"
    )
    expect(button).to_be_enabled()


def test_a_location_is_rounded_and_keeps_the_filters(browser, site):
    context = browser.new_context(
        base_url=site,
        permissions=["geolocation"],
        geolocation={"latitude": 46.408333, "longitude": -105.840556},
    )
    page = context.new_page()
    page.goto("/embed/?near=zzzz&kind=cil")

    page.get_by_role("button", name="Use my location").click()

    page.wait_for_url("**/embed/?kind=cil&lat=46.41&lon=-105.84")
    context.close()
