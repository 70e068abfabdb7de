"""The exported site, opened from a disk without any server."""

from __future__ import annotations

import pytest

from places.name_keys import place_key

NAMES = [
    "St. Louis",
    "Cañon City",
    "Coeur d’Alene",
    "O'Fallon",
    "Mount Vernon",
    "Utqiaġvik",
]


def results(page, section):
    page.wait_for_selector(f"[data-section={section}]")
    return page.locator(f"[data-section={section}] article")


def miles_on(page, listing):
    return float(
        page.locator(f'[data-miles][data-listing="{listing}"]').get_attribute(
            "data-miles"
        )
    )


def test_a_town_is_found_without_a_server(page, copied, site):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto(f"{copied}/index.html")

    page.get_by_label("ZIP code, town, county or state").fill("miles city")
    page.keyboard.press("Enter")

    nearest = results(page, "cil").first
    listing = nearest.get_attribute("data-listing")
    miles = miles_on(page, listing)
    assert "Glendive, MT" in nearest.inner_text()
    assert results(page, "phone").count() > 3
    nearest.get_by_role("link").first.click()
    assert page.get_by_role("link", name="Call (406) 948-8500").is_visible()
    assert "It cannot know what is open at this moment" in page.inner_text("main")
    assert problems == []
    # Like the site, except for the rounding of positions to 1/100 degrees.
    page.goto(f"{site}/find/?near=Miles+City,+MT")
    assert abs(miles_on(page, listing) - miles) < 1


@pytest.mark.parametrize(
    ("query", "section", "words"),
    [
        ("near=59301", "cil", "72 miles away"),
        ("near=Custer+County,+MT", "cil", "71 miles away"),
        ("near=montana", "near", "Montana's Peer Network"),
        ("near=peer+network", "named", "Montana's Peer Network"),
        ("near=59301&kind=drop_in_center", "near", "Drop-in"),
    ],
)
def test_zip_county_state_name_and_kind_are_found(page, copied, query, section, words):
    page.goto(f"{copied}/find/index.html?{query}")

    assert words in results(page, section).first.inner_text()


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Crow Reservation", "Crow Reservation, Montana"),
        ("flathead indian reservation, MT", "Flathead Reservation, Montana"),
        ("Malmstrom AFB", "Malmstrom Air Force Base, Montana"),
    ],
)
def test_an_area_is_found_as_on_the_site(page, copied, site, typed, near):
    page.goto(f"{copied}/find/index.html?near={typed}")
    results(page, "near")
    heading = page.locator("#near").inner_text()
    lines = page.locator("[data-section=phone] h3").first.inner_text()

    page.goto(f"{site}/find/?near={typed}")

    assert heading == page.locator("#near-heading").inner_text()
    assert lines == page.locator("[data-section=phone] h3").first.inner_text()


def test_an_area_and_a_town_of_its_name_are_both_offered(page, copied, site):
    page.goto(f"{copied}/find/index.html?near=Crow+Agency")
    page.wait_for_function("document.querySelector('[data-found]').children.length > 0")
    offered = page.locator("[data-found] .choices a").all_inner_texts()

    page.goto(f"{site}/find/?near=Crow+Agency")

    assert sorted(offered) == sorted(page.locator(".choices a").all_inner_texts())


def test_what_is_typed_never_becomes_markup(page, copied):
    page.goto(f"{copied}/es/find/index.html?near=%3Cimg+src=x+id=evil%3E")
    page.get_by_text("<img src=x id=evil>").wait_for()

    assert page.locator("#evil").count() == 0
    assert page.locator("html").get_attribute("lang") == "es"


def test_names_are_compared_as_on_the_site(page, copied):
    page.goto(f"{copied}/find/index.html?near=montana")
    results(page, "near")

    assert page.evaluate("names => names.map(copy.key)", NAMES) == [
        place_key(name) for name in NAMES
    ]


def test_leaving_works_without_a_server(page, copied):
    page.goto(f"{copied}/states/mt/index.html")

    assert page.locator("[data-leave]").is_visible()
    for _ in range(2):
        page.keyboard.press("Shift")
    assert page.locator("[data-countdown]").inner_text()
