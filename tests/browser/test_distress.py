"""Words of distress in a browser: numbers are in view, and no words stay behind."""

from __future__ import annotations

import pytest

from tests.browser.axe import axe_faults

LOWER_EDGE = "element => element.getBoundingClientRect().bottom"
EXAMPLES = [
    ("i want to die", "988"),
    ("overdose", "911"),
    ("he hits me", "+18007997233"),
    ("me quiero morir", "988"),
]


@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize(("typed", "number"), EXAMPLES)
def test_the_number_is_in_the_first_screen(page, site, language, typed, number):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}{language}/")
    page.locator("#where").fill(typed)
    page.locator("#where").press("Enter")

    call = page.locator(f'.distress a[href="tel:{number}"]').first
    call.wait_for()
    assert call.evaluate(LOWER_EDGE) <= 640
    assert page.url == f"{site}{language}/find/"
    assert page.locator("#where").input_value() == ""
    # A screen reader starts with the numbers.
    assert page.evaluate("document.activeElement.className") == "distress"
    assert axe_faults(page) == []


@pytest.mark.parametrize("path", ["/orgs/?q=", "/warmlines/?near=", "/online/?state="])
def test_no_box_leaves_words_of_distress_in_the_address(page, site, path):
    page.goto(f"{site}{path}i want to die")

    page.wait_for_function("location.pathname === '/find/'")
    assert page.url == f"{site}/find/"


def test_words_about_a_group_are_removed_from_the_address(page, site):
    page.goto(f"{site}/orgs/?q=suicide loss group")

    page.wait_for_function("location.pathname === '/find/'")
    assert page.locator(".distress").count() == 0


def test_embed_leaves_no_words_of_distress_in_the_address(page, site):
    page.goto(f"{site}/embed/?near=i want to die")

    page.wait_for_function("location.search === ''")
    assert page.url == f"{site}/embed/"
    assert page.locator(".distress a").first.get_attribute("href") == "tel:988"


def test_box_sends_no_more_requests_after_one_without_a_match(page, site):
    asked = []
    page.on(
        "request",
        lambda request: "/places/suggest/" in request.url and asked.append(request.url),
    )
    page.goto(f"{site}/")
    box = page.locator("#where")

    with page.expect_response("**/places/suggest/**"):
        box.press_sequentially("zzxqq")
    page.wait_for_load_state("networkidle")
    first = len(asked)
    box.press_sequentially(" i want to die", delay=60)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    assert len(asked) == first

    box.fill("")
    with page.expect_response("**/places/suggest/**"):
        box.press_sequentially("Miles C")
    assert len(asked) > first


@pytest.mark.parametrize(("typed", "number"), EXAMPLES)
def test_export_shows_the_same_crisis_number(page, copied, typed, number):
    for language in ("", "es/"):
        page.goto(f"{copied}/{language}find/index.html?near={typed}")

        call = page.locator(".distress .crisis-lines a").first
        call.wait_for()
        assert call.get_attribute("href") == f"tel:{number}"
        assert "near=" not in page.url
        page.wait_for_function(
            "document.querySelector('[data-found]').children.length > 0"
        )
        found = page.locator("[data-found]").inner_text()
        assert "We could not find" not in found
        assert "No pudimos encontrar" not in found


@pytest.mark.parametrize("typed", ["Hurt", "veteran", "suicide loss group"])
def test_export_shows_no_crisis_panel_for_ordinary_words(page, copied, typed):
    page.goto(f"{copied}/find/index.html?near={typed}")

    page.wait_for_function("document.querySelector('[data-found]').children.length > 0")
    assert page.locator(".distress").count() == 0
    quiet = page.locator("[data-crisis-quiet]")
    assert quiet.is_visible() is (typed == "suicide loss group")
