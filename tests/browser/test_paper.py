"""Pages as Chromium prints them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

LETTER = {"width": "8.5in", "height": "11in"}


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def numbers_of(pdf):
    """Return the numbers that links in the PDF dial; each printed number is a link."""
    return set(re.findall(rb"\(tel:([+\d]+)\)", pdf))


def test_kentuckys_sheet_on_paper(page):
    page.goto("/states/ky/print/")
    page.emulate_media(media="print")

    expect(page.get_by_text("Eastern time, and in a part Central time")).to_be_visible()
    numbers = page.locator(".number a")
    assert numbers.count() > 20
    for number in numbers.all():
        expect(number).to_be_visible()
        size = number.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        # 16 pt is 21.3 px.
        assert size > 21.3
    expect(page.get_by_role("link", name="Leave")).to_be_hidden()
    assert page.locator("main").inner_text().count("Central time") > 5

    pdf = page.pdf(prefer_css_page_size=True)

    assert 2 <= pages_of(pdf) <= 3
    assert {b"988", b"911", b"+18778405167"} <= numbers_of(pdf)


@pytest.mark.parametrize(
    "path", ["/find/?near=59301", "/states/mt/", "/states/mt/map/"]
)
def test_every_page_prints_its_numbers_and_not_its_machinery(page, path):
    page.goto(path)
    page.emulate_media(media="print")

    for name in ("Main", "About this site"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()
    expect(page.get_by_role("link", name="Leave this site quickly")).to_be_hidden()
    bar = page.get_by_role("link", name="Text 988 Suicide & Crisis Lifeline")
    expect(bar).to_be_visible()
    expect(page.locator("[data-listing]").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/find/?near=59301", "/warmlines/", "/warmlines/mha-montana-warmline/"]
)
def test_a_printed_page_carries_its_day(page, path):
    page.goto(path)
    day = page.get_by_text(re.compile(r"^As of \w+ \d+, 20\d\d \(Central time\)$"))
    expect(day).to_be_hidden()

    page.emulate_media(media="print")

    expect(day).to_be_visible()
