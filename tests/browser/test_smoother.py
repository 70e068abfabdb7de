"""What JavaScript adds: suggestions, a countdown, copying the address."""

from __future__ import annotations

from playwright.sync_api import expect

BOX = "ZIP code, town, county or state"


def test_a_place_is_chosen_by_keyboard(page):
    page.goto("/")
    box = page.get_by_role("combobox", name=BOX)

    box.press_sequentially("miles c")
    option = page.get_by_role("option", name="Miles City, Custer County, MT")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    box.press("Enter")

    expect(box).to_have_value("Miles City, Custer County, MT")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Miles City, Montana")


def test_a_place_is_chosen_by_touch(page):
    page.goto("/")
    box = page.get_by_role("combobox", name=BOX)
    box.press_sequentially("miles c")

    page.get_by_role("option", name="Miles City, Custer County, MT").click()

    expect(box).to_have_value("Miles City, Custer County, MT")


def test_enter_works_before_any_suggestion_and_escape_closes(page):
    page.goto("/")
    box = page.get_by_role("combobox", name=BOX)
    box.press_sequentially("miles c")
    expect(page.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()

    box.fill("59301")
    box.press("Enter")

    page.wait_for_url("**/find/?near=59301")


def test_shift_counts_down_and_forgets(page):
    page.goto("/privacy/", wait_until="networkidle")
    countdown = page.locator("[data-countdown]")
    expect(countdown).to_have_attribute("aria-live", "assertive")

    page.keyboard.press("Shift")
    expect(countdown).to_have_text("Press Shift two more times to leave.")
    page.keyboard.press("Shift")
    expect(countdown).to_have_text("Press Shift once more to leave.")
    page.keyboard.press("a")
    expect(countdown).to_have_text("")


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_field(page):
    page.goto("/warmlines/mha-montana-warmline/report/")
    page.get_by_role("button").last.click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/#id_*")


def test_the_address_is_copied(browser, site):
    context = browser.new_context(
        base_url=site, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto("/warmlines/mha-montana-warmline/")

    page.get_by_role("button", name="Copy or share the link").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site}/warmlines/mha-montana-warmline/"
    context.close()
