"""Journeys in the browser, by accessible roles and names."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

PAGES = [
    "/",
    "/find/?near=59301",
    "/find/?near=Springfield",
    "/find/?near=59301&radius=-5&kind=cil",
    "/states/",
    "/states/mt/",
    "/states/ny/",
    "/states/ny/map/",
    "/find/map/?near=59301",
    "/states/ky/print/",
    "/online/",
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?state=HI&open_now=1",
    "/warmlines/?near=59301",
    "/warmlines/mha-montana-warmline/",
    "/warmlines/mha-montana-warmline/report/",
    "/suggest/",
    "/suggest/?what=organization",
    "/orgs/",
    "/orgs/?q=zebra",
    "/orgs/montanas-peer-network/",
    "/centers-for-independent-living/",
    "/centers-for-independent-living/?near=59301",
    "/guides/",
    "/guides/lgbtq-people/",
    "/guides/rural-areas/report/",
    "/become-a-peer-supporter/",
    "/become-a-peer-supporter/?state=IL&other=SD",
    "/es/guides/veterans/",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/saved/",
    "/es/",
    "/es/find/?near=59301",
    "/es/states/mt/",
    "/es/states/mt/print/",
    "/nowhere/",
]


# Each page is watched until half a second has passed without a request, so several
# are watched at the same time.
BATCHES = [PAGES[first : first + 7] for first in range(0, len(PAGES), 7)]


@pytest.fixture
def watched(page):
    return watch(page)


def watch(page):
    """The page, with its requests and console messages recorded."""
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda line: page.complaints.append(line.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def test_nothing_near_and_still_something_real(page):
    page.goto("/")

    page.get_by_label("ZIP code, town, county or state").fill("59301")
    page.get_by_role("button", name="Find support").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Support near Miles City, Montana 59301"
    )
    expect(page.get_by_role("status")).to_contain_text(
        "We don’t list a peer-run place within 50 miles."
    )
    for section in ("near", "cil", "phone", "online"):
        assert page.locator(f'[data-section="{section}"] article').count() > 0
    expect(page.get_by_role("link", name=re.compile("Call ")).first).to_be_visible()


def test_the_whole_task_by_keyboard(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("59301")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/**")

    phone = page.get_by_role("link", name=re.compile(r"^Talk to someone"))
    phone.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/find/**#phone")


@pytest.mark.parametrize("paths", BATCHES)
def test_no_trace_and_no_request_elsewhere(new_context, site, paths):
    opened = {path: watch(new_context().new_page()) for path in paths}
    for path, page in opened.items():
        page.goto(path)
    for path, page in opened.items():
        page.wait_for_load_state("networkidle")

        own = [url for url in page.asked if url.startswith(site)]
        assert page.asked == own, path
        # The page, its style sheet and its script; a search box and the page of what
        # is saved on a phone have a script of their own.
        assert len(own) <= 4, path
        assert page.context.cookies() == [], path
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert [c for c in page.complaints if "404" not in c] == [], path


def test_leaving_blanks_the_page_and_back_does_not_return(watched):
    watched.goto("/about/")
    watched.goto("/privacy/", wait_until="networkidle")
    watched.asked.clear()

    watched.get_by_role("link", name="Leave this site quickly").click(
        no_wait_after=True
    )
    watched.wait_for_timeout(500)

    assert watched.asked == ["https://leave.example.org/"]
    watched.go_back(wait_until="commit")
    assert "/privacy/" not in watched.url


def test_shift_three_times_leaves(watched):
    watched.goto("/privacy/", wait_until="networkidle")
    watched.asked.clear()

    for _ in range(3):
        watched.keyboard.press("Shift")
    watched.wait_for_timeout(500)

    assert watched.asked == ["https://leave.example.org/"]


def test_no_request_is_sent_after_leaving(watched):
    # "No content" keeps the page, as if the other site were slow.
    watched.route("https://leave.example.org/", lambda route: route.fulfill(status=204))
    watched.goto("/", wait_until="networkidle")
    watched.get_by_role("combobox").press_sequentially("miles c")
    watched.asked.clear()

    for _ in range(3):
        watched.keyboard.press("Shift")
    watched.wait_for_timeout(600)

    assert watched.asked == ["https://leave.example.org/"]
    assert watched.locator("body").is_hidden()


def test_shift_with_a_letter_does_not_leave(watched):
    watched.goto("/privacy/", wait_until="networkidle")
    watched.asked.clear()

    for letter in "ABC":
        watched.keyboard.press(f"Shift+{letter}")
    watched.wait_for_timeout(300)

    assert watched.asked == []


def test_a_position_is_rounded_before_it_is_sent(browser, site):
    context = browser.new_context(
        base_url=site,
        permissions=["geolocation"],
        geolocation={"latitude": 46.408361, "longitude": -105.840553},
    )
    page = context.new_page()
    page.goto("/")

    page.get_by_role("button", name="Use my location").click()
    page.wait_for_url("**/find/**")

    assert page.url.endswith("/find/?lat=46.41&lon=-105.84")
    expect(page.get_by_role("heading", level=1)).to_contain_text("near Miles City")
    context.close()


def test_everything_works_without_script(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")

    page.get_by_label("ZIP code, town, county or state").fill("59301")
    page.get_by_role("button", name="Find support").click()
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("checkbox", name="Center for Independent Living").check()
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url("**/find/?*kind=cil*")
    page.locator('[data-section="cil"] article a').first.click()

    expect(page.get_by_role("heading", level=2, name="How sure we are")).to_be_visible()
    with page.expect_request("https://leave.example.org/"):
        page.get_by_role("link", name="Leave this site quickly").click(
            no_wait_after=True
        )
    context.close()


def test_nothing_of_a_search_is_in_the_log(page, site_log):
    page.goto("/find/?near=Zzyzxville&q=Qwertyuiop")
    page.goto("/find/?near=59301&lat=46.41")
    page.goto("/Zzyzxville/")

    log = site_log.read_text()

    for word in ("Zzyzx", "Qwerty", "59301", "46.41", "127.0.0.1 ", "Mozilla", "?"):
        assert word not in log.replace(f"http://127.0.0.1:{page.url.split(':')[2]}", "")
