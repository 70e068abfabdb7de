"""Words of distress, typed into any box of the site, find the right numbers first."""

from __future__ import annotations

import re

import pytest

from listings.crisis.models import CrisisLine
from tests.factories import organization, place, warmline

# Every box of the site that a visitor types into, and the name that it sends.
BOXES = [
    ("/find/", "near"),
    ("/find/", "q"),
    ("/warmlines/", "near"),
    ("/orgs/", "q"),
    ("/centers-for-independent-living/", "near"),
    ("/online/", "state"),
    ("/embed/", "near"),
    ("/embed/", "q"),
]
LANGUAGES = ["", "/es"]
TYPED = [
    ("i want to die", "tel:988"),
    ("overdose", "tel:911"),
    ("he hits me", "tel:+18007997233"),
    ("me quiero morir", "tel:988"),
    ("abuse", "tel:+18007997233"),
    ("domestic violence", "tel:+18007997233"),
]
PANEL = re.compile(r'<section class="distress".*?</section>', re.DOTALL)
pytestmark = pytest.mark.usefixtures("crisis")


def main_of(client, path, **params):
    page = client.get(path, params).content.decode()
    return page[page.index("<main") :]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "box"), BOXES)
@pytest.mark.parametrize(("typed", "number"), TYPED)
def test_the_right_number_comes_before_everything_else(
    client, language, path, box, typed, number
):
    main = main_of(client, f"{language}{path}", **{box: typed})

    assert main.index(f'href="{number}"') == main.index('href="tel:')
    assert main.index(number) < main.index("<h1")
    # And there is still an answer below.
    assert "<form" in main[main.index("<h1") :]


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/embed/"])
@pytest.mark.parametrize("typed", [typed for typed, _number in TYPED])
def test_no_error_answers_words_of_distress(client, path, typed):
    page = client.get(path, {"near": typed}).content.decode()

    assert "We could not find" not in page
    assert 'aria-invalid="true"' not in page
    assert "Error:" not in page
    assert "enter a ZIP code" in page
    # The box is free for a place.
    assert f'value="{typed}"' not in page[: page.index("</form>")]


def test_lines_to_call_are_still_below(client):
    warmline(slug="line", who_may_call="anyone", phone="+14065550101")

    main = main_of(client, "/find/", near="i want to die")

    assert main.index("tel:988") < main.index('data-listing="warmline:line"')


def test_words_beside_a_place_keep_the_place_and_its_results(client):
    organization(at=place("59301"), slug="near", name="Nearby")

    main = main_of(client, "/find/", near="59301", q="suicide")
    assert PANEL.search(main)
    main = main_of(client, "/find/", near="59301")
    assert not PANEL.search(main)
    assert 'data-listing="org:near"' in main


@pytest.mark.parametrize("typed", ["59301", "Hurt, Virginia", "nami", "veteran", ""])
def test_ordinary_words_show_no_panel(client, typed):
    for path, box in BOXES:
        main = main_of(client, path, **{box: typed})
        assert "data-distress" not in main


def test_an_emergency_puts_911_before_the_lines_of_its_kind(client):
    panel = PANEL.search(main_of(client, "/find/", near="he is not breathing")).group()

    numbers = re.findall(r'data-crisis-line="crisis:([\w-]+)"', panel)
    assert numbers == ["911", "poison-help", "safespot"]


def test_quiet_words_get_results_first_and_988_in_one_line(client):
    organization(slug="group", name="Suicide loss group", website="https://example.org")

    main = main_of(client, "/orgs/", q="suicide loss group")

    assert not PANEL.search(main)
    assert main.index('data-listing="org:group"') < main.index("data-distress")
    quiet = main[main.index("data-distress") :]
    assert 'href="tel:988"' in quiet


@pytest.mark.parametrize("typed", ["i want to die", "overdose", "he hits me"])
def test_a_panel_says_what_was_not_checked_and_what_was(client, typed):
    panel = PANEL.search(main_of(client, "/find/", near=typed)).group()

    for part in panel.split("data-crisis-line=")[1:]:
        trusted = part.startswith(('"crisis:911"', '"crisis:988-lifeline"'))
        assert ("Not yet checked" in part) is not trusted


def test_in_spanish_the_panel_says_how_to_reach_988(client):
    panel = PANEL.search(main_of(client, "/es/find/", near="me quiero morir")).group()

    assert "oprima 2" in panel
    assert "sms:988?&amp;body=AYUDA" in panel


def test_a_row_that_was_broken_takes_no_page_down(client):
    CrisisLine.objects.filter(key="crisis:988-lifeline").update(
        hours="nonsense",
        timezone="UTC",
        for_what=";;suicide",
        languages="",
        untried_fields="bogus",
    )

    main = main_of(client, "/find/", near="i want to die")

    assert 'href="tel:988"' in main
