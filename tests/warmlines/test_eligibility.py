"""Whether lines accept callers from a place, on every page that shows lines."""

from __future__ import annotations

import html
import itertools
import re
from datetime import UTC, datetime

import pytest
import time_machine

from tests.factories import county, place, state, term, warmline
from tests.reading import listings_on
from warmlines.eligibility import (
    Eligibility,
    check_eligibility,
    describe_eligibility_as_text,
    may_accept_callers_from,
)
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

# Half past two at night in Honolulu, a Monday; half past seven in New York.
NIGHT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
WARNING = "This line may have closed or changed its number."
CUSTER = ("Custer County", "MT")


@pytest.fixture
def page(client):
    """Return a function that returns the HTML of a page on a Monday at NIGHT."""

    def page(path, **query):
        with time_machine.travel(NIGHT, tick=False):
            response = client.get(path, query)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return page


def words(text):
    body = text[text.index("<body") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def answer_box(text):
    """Return the number in the answer box of the find page, or None."""
    box = text[text.index('<div class="answer"') :]
    found = re.search(r'href="tel:(\+\d+)"', box[: box.index("</div>")])
    return found[1] if found else None


@pytest.mark.parametrize(
    ("facts", "service_area", "answers"),
    [
        ({"who_may_call": "anyone"}, ["MT"], "yes yes yes yes"),
        (
            {"service_area_scope": "nationwide"},
            [],
            "serves_place serves_place serves_place yes",
        ),
        ({"who_may_call": "state"}, ["MT"], "yes yes yes no"),
        ({}, ["MT"], "serves_place serves_place serves_place no"),
        ({"who_may_call": "local"}, ["CUSTER"], "yes no some_counties no"),
        ({}, ["CUSTER"], "serves_place no some_counties no"),
        ({"who_may_call": "local"}, ["MT"], "ask ask some_counties no"),
        ({"service_area_scope": "unknown"}, [], "ask ask ask ask"),
        (
            {"who_may_call": "state", "service_area_scope": "unknown"},
            [],
            "ask ask ask ask",
        ),
        ({"who_may_call": "group"}, ["MT"], "yes yes yes no"),
    ],
)
def test_line_accepts_only_callers_that_its_listing_allows(
    facts, service_area, answers
):
    where = [
        county(*CUSTER) if code == "CUSTER" else state(code) for code in service_area
    ]
    line = warmline(service_area=where, **facts)
    # In the county, in another county of the state, the state, another state.
    viewed_places = [place("59301"), place("59102"), state("MT"), place("96813")]

    found = [check_eligibility(line, here).name.lower() for here in viewed_places]

    expected = answers.split()
    if facts == {"service_area_scope": "nationwide"}:
        expected[-1] = "serves_place"
    assert found == expected


def test_database_condition_matches_the_eligibility_rule():
    wheres = [[], [state("MT")], [county(*CUSTER)], [state("WY"), county(*CUSTER)]]
    for where, who in itertools.product(wheres, Warmline.WhoMayCall):
        for scope in {"places" if where else "unknown", "nationwide"}:
            warmline(service_area=where, who_may_call=who, service_area_scope=scope)
    viewed = [place("59301"), place("59102"), state("MT"), county(*CUSTER), state("HI")]

    for here in viewed:
        lines = Warmline.objects.all()
        answers = {line: check_eligibility(line, here) for line in lines}
        expected = {line for line, a in answers.items() if a is not Eligibility.NO}
        assert set(lines.filter(may_accept_callers_from(here))) == expected


FILTERED = [
    ("/warmlines/", {"community": "veterans"}),
    ("/warmlines/", {"language": "es"}),
    ("/find/", {"community": "veterans"}),
    ("/find/", {"q": "Brave"}),
    ("/embed/", {"community": "veterans"}),
]


@pytest.mark.parametrize(("path", "query"), FILTERED)
def test_filters_and_words_never_hide_lines_for_everyone(page, path, query):
    requested = [term("community", "veterans"), term("language", "es")]
    warmline(slug="brave", name="Brave", who_may_call="group", terms=requested)
    warmline(slug="ours", service_area=[state("MT")])
    warmline(slug="nation", who_may_call="anyone")

    text = page(path, near="59301", **query)

    lines = [key for key in listings_on(text) if key.startswith("warmline")]
    assert lines == ["warmline:brave", "warmline:ours", "warmline:nation"]
    assert text.count("These lines take any caller") == 1
    assert "No warmline that takes everyone" not in text
    assert "We know of no" not in text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/find/", {"near": "96813"}),
        ("/find/", {"near": "96813", "community": "veterans"}),
        ("/warmlines/", {"near": "96813"}),
        ("/warmlines/", {"near": "96813", "open_now": "1"}),
        ("/states/hi/", {}),
        ("/embed/", {"near": "96813"}),
    ],
)
def test_page_names_the_next_line_to_open_if_none_for_everyone_is_open(
    page, path, query
):
    zone = {"timezone": "America/New_York", "who_may_call": "anyone"}
    warmline(name="Late Line", hours="Mo-Fr 12:00-22:00", **zone)
    warmline(name="First Line", hours="Mo-Fr 10:00-22:00", **zone)
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    warmline(name="Some Line", **veterans)

    text = words(page(path, **query))

    assert (
        "No warmline that takes everyone is open right now. "
        "First Line opens today at 5 am, Hawaii time. "
        "You can call or text 988 at any hour."
    ) in text


def test_snapshot_does_not_say_when_lines_open(client):
    from listings.snapshot import as_snapshot  # noqa: PLC0415

    warmline(hours="Mo-Fr 10:00-22:00", who_may_call="anyone")

    with as_snapshot(NIGHT.date()):
        text = client.get("/states/hi/").content.decode()

    assert "is open right now" not in text


LISTS = [
    ("/states/mt/", {}),
    ("/states/mt/print/", {}),
    ("/warmlines/", {"state": "MT"}),
    ("/online/", {"state": "MT"}),
]


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_state_lists_show_a_county_line_under_its_county(page, path, query):
    warmline(slug="custer", name="Custer Line", service_area=[county(*CUSTER)])
    youth = {"who_may_call": "group", "terms": [term("community", "youth")]}
    warmline(slug="teens", name="Teen Line", service_area=[county(*CUSTER)], **youth)
    warmline(slug="nation", name="Nation Line", who_may_call="anyone")

    text = page(path, **query)

    assert text.index("Nation Line") < text.index("For some counties of Montana")
    part = words("<body " + text[text.index("For some counties of Montana") :])
    assert "Custer Line" in part
    assert "Teen Line" in part
    assert part.count("Serves Custer County, Montana") == 2


@pytest.mark.parametrize("path", ["/find/", "/embed/"])
def test_search_of_a_state_folds_county_lines_into_one_row(page, path):
    warmline(slug="custer", service_area=[county(*CUSTER)])
    warmline(slug="nation", who_may_call="anyone")

    text = page(path, state="MT")

    assert listings_on(text) == ["warmline:nation"]
    assert "For some counties of Montana: 1 line, 1 open now" in words(text)


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/embed/"])
def test_county_line_is_hidden_in_other_counties(page, path):
    warmline(slug="custer", service_area=[county(*CUSTER)])
    warmline(slug="dawson", service_area=[county("Dawson County", "MT")])

    for near, slug in (("59301", "custer"), ("59330", "dawson")):
        lines = [k for k in listings_on(page(path, near=near)) if "warmline" in k]
        assert lines == [f"warmline:{slug}"]
    assert [k for k in listings_on(page(path, near="59102")) if "warmline" in k] == []


def test_state_feed_names_the_county_and_the_warning_of_a_line(client):
    warmline(name="Custer Line", service_area=[county(*CUSTER)], public_warning=WARNING)

    feed = client.get("/feeds/states/mt.atom").content.decode()

    assert "Serves Custer County, Montana" in feed
    assert WARNING in feed


def test_api_and_file_name_the_county_of_a_county_line(client):
    line = warmline(name="Custer Line", service_area=[county(*CUSTER)])

    service = client.get(f"/api/services/{line.uuid}").json()
    rows = b"".join(client.get("/data/warmlines.csv").streaming_content).decode(
        "utf-8-sig"
    )

    assert [area["name"] for area in service["service_areas"]] == [
        "Custer County, Montana"
    ]
    assert "Montana: Custer County" in rows


PAGES = [*LISTS, ("/find/", {"near": "59301"}), ("/warmlines/", {"near": "59301"})]


@pytest.mark.parametrize(
    ("path", "query"), [*PAGES, ("/warmlines/", {"language": "en"})]
)
def test_line_with_a_warning_shows_it_and_is_never_first(page, path, query):
    doubtful = {"public_warning": WARNING, "service_area": [state("MT")]}
    doubtful["terms"] = [term("language", "en")]
    warmline(slug="a-doubtful", phone="+14065550111", **doubtful)
    warmline(slug="sure", hours="Mo-Su 20:00-22:00", who_may_call="anyone")

    text = page(path, **query)

    lines = [key for key in listings_on(text) if key.startswith("warmline")]
    assert lines == ["warmline:sure", "warmline:a-doubtful"]
    assert text.count(WARNING) == 1


def test_answer_box_never_offers_a_line_with_a_warning(page):
    warmline(public_warning=WARNING, service_area=[state("MT")])

    text = page("/find/", near="59301")

    assert answer_box(text) is None
    assert "open now" not in words(text[: text.index('data-section="phone"')])


def test_card_and_files_contain_the_warning_of_a_line(client):
    line = warmline(slug="line", public_warning=WARNING, service_area=[state("MT")])

    card = client.get("/warmlines/line/contact.vcf").content.decode()
    assert WARNING in card.replace("\r\n ", "")
    for path in ("/data/warmlines.csv", "/data/listings.geojson"):
        content = b"".join(client.get(path).streaming_content).decode()
        assert WARNING in content
    service = client.get(f"/api/services/{line.uuid}").json()
    assert service["alert"] == WARNING


def test_temporarily_closed_line_is_not_open(page):
    paused = {"status": "temporarily_closed", "closure_reason": "Moving"}
    warmline(slug="line", service_area=[state("MT")], **paused)

    text = page("/find/", near="59301")

    assert answer_box(text) is None
    assert 'data-listing="warmline:line" data-open="no"' in text


@pytest.mark.parametrize("path", ["/warmlines/line/", "/warmlines/", "/states/mt/"])
def test_pages_never_say_both_from_anywhere_and_a_state(page, path):
    warmline(slug="line", service_area=[state("MT")], who_may_call="anyone")

    text = page(path)

    assert "Anyone may call, from anywhere" in text
    assert "Serves Montana" not in text


def test_line_with_unknown_callers_is_offered_in_its_service_area(page):
    warmline(slug="ours", service_area=[state("MT")])
    warmline(slug="nowhere", service_area_scope="unknown")

    here = page("/warmlines/", near="59301")
    there = page("/warmlines/", near="96813")

    assert listings_on(here) == ["warmline:ours", "warmline:nowhere"]
    assert "Serves Montana" in here
    assert "from anywhere" not in here
    assert listings_on(there) == ["warmline:nowhere"]
    assert "Call to ask who they take" in there


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"open_to": "adults (18 and over)"}, "Adults 18 and over · Serves Montana"),
        ({"open_to": "state residents", "who_may_call": "state"}, "Serves Montana"),
        (
            {"open_to": "youth (ages 11–20)", "who_may_call": "group"},
            "For youth ages 11–20 · Serves Montana",
        ),
        (
            {"service_area_note": "Miles City", "who_may_call": "local"},
            "Call to ask. Serves a part of Montana (Miles City)",
        ),
        ({"open_to": "<b>", "who_may_call": "group"}, "For <b> · Serves Montana"),
    ],
)
def test_eligibility_is_described_in_plain_words(facts, said):
    line = warmline(service_area=[state("MT")], **facts)

    assert describe_eligibility_as_text(line) == said


def test_line_that_welcomes_a_community_is_shown_to_everyone(page):
    welcome = [term("community", "lgbtq")]
    warmline(slug="friendly", service_area=[state("MT")], terms=welcome)

    text = page("/warmlines/", near="59301")

    assert listings_on(text) == ["warmline:friendly"]
    assert "For people in Montana" in text
    assert answer_box(page("/find/", near="59301")) == "+14065550102"


def test_answer_box_and_all_lists_begin_with_the_same_line(page):
    warmline(slug="a-closed", service_area=[state("MT")], hours="Mo-Su 20:00-22:00")
    warmline(slug="b-doubtful", service_area=[state("MT")], public_warning=WARNING)
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    warmline(slug="c-veterans", **veterans)
    warmline(slug="d-open", who_may_call="anyone", phone="+14065550199")

    for path, query in PAGES:
        if path != "/states/mt/print/":
            lines = [k for k in listings_on(page(path, **query)) if "warmline" in k]
            assert lines[0] == "warmline:d-open", path
    assert answer_box(page("/find/", near="59301")) == "+14065550199"


def test_answer_box_offers_a_line_for_veterans_if_veterans_is_chosen(page):
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    warmline(slug="vets", phone="+14065550198", **veterans)
    warmline(slug="ours", service_area=[state("MT")], phone="+14065550199")

    requested = page("/find/", near="59301", community="veterans")

    assert answer_box(requested) == "+14065550198"
    assert answer_box(page("/find/", near="59301")) == "+14065550199"


def test_open_now_lists_lines_with_unknown_hours_separately(page):
    warmline(slug="open", service_area=[state("MT")])
    warmline(slug="closed", service_area=[state("MT")], hours="Mo-Su 20:00-22:00")
    warmline(slug="unsure", service_area=[state("MT")], hours="")

    for query in ({"near": "59301"}, {}):
        text = page("/warmlines/", open_now="1", **query)
        assert listings_on(text) == ["warmline:open", "warmline:unsure"]
        separate = text.index("Hours not listed. These may be open")
        assert text.index("warmline:open") < separate < text.index("warmline:unsure")


def test_counts_include_only_lines_that_accept_the_caller(page):
    warmline(slug="anyone", who_may_call="anyone")
    warmline(slug="veterans", who_may_call="group")
    warmline(slug="ours", service_area=[state("MT")])
    warmline(slug="doubtful", who_may_call="anyone", public_warning=WARNING)

    assert "1 line takes callers from any state. 1 is open now." in words(
        page("/warmlines/")
    )
    assert "2 lines take callers from Miles City, Montana 59301." in words(
        page("/warmlines/", near="59301")
    )
    assert "1 warmline that takes callers from any state is open now." in words(
        page("/")
    )
    assert "2 warmlines anyone here can call are open now" in words(
        page("/find/", near="59301")
    )


def test_area_in_several_states_has_a_list_for_each_state(page):
    youth = {"who_may_call": "group", "terms": [term("community", "youth")]}
    warmline(slug="nation", who_may_call="anyone", hours="Mo-Su 20:00-22:00")
    warmline(slug="teens", service_area=[state("AZ")], **youth)
    warmline(slug="arizona", service_area=[state("AZ")])
    warmline(slug="mexico", service_area=[state("NM")], hours="")
    warmline(
        slug="all", service_area=[state(code) for code in ("AZ", "NM", "UT")], hours=""
    )
    warmline(slug="county", service_area=[county("McKinley County", "NM")])

    text = page("/warmlines/", near="Navajo Nation")

    found = [
        "For people in Arizona, New Mexico, Utah",
        "warmline:nation",
        "warmline:all",
        "For people in Arizona<",
        "warmline:arizona",
        "For people in New Mexico<",
        "warmline:mexico",
        "For some counties of Arizona, New Mexico, Utah",
        "warmline:county",
        "warmline:teens",
    ]
    assert sorted(text.index(part) for part in found) == [text.index(p) for p in found]


NAVAJO = {"near": "Navajo Nation"}


def test_area_page_names_the_first_line_to_open_with_its_state(page):
    warmline(name="Nation", who_may_call="anyone", hours="Mo-Su 20:00-22:00")
    warmline(name="Mexico", service_area=[state("NM")], hours="Mo-Su 15:00-22:00")

    for query in (NAVAJO, {**NAVAJO, "community": "veterans"}):
        text = words(page("/find/", **query))
        box = text[: text.index("Talk to someone (")]
        assert "For people in New Mexico: Mexico opens today at " in box
        assert box.index("Mexico opens") < box.index("Nation opens today at ")


def test_area_page_offers_an_open_line_of_one_state_if_no_other_is_open(page):
    facts = {"service_area": [state("NM")], "phone": "+15055550123"}
    warmline(slug="mexico", name="Mexico", **facts)
    warmline(slug="later", who_may_call="anyone", hours="Mo-Su 20:00-22:00")

    text = page("/find/", **NAVAJO)

    assert answer_box(text) == "+15055550123"
    box = text[text.index('<div class="answer"') : text.index('<div class="beside"')]
    assert "Serves New Mexico" in words("<body>" + box)
    filtered = page("/find/", **NAVAJO, community="veterans")
    assert answer_box(filtered) == "+15055550123"
    assert "For people in New Mexico" in filtered


def test_line_for_a_chosen_community_is_counted_and_has_a_call_button(page):
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    warmline(name="Vets", phone="+14065550198", **veterans)
    warmline(name="Ours", service_area=[state("MT")], phone="+14065550199")

    text = page("/find/", near="59301", community="veterans")

    box = text[text.index('<div class="answer"') : text.index('<div class="beside"')]
    assert re.findall(r'href="tel:(\+\d+)"', box) == ["+14065550198", "+14065550199"]
    assert "Vets" in box
    assert "Serves Montana" in box


@pytest.mark.parametrize(
    ("opens", "said"),
    [("10:30", "hoy a las 5:30 a. m."), ("06:00", "mañana a la 1 a. m.")],
)
def test_spanish_page_says_an_opening_hour_naturally(page, opens, said):
    hours = f"Mo-Fr {opens}-{opens[:2]}:45"
    zone = {"timezone": "America/New_York", "who_may_call": "anyone"}
    warmline(name="Line", hours=hours, **zone)

    assert f"Line abre {said}" in words(page("/es/find/", near="96813"))


def test_filters_count_nothing_hidden_if_only_lines_were_found(page):
    warmline(name="Brave Line", who_may_call="anyone")

    text = page("/find/", near="Brave Line")

    assert "Brave Line" in text
    assert 'class="filters"' not in text
    assert "(0)" not in text
    assert 'class="filters"' in page("/find/", near="59301")


def test_ambiguous_place_shows_no_counts(page):
    warmline(who_may_call="anyone")

    text = page("/warmlines/", near="Standing Rock")

    assert "There is more than one" in text
    assert "takes callers from" not in text


def test_answer_box_says_whom_a_limited_line_is_for(page):
    facts = {"who_may_call": "group", "open_to": "combat veterans"}
    warmline(terms=[term("community", "veterans")], **facts)

    text = page("/find/", near="59301", community="veterans")

    box = text[text.index('<div class="answer"') : text.index('<div class="beside"')]
    assert "For combat veterans · Serves the whole country" in words("<body>" + box)


def test_page_without_a_place_links_to_the_lines_of_each_state(page):
    warmline(slug="anyone", who_may_call="anyone")
    warmline(slug="ours", service_area=[state("MT"), county("Park County", "WY")])

    text = page("/warmlines/")

    assert listings_on(text) == ["warmline:anyone"]
    assert '<a href="?state=MT">Montana</a> (1)' in text
    assert listings_on(page("/warmlines/", state="WY")) == [
        "warmline:anyone",
        "warmline:ours",
    ]
