"""Saved sheets open offline, and nothing else is stored."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

STORED = "caches.keys().then(async names => (await Promise.all(names.map(async name => \
(await (await caches.open(name)).keys()).map(r => new URL(r.url).pathname)))).flat())"
WORKERS = "navigator.serviceWorker.getRegistrations().then(found => found.length)"


@pytest.fixture
def phone(browser, site):
    context = browser.new_context(base_url=site)
    yield context.new_page()
    context.close()


def save_montana(phone):
    phone.goto("/states/mt/")
    phone.get_by_role("button", name="Keep Montana on this phone").click()
    said = phone.get_by_role("status").filter(has_text="Montana is on this phone now")
    # The first sheet of meetings takes longer than the usual five seconds.
    expect(said).to_be_visible(timeout=30_000)


def test_saved_state_opens_offline(phone):
    save_montana(phone)
    phone.context.set_offline(True)

    phone.goto("/states/mt/print/")
    heading = phone.get_by_role("heading", name="Peer support in Montana")
    expect(heading).to_be_visible()
    assert phone.locator("[data-listing^='warmline:']").count() > 0
    size = "getComputedStyle(document.querySelector('h1')).fontSize"
    assert float(phone.evaluate(size)[:-2]) > 25

    # Any other page shows what is saved on this phone.
    phone.goto("/find/?near=59301")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Kept on this phone")
    phone.get_by_role("link", name="Peer support in Montana").click()
    expect(heading).to_be_visible()

    phone.goto("/saved/")
    phone.get_by_role("link", name="Where to look in a rural area").click()
    expect(
        phone.get_by_role("heading", name="Who can you call tonight?")
    ).to_be_visible()


def test_removed_state_is_deleted_completely(phone):
    save_montana(phone)

    phone.goto("/saved/")
    for title in ("Peer support in Montana", "Groups this week for Montana"):
        phone.get_by_role("button", name=f"Remove from this phone: {title}").click()

    expect(phone.get_by_text("Nothing is kept here.")).to_be_visible()
    assert phone.evaluate(STORED) == []
    assert phone.evaluate(WORKERS) == 0


def test_visited_pages_are_never_stored(phone):
    save_montana(phone)
    before = phone.evaluate(STORED)

    phone.goto("/find/?near=59301")
    phone.goto("/states/wy/")

    assert phone.evaluate(STORED) == before
    assert {path for path in before if not path.startswith("/static/")} == {
        "/states/mt/print/",
        "/states/mt/meetings/print/",
        "/saved/",
        "/guides/rural-areas/",
        "/guides/calling-a-warmline/",
    }


def test_nothing_is_stored_without_a_request(phone):
    phone.goto("/states/mt/", wait_until="networkidle")

    assert phone.evaluate(STORED) == []
    assert phone.evaluate(WORKERS) == 0
