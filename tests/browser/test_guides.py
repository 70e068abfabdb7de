"""Guides in both languages work with a screen reader and on a small phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.conftest import ROOT

SLUGS = sorted(
    path.name.removesuffix(".en.md")
    for path in (ROOT / "fixtures/guides").glob("*.en.md")
)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_guide_has_no_axe_violation_in_either_language(page, slug):
    page.set_viewport_size({"width": 320, "height": 800})
    for prefix in ("", "/es"):
        page.goto(f"{prefix}/guides/{slug}/")

        found = Axe().run(page).response["violations"]

        assert [v["id"] for v in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_from_a_guide_to_somebody_near(page):
    page.goto("/guides/veterans/")

    page.get_by_label("ZIP code, town, county or state").fill("Glendive, MT")
    page.get_by_role("button", name="Look near you").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Glendive, Montana")
    assert "community=veterans" in page.url
    assert page.locator('[data-listing^="warmline:"]').count() > 0


def test_two_states_are_compared_by_keyboard(page):
    page.goto("/become-a-peer-supporter/")

    page.get_by_label("State", exact=True).select_option("Illinois")
    page.get_by_label("Compare with").select_option("Wisconsin")
    page.get_by_label("Compare with").press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    table = page.get_by_role("table", name="Illinois and Wisconsin side by side")
    expect(table.get_by_role("rowheader", name="Training")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Wisconsin")).to_be_visible()
    expect(table.get_by_role("cell").first).to_contain_text("100 hours")
