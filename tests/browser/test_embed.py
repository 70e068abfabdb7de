"""The page of a partner may frame the search, and no other page."""

from __future__ import annotations

import html
import re
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.answering import answering


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Log nothing."""


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    """A folder, and the address at which it is served."""
    folder = tmp_path_factory.mktemp("partner")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    with answering(server):
        yield folder, f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def lines(site):
    """The two lines of HTML that /data/ offers to partners."""
    with urllib.request.urlopen(f"{site}/data/") as answer:
        page = answer.read().decode()
    found = re.findall(r"<code>(&lt;(?:iframe|script).*?)</code>", page)
    return [html.unescape(line) for line in found]


def test_a_partner_frames_the_search_and_people_find_help(page, partner, lines):
    folder, address = partner
    frame_line, script_line = lines
    (folder / "index.html").write_text(f"<!doctype html>{frame_line}{script_line}")
    page.goto(f"{address}/index.html")
    frame = page.frame_locator("iframe")

    frame.get_by_label("ZIP code, town, county or state").fill("59301")
    frame.get_by_role("button", name="Find support").click()
    frame.get_by_text("The whole answer").wait_for()

    assert frame.locator("article[data-miles]").count() == 4
    assert frame.locator('a[href="tel:988"]').first.is_visible()
    assert page.context.cookies() == []
    # The script makes the frame as tall as its content.
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 1000")
    frame.get_by_text("The whole answer").click()
    page.wait_for_url("**/find/?near=59301")


def test_without_the_script_the_frame_scrolls(page, partner, lines):
    folder, address = partner
    (folder / "plain.html").write_text(f"<!doctype html>{lines[0]}")
    page.goto(f"{address}/plain.html")

    page.frame_locator("iframe").get_by_role("button", name="Find support").wait_for()

    assert page.locator("iframe").bounding_box()["height"] < 700


@pytest.mark.parametrize("path", ["/", "/find/?near=59301", "/data/", "/admin/login/"])
def test_no_other_page_can_be_framed(page, partner, site, path):
    folder, address = partner
    (folder / "other.html").write_text(f'<iframe src="{site}{path}"></iframe>')
    said = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{address}/other.html")
    page.wait_for_load_state("networkidle")

    assert any("frame-ancestors" in words for words in said)
    assert page.frames[1].url.startswith("chrome-error:")


SANDBOX = (
    'sandbox="allow-forms allow-scripts allow-popups allow-popups-to-escape-sandbox"'
)


def test_a_frame_in_a_sandbox_has_its_style_and_working_links(page, partner, lines):
    folder, address = partner
    line = lines[0].replace("<iframe", f"<iframe {SANDBOX}")
    (folder / "sandbox.html").write_text(f"<!doctype html>{line}")
    page.goto(f"{address}/sandbox.html")
    frame = page.frame_locator("iframe")

    frame.get_by_label("ZIP code, town, county or state").fill("59301")
    frame.get_by_role("button", name="Find support").click()
    whole = frame.get_by_text("The whole answer")
    whole.wait_for()

    button = frame.get_by_role("button", name="Find support")
    assert button.evaluate("node => getComputedStyle(node).minHeight") != "0px"
    sheets = "document.styleSheets[0].href.includes('/static/css/site')"
    assert button.evaluate(f"() => {sheets}")
    with page.context.expect_page() as opened:
        whole.click()
    opened.value.wait_for_url("**/find/?near=59301")
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Miles City")


def test_a_frame_without_leave_for_the_location_says_so(page, partner, lines):
    folder, address = partner
    line = lines[0].replace('allow="geolocation"', "")
    (folder / "nowhere.html").write_text(f"<!doctype html>{line}")
    page.goto(f"{address}/nowhere.html")
    frame = page.frame_locator("iframe")

    frame.get_by_role("button", name="Use my location").click()

    expect(frame.locator("[data-locate-status]")).to_contain_text(
        "Your location can't be used inside this page."
    )
