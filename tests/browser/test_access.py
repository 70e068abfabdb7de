"""Accessibility of every page: axe, focus, sizes, names, large text, first screen."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from directory.pages.views import server_error
from tests.browser.axe import axe_faults
from tests.browser.test_journeys import PAGES
from tests.conftest import ROOT

# Synthetic data in Guam, which no other test uses.
BEFORE = """
from curation.models import Reminder
from tests.factories import organization, place
town = place("96910")
organization(at=town, name="Shut", slug="access-shut", status="closed",
    closure_reason="The house was sold")
ours = organization(at=town, name="Ours", slug="access-ours", phone="+14065550101")
Reminder.objects.create(listing=ours, sent_to="ours@example.org", token="access")
"""
REPORT = "/warmlines/mha-montana-warmline/report/"
# What a screen reader says on the find page, in order, with gaps allowed.
AS_HEARD = """
- link "Skip to main content"
- banner:
  - link "Leave this site quickly"
  - link "Call 988 Suicide & Crisis Lifeline"
  - link "Text 988 Suicide & Crisis Lifeline"
  - link "Call 911"
  - link "Peer Support Directory"
  - navigation "Main":
    - list:
      - listitem:
        - link "Talk now"
      - listitem:
        - link "By state"
      - listitem:
        - link "Online and by phone"
  - link "Español"
- main:
  - heading "Support near Miles City, Montana 59301" [level=1]
  - group: Change the place
  - status:
    - paragraph: /The nearest is Our Place, 296 miles away/
    - paragraph:
      - link /^[Cc]all/
    - paragraph: /You don't have to travel/
  - navigation "On this page":
    - list:
      - listitem:
        - link /^Run by peers/
      - listitem:
        - link /^Independent Living/
      - listitem:
        - link /^Talk to someone/
      - listitem:
        - link /^Online/
  - group: Filters
  - region "Run by peers near you":
    - heading "Run by peers near you" [level=2]
    - article:
      - heading [level=3]
      - paragraph: Serves all of Montana
  - region "Your Center for Independent Living":
    - heading "Your Center for Independent Living" [level=2]
    - article:
      - heading [level=3]
      - paragraph: /Serves Custer County · 72 miles away/
      - paragraph:
        - link /^Call/
  - region "Talk to someone"
  - region "Online, from anywhere"
- contentinfo:
  - navigation "About this site"
"""
PHONE = {"width": 390, "height": 844}
# Controls with their sizes; a link inside a sentence is as high as its line.
SMALL = """least => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter(node => node.checkVisibility() && node.tabIndex >= 0)
  .filter(node => !node.matches(".skip, p a:not(.button), dd a, li:has(ul) a"))
  .map(node => [node, (node.closest("label") ?? node).getBoundingClientRect()])
  .filter(([, {width, height}]) => Math.min(width, height) < least)
  .map(([node, box]) => `${node.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
RING = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: node.outerHTML.slice(0, 90),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    uncovered: node.matches("main") || node.contains(seen) || seen?.contains(node),
  };
}"""


@pytest.fixture(scope="module")
def odd_pages(site, site_environment):
    """A closed listing, and one with a link to confirm its facts."""
    code = [sys.executable, "manage.py", "shell", "-v0", "-c", BEFORE]
    subprocess.run(code, cwd=ROOT, env=site_environment, check=True)


@pytest.mark.parametrize("path", PAGES)
def test_no_axe_violation_and_no_sideways_scroll(page, path):
    page.goto(path)

    assert axe_faults(page) == []


def test_visible_text_of_a_tile_is_in_its_accessible_name(page):
    page.goto("/states/")

    assert axe_faults(page, ["label-content-name-mismatch"]) == []


@pytest.mark.usefixtures("odd_pages")
@pytest.mark.parametrize("path", ["/orgs/access-shut/", "/confirm/access/"])
def test_pages_of_a_single_listing_have_no_axe_violation(page, path):
    page.goto(path)

    assert axe_faults(page) == []


def test_error_page_has_no_axe_violation(page, site):
    def fail(route):
        route.fulfill(body=server_error(None).content, content_type="text/html")

    page.route("**/broken/", fail)
    page.goto("/broken/")

    assert page.locator("[data-leave]").evaluate("e => getComputedStyle(e).minHeight")
    assert axe_faults(page) == []


@pytest.mark.parametrize(
    ("path", "button"), [(REPORT, "Send"), ("/suggest/?what=warmline", "Send")]
)
def test_a_form_with_errors_passes_and_leads_to_each_field(page, path, button):
    page.goto(path)

    page.get_by_role("button", name=button).click()

    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        link.click()
        assert page.evaluate("!!document.querySelector(location.hash)")
    assert axe_faults(page) == []


@pytest.mark.parametrize(
    ("path", "message", "field"),
    [
        ("/find/?near=zzzz", "We could not find “zzzz”", "#where"),
        ("/warmlines/?near=zzzz", "We could not find “zzzz”", "#where"),
        ("/find/?near=59301&radius=-5", "at least 1 mile", "#filter-radius"),
        ("/orgs/?kind=zzzz", "We do not know “zzzz”", "#filter-kind"),
    ],
)
def test_invalid_parameter_is_reported_first_with_a_link_to_the_field(
    page, path, message, field
):
    page.goto(path)

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(message)
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{field}")
    expect(page.locator(field)).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/", "/find/?near=59301", "/states/mt/", "/warmlines/", REPORT, "/orgs/"]
)
def test_what_can_be_pressed_is_large_enough(page, path):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(path)

    assert page.evaluate(SMALL, 24) == []
    for button in page.locator(".button:visible").all():
        assert button.bounding_box()["height"] >= 44


@pytest.mark.parametrize("path", ["/find/?near=59301", REPORT])
def test_focus_is_visible_at_every_stop_and_never_covered(page, path):
    page.set_viewport_size(PHONE)
    # Wait until the page has scrolled to the focus.
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)

    for _ in range(30):
        page.keyboard.press("Tab")
        stop = page.evaluate(RING)
        if stop is None:  # past the last one
            break
        assert (stop["ring"], stop["uncovered"]) == (True, True), stop["name"]


def test_leave_is_the_second_stop_of_the_keyboard(page):
    page.goto("/find/?near=59301")

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Leave this site quickly")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/find/?near=59301", "/warmlines/", "/warmlines/?near=59301"]
)
def test_the_first_call_is_in_the_first_screen_of_a_phone(page, path):
    page.set_viewport_size(PHONE)
    page.goto(path)

    # A line that is open now, or 988 if none is.
    call = page.locator("main a[href^='tel:']").first.bounding_box()

    assert call["y"] + call["height"] <= PHONE["height"]


@pytest.mark.parametrize(
    "path", ["/", "/find/?near=59301", "/states/mt/print/", "/freshness/", REPORT]
)
def test_text_of_twice_the_size_and_wide_spacing_fit(page, path):
    page.set_viewport_size({"width": 640, "height": 800})
    page.goto(path)

    page.evaluate("document.documentElement.style.fontSize = '200%'")
    # WCAG 2.2, 1.4.12.
    spacing = {"lineHeight": "1.5", "letterSpacing": ".12em", "wordSpacing": ".16em"}
    page.evaluate("css => Object.assign(document.body.style, css)", spacing)

    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_nothing_moves_with_reduced_motion(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto("/find/?near=59301")

    moving = """[...document.querySelectorAll("*")].filter(node => {
      const style = getComputedStyle(node);
      return style.scrollBehavior !== "auto" || style.animationName !== "none"
        || style.transitionDuration !== "0s";
    }).length"""
    assert page.evaluate(moving) == 0


def test_find_page_reads_in_order_for_a_screen_reader(page):
    page.goto("/find/?near=59301")

    expect(page.locator("body")).to_match_aria_snapshot(AS_HEARD)


def test_a_report_sent_leaves_no_trace_and_is_thanked_for(page, site, site_log):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(REPORT)
    page.get_by_label("Nobody answers").check()
    page.get_by_label("Anything else we should know?").fill("Zzyzx rings and rings")
    # A form that is sent within three seconds is rejected as automatic.
    page.wait_for_timeout(3_100)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", level=1, name="Thank you")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(re.compile("will check it"))
    assert axe_faults(page) == []
    assert [url for url in asked if not url.startswith(site)] == []
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert "Zzyzx" not in site_log.read_text()
