"""The bar with 988 and "Leave": in view on every page, and never over the focus."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import RequestFactory, override_settings
from playwright.sync_api import expect

from directory.operations.database_outage import outage_response
from directory.pages.error_pages import bad_request_page
from directory.pages.views import server_error

BAR = ".crisis-bar"
SIZES = [(320, 640), (390, 844), (320, 256)]  # The last is 1280 x 1024 at 400% zoom.
# One of each kind of page.
KINDS = [
    "/",
    "/find/?near=59301",
    "/states/",
    "/states/mt/",
    "/states/mt/print/",
    "/online/",
    "/warmlines/?near=59301",
    "/warmlines/mha-montana-warmline/",
    "/warmlines/mha-montana-warmline/report/",
    "/orgs/montanas-peer-network/",
    "/meetings/",
    "/guides/lgbtq-people/",
    "/become-a-peer-supporter/?state=IL&other=SD",
    "/leaving/",
    "/saved/",
    "/es/find/?near=59301",
    "/nowhere/",
    "outage",
    "copy/index.html",
    "copy/find/index.html?near=59301",
    "copy/states/mt/index.html",
    "copy/es/find/index.html?near=me quiero morir",
]
MORE = [
    "/es/find/?near=Laredo, TX",
    "/online/?state=MT",
    "/es/online/",
    "/become-a-peer-supporter/",
    "/es/become-a-peer-supporter/",
    "/es/states/mt/",
    "/data/",
    "/es/data/",
    "/freshness/",
    "/orgs/",
    "/suggest/?what=organization",
    "/find/map/?near=59301",
    "/centers-for-independent-living/?near=59301",
    "/embed/?near=59301",
    "/orgs/?q=zebra",
    "/suggest/?what=warmline",
    "/es/leaving/",
    "/es/meetings/",
    "/es/find/?near=me quiero morir",
    "/es/orgs/montanas-peer-network/",
]
TALL = "document.querySelector('main').style.minHeight = '20000px'"
# Collects each keyboard stop that the bar covers.
WATCH = """() => {
  const bar = document.querySelector(".crisis-bar");
  addEventListener("keyup", () => {
    const node = document.activeElement;
    if (node === document.body || bar.contains(node) || node.matches(".skip")) return;
    window.stops += 1;
    const edge = bar.getBoundingClientRect().bottom;
    const box = node.getBoundingClientRect();
    if (box.top < edge && box.height < innerHeight - edge) {
      window.covered.push(`${node.outerHTML.slice(0, 90)} ${box.top} < ${edge}`);
    }
  });
}"""
# Starts again at the top, and returns the maximum number of stops.
START = """() => {
  const stops = [...document.querySelectorAll("a[href], button, input, select")];
  stops[0].focus();
  window.covered = [];
  window.stops = 0;
  return stops.length;
}"""
LAST = """() => {
  const stops = [...document.querySelectorAll("a[href], button, input, select")];
  stops.findLast(node => node.checkVisibility()).focus();
}"""
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""

LARGE = "document.documentElement.style.fontSize = '200%'"
# Links of the bar, and words of them, that are cut off.
OUT_OF_SIGHT = """() => [...document.querySelectorAll(".crisis-bar a")].filter(link => {
  const box = link.getBoundingClientRect();
  const cut = link.scrollWidth > link.clientWidth + 1;
  return cut || box.left < 0 || box.right > innerWidth || box.bottom > innerHeight;
}).map(link => link.textContent)"""


@pytest.fixture
def visit(page, request, site_environment):
    """Open a page of the site, of an export, or of a site without its database."""

    def show(path):
        if path.startswith("copy/"):
            page.goto(request.getfixturevalue("copied") + path.removeprefix("copy"))
        elif path == "outage":
            show_outage(page, site_environment["DATA_DIR"])
        else:
            page.goto(path)

    return show


def show_outage(page, folder):
    """Show the outage page with the fallback numbers of the running site."""
    written = Path(folder, "fallback-lines.json")
    while not written.exists():
        page.goto("/")

    def fail(route):
        with override_settings(DATA_DIR=folder):
            answer = outage_response(RequestFactory().get("/states/mt/"))
        route.fulfill(body=answer.content, content_type="text/html")

    page.route("**/states/mt/", fail)
    page.goto("/states/mt/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "cannot reach our list"
    )


def bar_of(page):
    return page.locator(BAR).bounding_box()


@pytest.mark.parametrize("path", KINDS)
def test_bar_never_covers_the_keyboard_focus(page, visit, path):
    page.emulate_media(reduced_motion="reduce")
    visit(path)
    page.evaluate(WATCH)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        count = page.evaluate(START)
        for _ in range(min(count, 60)):
            page.keyboard.press("Tab")
        # Moving backward is where a bar at the top covers what scrolls into view.
        page.evaluate(LAST)
        for _ in range(min(count, 60)):
            page.keyboard.press("Shift+Tab")

        assert page.evaluate("window.stops") > 5
        assert page.evaluate("window.covered") == [], (width, height)


@pytest.mark.parametrize("path", KINDS)
def test_the_bar_stays_in_sight_and_is_slim(page, visit, path):
    visit(path)
    page.evaluate(TALL)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("scrollTo({top: 10000, behavior: 'instant'})")

        box = bar_of(page)
        assert box["y"] == 0
        assert box["height"] <= 44 + 12
        assert page.get_by_role("link", name="988").first.is_visible()
        leave = page.locator("[data-leave]").bounding_box()
        assert leave["height"] >= 44
        assert 0 <= leave["x"] <= leave["x"] + leave["width"] <= width


@pytest.mark.parametrize("status", [500, 400])
def test_error_pages_keep_the_bar_in_view(page, status):
    def fail(route):
        answer = server_error(None) if status == 500 else bad_request_page(status)
        route.fulfill(body=answer.content, content_type="text/html")

    page.route("**/broken/", fail)
    page.goto("/broken/")
    page.evaluate(TALL)
    page.evaluate("scrollTo({top: 10000, behavior: 'instant'})")

    assert bar_of(page)["y"] == 0
    expect(page.get_by_role("link", name="Leave this site quickly")).to_be_visible()


@pytest.mark.parametrize("page_size", [320, 1280])
@pytest.mark.parametrize("path", ["/", "/states/mt/print/"])
def test_each_link_of_the_bar_says_what_it_does(page, path, page_size):
    page.set_viewport_size({"width": page_size, "height": 800})
    page.goto(path)

    bar = page.locator(BAR)
    for name, address in [
        ("Leave this site quickly", "https://leave.example.org/"),
        ("Call 988 Suicide & Crisis Lifeline", "tel:988"),
        ("Text 988 Suicide & Crisis Lifeline", "sms:988"),
        ("Call 911", "tel:911"),
    ]:
        link = bar.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", address)


def test_in_spanish_it_says_how_to_reach_988_in_spanish(page):
    page.goto("/es/")

    bar = page.locator(BAR)
    expect(bar.get_by_role("link", name=re.compile("988, oprima.2"))).to_be_visible()
    text = bar.get_by_role("link", name=re.compile("Texto AYUDA al.988"))
    expect(text).to_have_attribute("href", "sms:988?&body=AYUDA")


@pytest.mark.parametrize("path", ["/find/?near=59301", "/es/find/?near=59301"])
def test_what_a_link_jumps_to_is_below_the_bar(page, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{path}#phone")

    edge = bar_of(page)["height"]
    assert page.locator("#phone").bounding_box()["y"] >= edge


def test_errors_of_a_form_are_read_below_the_bar(page):
    page.set_viewport_size({"width": 320, "height": 256})
    page.emulate_media(reduced_motion="reduce")
    page.goto("/warmlines/mha-montana-warmline/report/")
    page.get_by_role("button", name="Send").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert summary.bounding_box()["y"] >= bar_of(page)["height"]
    for link in summary.get_by_role("link").all():
        link.click()
        assert (
            page.evaluate(
                "document.querySelector(location.hash).getBoundingClientRect().y"
            )
            >= (bar_of(page)["height"])
        )


@pytest.mark.parametrize("path", [*KINDS, *MORE])
def test_large_or_spaced_text_scrolls_no_page_sideways(page, visit, path):
    """WCAG 2.2, 1.4.4 and 1.4.12, each at the width of 1.4.10."""
    page.set_viewport_size({"width": 320, "height": 640})
    visit(path)

    page.evaluate(LARGE)
    large = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.evaluate(SPACING)
    spaced = page.evaluate("document.documentElement.scrollWidth")

    assert (large, spaced) == (320, 320)


@pytest.mark.parametrize(
    ("change", "width", "height"),
    [(SPACING, 320, 72), (SPACING, 390, 72), (LARGE, 640, 96), (LARGE, 1280, 104)],
)
@pytest.mark.parametrize("path", ["/", "/es/", "/states/mt/print/", "/es/nowhere/"])
def test_the_bar_stays_slim_and_whole_with_large_or_spaced_text(
    page, path, change, width, height
):
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(path)

    page.evaluate(change)

    assert bar_of(page)["height"] <= height
    assert bar_of(page)["width"] <= width
    assert page.evaluate(OUT_OF_SIGHT) == []


@pytest.mark.parametrize("path", ["/", "/es/", "/states/mt/print/"])
def test_with_text_twice_as_large_on_a_phone_no_link_of_the_bar_is_cut(page, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)

    page.evaluate(LARGE)

    assert bar_of(page)["height"] <= 110
    assert page.evaluate(OUT_OF_SIGHT) == []


def test_on_a_narrow_screen_what_a_state_asks_is_below_its_label(page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/become-a-peer-supporter/?state=IL")

    label = page.get_by_text("Who certifies", exact=True).first.bounding_box()
    value = page.locator("dt:text('Who certifies') + dd").first.bounding_box()
    assert value["width"] > 200
    assert value["y"] >= label["y"] + label["height"] - 1
