"""Words of distress in any box of the site show the right numbers first."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product
from urllib.parse import unquote_plus

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection

from caching import memory_cache
from directory.operations import fallback_numbers
from listings.crisis.models import CrisisLine
from tests.factories import organization, place, warmline

# Every text box for visitors, and its parameter.
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
pytestmark = [pytest.mark.usefixtures("crisis"), pytest.mark.any_database]


def main_of(client, path, **params):
    page = client.get(path, params).content.decode()
    return page[page.index("<main") :]


@pytest.mark.parametrize(("path", "box"), BOXES)
def test_words_of_distress_show_the_right_number_first(client, path, box):
    for (typed, number), language in product(TYPED, LANGUAGES):
        main = main_of(client, f"{language}{path}", **{box: typed})

        assert main.index(f'href="{number}"') == main.index('href="tel:'), typed
        assert main.index(number) < main.index("<h1"), typed
        # The results are still shown below.
        assert "<form" in main[main.index("<h1") :], typed


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/embed/"])
def test_no_error_answers_words_of_distress(client, path):
    for typed, _number in TYPED:
        page = client.get(path, {"near": typed}).content.decode()

        assert "We could not find" not in page, typed
        assert 'aria-invalid="true"' not in page, typed
        assert "Error:" not in page, typed
        assert "enter a ZIP code" in page, typed
        # The box is empty, ready for a place.
        assert f'value="{typed}"' not in page[: page.index("</form>")]


def test_warmlines_are_shown_below_crisis_lines(client):
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
def test_ordinary_words_show_no_crisis_panel(client, typed):
    for path, box in BOXES:
        main = main_of(client, path, **{box: typed})
        assert "data-distress" not in main


def test_an_emergency_puts_911_before_the_lines_of_its_kind(client):
    panel = PANEL.search(main_of(client, "/find/", near="he is not breathing")).group()

    numbers = re.findall(r'data-crisis-line="crisis:([\w-]+)"', panel)
    assert numbers == ["911", "poison-help", "safespot"]


def test_milder_words_show_results_first_and_988_in_one_line(client):
    organization(slug="group", name="Suicide loss group", website="https://example.org")

    main = main_of(client, "/orgs/", q="suicide loss group")

    assert not PANEL.search(main)
    assert main.index('data-listing="org:group"') < main.index("data-distress")
    quiet = main[main.index("data-distress") :]
    assert 'href="tel:988"' in quiet


@pytest.mark.parametrize("typed", ["i want to die", "overdose", "he hits me"])
def test_crisis_panel_says_which_lines_were_checked(client, typed):
    panel = PANEL.search(main_of(client, "/find/", near=typed)).group()

    for part in panel.split("data-crisis-line=")[1:]:
        trusted = part.startswith(('"crisis:911"', '"crisis:988-lifeline"'))
        assert ("Not yet checked" in part) is not trusted


def test_spanish_crisis_panel_says_how_to_reach_988(client):
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


@pytest.mark.parametrize("typed", ["i want to die", "overdose", "suicide loss group"])
def test_words_of_distress_are_in_no_cache(client, typed):
    organization(slug="group", name="Overdose group, suicide loss group")
    # Act as after a commit: a transaction that changed facts caches nothing.
    connection.run_on_commit.clear()
    for path, box in BOXES:
        for _twice in range(2):
            response = client.get(path, {box: typed})
            assert response["Cache-Control"] == "no-store"
            assert "CDN-Cache-Control" not in response

    keys = repr(memory_cache.all_keys()).casefold()
    assert "header" in keys
    assert caches["pages"]._cache == {}
    assert typed not in keys
    assert typed.replace(" ", "") not in keys


def test_no_search_words_are_in_a_cache_key(client):
    for _number in range(3):
        organization(name="Overdose and crayon group")
    connection.run_on_commit.clear()

    for path in ("/orgs/", "/find/", "/es/orgs/"):
        client.get(path, {"q": "overdose"})
        client.get(path, {"q": "crayon"})

    keys = repr(memory_cache.all_keys())
    assert "header" in keys
    assert "crayon" not in keys
    assert "overdose" not in keys


def test_words_of_distress_change_no_table(client):
    tables = [model for model in apps.get_models() if model._meta.managed]
    before = [model._default_manager.count() for model in tables]

    for path, box in BOXES:
        client.get(path, {box: "i want to die"})

    assert [model._default_manager.count() for model in tables] == before


def test_words_of_distress_are_in_no_log(client, caplog):
    with caplog.at_level("DEBUG"):
        for path, box in BOXES:
            client.get(path, {box: "i want to die"})

    ours = [r for r in caplog.records if not r.name.startswith("django.db")]
    assert "die" not in " ".join(record.getMessage() for record in ours)


def test_outage_page_shows_the_same_crisis_lines(settings, tmp_path):
    settings.DATA_DIR = str(tmp_path)
    fallback_numbers.write_fallback_numbers(datetime(2026, 11, 30, 12, tzinfo=UTC))

    for language in ("en", "es"):
        shown = "".join(fallback_numbers.read_fallback_numbers("", language))
        assert shown.index('href="tel:988"') < shown.index('href="tel:911"')
        assert 'href="tel:+18007997233"' in shown
    assert "sms:988?&amp;body=AYUDA" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_printed_sheet_shows_the_same_crisis_lines(client, language):
    page = client.get(f"{language}/states/mt/print/").content.decode()

    head = page[: page.index("<main")]
    for number in ("tel:988", "tel:911", "tel:+18007997233"):
        assert f'href="{number}"' in head
    assert ("oprima 2" in head) is (language == "/es")


def test_known_warnings_are_in_spanish_and_others_marked_as_english(client):
    known = "This line may have closed or changed its number."
    warmline(
        slug="one", who_may_call="anyone", phone="+14065550101", public_warning=known
    )
    organization(slug="two", public_warning="Ring twice.")

    line = client.get("/es/warmlines/one/").content.decode()
    group = client.get("/es/orgs/two/").content.decode()

    assert known not in line
    assert "Es posible que esta línea haya cerrado o cambiado de número." in line
    assert '<span lang="en">Ring twice.</span> (en inglés)' in group
    assert "Ring twice.</p>" in client.get("/orgs/two/").content.decode()


@pytest.mark.parametrize("path", ["/", "/find/?near=59301", "/warmlines/", "/guides/"])
def test_every_spanish_page_says_how_to_reach_988_in_spanish(client, path):
    page = client.get(f"/es{path}").content.decode()
    bar, foot = page[: page.index("<main")], page[page.index("<footer") :]

    for part in (bar, foot):
        assert re.search(r"oprima\s2", part, re.IGNORECASE)
        assert "AYUDA" in part


@pytest.mark.parametrize("path", ["/find/", "/embed/", "/warmlines/"])
def test_the_panel_is_in_the_language_of_the_words(client, path):
    panel = PANEL.search(main_of(client, path, near="me quiero morir")).group()

    assert 'lang="es"' in panel
    assert "oprima 2" in panel
    assert "sms:988?&amp;body=AYUDA" in panel
    # Words of both languages, and English words, get the language of the page.
    for language, typed in (
        ("en", "crisis"),
        ("en", "i want to die"),
        ("es", "crisis"),
    ):
        address = path if language == "en" else f"/es{path}"
        panel = PANEL.search(main_of(client, address, near=typed)).group()
        assert f'lang="{language}"' in panel


@pytest.mark.parametrize("typed", ["overdose", "he won't wake up"])
def test_an_overdose_gets_first_aid_before_the_lines(client, typed):
    panel = PANEL.search(main_of(client, "/find/", near=typed)).group()

    assert panel.index("If you have naloxone") < panel.index("data-crisis-line")
    # The panel does not tell people who may use drugs that they are dying.
    panel = PANEL.search(main_of(client, "/find/", near="fentanyl")).group()
    assert "naloxone" not in panel


@pytest.mark.parametrize("typed", ["i want to kill my husband", "want to hurt someone"])
def test_harm_to_others_finds_911_and_988(client, typed):
    panel = PANEL.search(main_of(client, "/find/", near=typed)).group()

    assert re.findall(r'class="button" href="tel:(\d+)"', panel) == ["911", "988"]


@pytest.mark.parametrize("typed", ["i want to die", "he hits me"])
def test_words_of_distress_are_quoted_nowhere(client, typed):
    words = typed.title()
    organization(slug="like", name=words.replace("Me", "Ma").replace("Want", "Wont"))
    warmline(slug="hot", name=f"{words} line", who_may_call="anyone")
    organization(slug="named", name=f"{words} group")

    for path, box in BOXES:
        page = client.get(path, {box: typed}).content.decode()

        names = re.sub(rf"{words} (line|group)", "", page)
        seen = re.sub(r"<[^>]*>", " ", names)
        assert typed not in seen, path
        assert f'value="{typed}"' not in page, path


# A word of each, as an address or a field could contain it.
CARRIED = [
    ("i want to die", r"\bdie\b"),
    ("overdose", r"(?i)overdos"),
    ("me quiero morir", r"morir"),
]


MORE_BOXES = [("/find/map/", "q"), ("/states/mt/", "near"), ("/meetings/", "near")]


@pytest.mark.usefixtures("many_overdose_groups")
@pytest.mark.parametrize(("typed", "word"), CARRIED)
def test_no_link_or_field_repeats_words_of_distress(client, typed, word):
    for (path, box), language in product([*BOXES, *MORE_BOXES], LANGUAGES):
        asked = {box: typed, "kind": "peer_run"}
        if not language:
            # With a place there are more links: filters, a map, the next page.
            asked["state" if box != "state" else "near"] = "MT"
        response = client.get(f"{language}{path}", asked)

        page = response.content.decode()
        found = re.findall(r'(?:href|value|action|data-[a-z]+)="([^"]*)"', page)
        sent = [one for one in found if not one.startswith(f"{language}/orgs/group-")]
        assert [one for one in sent if re.search(word, unquote_plus(one))] == [], path
        # The map without a row redirects to the same search.
        assert response.status_code == 302 or "data-distress" in page, path


@pytest.fixture
def many_overdose_groups(crisis):
    for i in range(31):
        organization(name=f"Overdose group {i}", slug=f"group-{i}", kind="peer_run")


def test_links_keep_the_place_that_was_typed_among_the_words(client):
    organization(at=place("59301"), slug="near", kind="peer_run")

    page = client.get("/find/", {"near": "59301 i want to die"}).content.decode()

    assert PANEL.search(page)
    assert 'data-listing="org:near"' in page
    assert 'href="/find/map/?near=59301"' in page
    assert 'href="/es/find/?near=59301"' in page
    assert 'name="near" value="59301"' in page
    assert 'value="Miles City, Montana 59301"' in page


def test_words_that_only_name_a_group_stay_in_links(client):
    for i in range(31):
        organization(name=f"Suicide loss group {i}", slug=f"group-{i}")

    page = client.get("/orgs/", {"q": "suicide loss group"}).content.decode()

    assert 'rel="next" href="?q=suicide+loss+group&amp;page=2"' in page


@pytest.mark.parametrize("path", ["/orgs/?q", "/warmlines/?near", "/embed/?near"])
def test_988_line_for_milder_words_comes_after_the_results(client, path):
    organization(slug="group", name="Suicide loss group")
    warmline(slug="line", name="Suicide loss group line", who_may_call="anyone")

    main = main_of(client, f"{path}=suicide loss group")

    assert not PANEL.search(main)
    assert main.rindex("data-listing") < main.index("data-distress")


def test_words_of_distress_are_not_compared_with_names(client):
    organization(slug="like", name="Alysum House")
    organization(slug="help", name="Anything", website="https://example.org")

    main = main_of(client, "/find/", near="he hits me in alysun hause")

    assert "name like" not in main
    assert "Here&#x27;s more support you can reach from anywhere." in main
    assert 'data-listing="org:like"' not in main


def test_name_within_words_of_distress_is_found_and_not_quoted(client):
    warmline(slug="trans", name="Trans Lifeline", who_may_call="anyone")

    main = main_of(client, "/find/", near="trans lifeline")

    assert 'data-listing="warmline:trans"' in main
    assert "“" not in re.sub(r"<[^>]*>", " ", main[main.index("<h1") :])


def test_without_a_place_find_asks_for_the_state_in_place_of_a_warning(client):
    for typed in ("i want to die", "suicide prevention"):
        page = main_of(client, "/find/", near=typed)
        assert "data-none-open" not in page
        assert page.count("Enter your state to see which warmlines are open now.") == 1

    place("59301")
    page = main_of(client, "/find/", near="59301")
    assert page.count("data-none-open") == 1


@pytest.mark.parametrize("typed", ["Suicide prevention", "suicide loss group"])
def test_find_summary_has_the_988_line_for_milder_words(client, typed):
    main = main_of(client, "/find/", near=typed)

    answer = main[main.index('class="answer"') : main.index('class="beside"')]
    assert 'href="tel:988"' in answer
    assert main.count("data-distress") == 1


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/embed/"])
def test_sentence_is_not_quoted_as_an_unknown_place(client, path):
    page = client.get(path, {"near": "nobody ever listens to qqq"}).content.decode()

    assert "could not find" not in page
    assert "nobody ever listens" not in re.sub(r"<[^>]*>", " ", page)
    assert "We couldn&#x27;t match that to a place." in page
    # Nothing typed is lost.
    assert 'value="nobody ever listens to qqq"' in page
