"""The find page: run by peers, centers, by phone, online."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Organization
from tests.caching.transactions import commit
from tests.factories import county, organization, place, state, term, warmline
from tests.reading import listings_on, sections_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(client):
    """Return a function: find(near="59301") is {section: [(listing, miles)]}."""

    def find(**query):
        response = client.get("/find/", query)
        assert response.status_code == 200
        find.text = response.content.decode()
        return sections_of(find.text)

    return find


def counts(page):
    """Return {kind: count} of the filter."""
    options = r'name="kind" value="(\w+)"[^>]*> .*?class="count">(\d+)<'
    return {value: int(count) for value, count in re.findall(options, page)}


def names(rows):
    return [name for name, _miles in rows]


def test_find_shows_four_sections_in_order(find):
    organization(at=place("59330"), slug="glendive")
    custer = county("Custer County", "MT")
    organization(service_area=[custer], slug="serves")
    organization(service_area=[custer], slug="center", kind="cil")
    organization(service_area_scope="nationwide", online=True, slug="web")
    warmline(service_area=[state("MT")], slug="line")

    sections = find(near="59301")

    assert list(sections) == ["near", "cil", "phone", "online"]
    assert sections["near"] == [("org:serves", ""), ("org:glendive", "72.0")]
    assert names(sections["cil"]) == ["org:center"]
    assert names(sections["phone"]) == ["warmline:line"]
    assert names(sections["online"]) == ["org:web"]


def test_drafts_and_closed_listings_are_in_no_section(find):
    spot = place("59301")
    for status in ("draft", "closed"):
        facts = {"status": status, "closure_reason": "Moved", "online": True}
        organization(at=spot, service_area=[state("MT")], **facts)
        warmline(status=status, closure_reason="Moved")
    organization(at=spot, slug="ours")

    sections = find(near="59301")

    assert sections["near"] == [("org:ours", "0.0")]
    assert (sections["phone"], sections["online"]) == ([], [])


def test_find_lists_what_names_the_county_then_the_state_then_what_to_ask(find):
    custer = county("Custer County", "MT")
    glendive, missoula = place("59330"), place("59801")
    organization(at=glendive, slug="ask")
    organization(at=glendive, slug="statewide", service_area=[state("MT")])
    organization(at=missoula, slug="names-county", service_area=[custer])
    organization(at=place("59301"), slug="ask-near")

    near = names(find(near="59301")["near"])

    assert near == ["org:ask-near", "org:names-county", "org:statewide", "org:ask"]


def test_what_serves_only_other_counties_is_one_line_with_a_link(find, client):
    yellowstone = county("Yellowstone County", "MT")
    organization(at=place("59301"), slug="here", service_area=[yellowstone])
    organization(at=place("59301"), slug="ours")

    sections = find(near="59301")
    [line] = re.findall(r'<a href="(/orgs/[^"]*)"[^>]*>1 more place nearby', find.text)
    whole = client.get(html.unescape(line)).content.decode()

    assert names(sections["near"]) == ["org:ours"]
    assert set(listings_on(whole)) == {"org:here", "org:ours"}
    assert 'data-miles="0.0" data-serves="other"' in whole


def test_unknown_area_across_a_border_is_listed_only_nearby(find):
    organization(at=place("58621"), slug="beach-nd")
    organization(at=place("58103"), slug="fargo-nd")

    assert names(find(near="59353")["near"]) == ["org:beach-nd"]
    assert "Ask if they serve Wibaux County" in find.text


def test_center_that_names_the_county_is_the_only_one(find):
    facts = {"kind": "cil", "at": place("59301")}
    organization(slug="unknown", **facts)
    organization(slug="statewide", service_area=[state("MT")], **facts)

    both = names(find(near="59301")["cil"])
    organization(slug="ours", service_area=[county("Custer County", "MT")], kind="cil")

    assert both == ["org:statewide", "org:unknown"]
    assert names(find(near="59301")["cil"]) == ["org:ours"]


def test_nearest_center_is_named_if_none_serves_the_county(find):
    dawson = [county("Dawson County", "MT")]
    organization(at=place("59330"), name="Plains", kind="cil", service_area=dawson)

    sections = find(near="59301")

    assert sections["cil"] == []
    assert "We don’t list a center that says it serves Miles City" in find.text
    assert re.search(r"The nearest is <a [^>]*>Plains</a>, 72 miles away", find.text)


def test_four_cards_are_open_and_the_rest_are_folded_rows(find):
    for number in range(8):
        organization(at=place("59301"), slug=f"at-{number}")

    near = find(near="59301")["near"]
    section = find.text[find.text.index('data-section="near"') :]
    folded = section[section.index("<details>") : section.index("</details>")]

    assert len(near) == 8
    assert len(listings_on(folded)) == 4
    assert "Show 4 more" in folded
    assert 'class="row"' in folded


def test_a_chosen_distance_gives_the_whole_list_unfolded(find):
    for number in range(60):
        organization(at=place("59301"), slug=f"at-{number}")

    near = find(near="59301", radius="10")["near"]
    section = find.text[find.text.index('data-section="near"') :]
    section = section[: section.index("</section>")]

    assert len(near) == 50
    assert (section.count('class="card"'), section.count('class="row"')) == (8, 42)
    assert "<details>" not in section
    assert len(find(near="59301", radius="10", page="2")["near"]) == 10


def test_nothing_nearer_than_a_card_is_folded(find):
    for number in range(3):
        organization(
            at=place("59801"), slug=f"far-{number}", service_area=[state("MT")]
        )
    organization(at=place("59330"), slug="nearer")
    organization(at=place("59912"), slug="farther")

    find(near="59301")
    section = find.text[find.text.index('data-section="near"') :]
    folded = section[section.index("<details>") : section.index("</details>")]

    assert listings_on(folded) == ["org:farther"]


@pytest.mark.parametrize(
    ("how", "first"), [("online", "online"), ("phone", "phone"), ("in_person", "near")]
)
def test_way_to_get_help_puts_its_section_first_and_keeps_the_others(find, how, first):
    custer = [county("Custer County", "MT")]
    for kind in ("peer_run", "cil"):
        organization(at=place("59301"), online=True, kind=kind, service_area=custer)
    organization(service_area_scope="nationwide", online=True, in_person=True)
    for _line in range(3):
        warmline(service_area=[state("MT")])

    sections = find(near="59301", how=how)
    shown = {name: len(rows) for name, rows in sections.items()}

    assert next(iter(sections)) == first
    assert set(sections) == {"near", "cil", "phone", "online"}
    assert shown["phone"] == (3 if how == "phone" else 1)
    assert (shown["near"] > 0, shown["cil"] > 0) == (how == "in_person",) * 2
    if how == "online":
        assert "data-miles" not in find.text
        assert re.search(
            r'<a href="/orgs/\?[^"]*how=online[^"]*"[^>]*>1 place', find.text
        )


def test_lines_for_anyone_are_three_cards_and_groups_are_folded(find):
    for _line in range(6):
        warmline(service_area=[state("MT")])
    veterans = {"who_may_call": "group", "terms": [term("community", "veterans")]}
    warmline(**veterans)
    warmline(hours="", timezone="", **veterans)

    assert len(find(near="59301")["phone"]) == 3
    assert "For veterans: 2 lines, 1 open now" in find.text
    assert len(find(near="59301", community="veterans")["phone"]) == 5


def test_lines_answered_by_peers_come_first_among_equals(find):
    facts = {"service_area": [state("MT")]}
    warmline(name="A line", slug="a", **facts)
    warmline(name="B line", slug="b", answered_by_peers=True, **facts)
    warmline(name="Abroad", slug="us", answered_by_peers=True)

    phone = names(find(near="59301")["phone"])

    assert phone == ["warmline:b", "warmline:a", "warmline:us"]


def test_online_groups_are_shown_by_subject(find):
    facts = {"service_area_scope": "nationwide", "online": True}
    for number in range(5):
        mental = [term("condition", "mental_health")]
        organization(slug=f"mental-{number}", terms=mental, **facts)
    both = [term("condition", "mental_health"), term("condition", "trauma")]
    organization(slug="both", name="Zeta", terms=both, **facts)
    alcohol = [term("condition", "substance_use")]
    organization(slug="alcohol", terms=alcohol, run_by="peers", **facts)

    online = names(find(near="59301")["online"])

    assert len(online) == 3
    assert {"org:alcohol", "org:both"} <= set(online)
    assert 'href="/online/?state=MT&amp;condition=mental_health"' in find.text


def test_statewide_networks_come_first_in_a_state(find):
    organization(at=place("59301"), slug="house")
    organization(at=place("59801"), slug="net", kind="statewide_network")
    away = {"service_area": [county("Dawson County", "MT")]}
    organization(at=place("58103"), slug="from-fargo", **away)
    organization(at=place("58103"), slug="fargo")

    near = names(find(near="Montana")["near"])

    assert near == ["org:net", "org:house", "org:from-fargo"]


def test_peers_come_first_among_listings_of_one_town(find):
    organization(at=place("59301"), slug="a", run_by="larger_organization")
    organization(at=place("59301"), slug="b", run_by="peers")

    assert names(find(near="59301")["near"]) == ["org:b", "org:a"]
    assert names(find(near="59301", run_by="larger_organization")["near"]) == ["org:a"]


@pytest.mark.parametrize(
    ("zip_code", "area", "name", "words"),
    [
        ("59301", ["Custer County"], "county", "Serves Custer County"),
        ("59301", ["MT"], "state", "Serves all of Montana"),
        ("59301", [], "unknown", "Ask if they serve Custer County"),
    ],
)
def test_card_says_why_it_is_listed(find, zip_code, area, name, words):
    spots = [state("MT") if one == "MT" else county(one, "MT") for one in area]
    organization(at=place(zip_code), service_area=spots)

    find(near="59301")

    assert f'data-miles="0.0" data-serves="{name}"' in find.text
    assert f'<p class="fact">{words} · less than a mile away' in find.text


def test_nothing_near_says_the_true_distance(find):
    organization(at=place("59330"), name="Prairie House")

    find(near="59301")

    assert "We don’t list a peer-run place within 50 miles." in find.text
    assert "The nearest is Prairie House, 72 miles away." in find.text


def test_what_is_farther_away_than_a_chosen_distance_is_left_out(find):
    organization(at=place("59801"), slug="missoula", service_area=[state("MT")])

    assert names(find(near="59301")["near"]) == ["org:missoula"]
    assert names(find(near="59301", radius="100")["near"]) == []


def test_find_by_state_shows_no_distances(find):
    organization(at=place("59330"), slug="glendive")
    organization(at=place("82801"), slug="sheridan")

    assert find(near="Montana")["near"] == [("org:glendive", "")]
    assert find(state="MT")["near"] == [("org:glendive", "")]


def test_find_by_county_shows_what_serves_it_first(find):
    organization(
        at=place("59301"), service_area=[county("McCone County", "MT")], slug="ours"
    )

    sections = find(near="McCone County, MT")

    assert names(sections["near"]) == ["org:ours"]
    assert 'data-serves="county"' in find.text


def test_find_accepts_coordinates_of_the_browser(find):
    organization(at=place("59301"), slug="miles-city")

    sections = find(lat="46.41", lon="-105.84")

    assert names(sections["near"]) == ["org:miles-city"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"near": "zzzz"}, "We could not find “zzzz”."),
        ({"near": "Springfield"}, "There is more than one “Springfield”."),
        ({"near": "K1A 0B1"}, "covers the United States and its territories"),
        ({"near": "59301", "radius": "-5"}, "at least 1 mile"),
        ({"near": "59301", "radius": "far"}, "in whole miles"),
        ({"near": "59301", "kind": "clinic"}, "We do not know “clinic” here"),
        ({"near": "a" * 200}, "That is too long."),
    ],
)
def test_bad_input_gets_its_message_and_keeps_what_was_typed(find, query, words):
    warmline(slug="line")

    sections = find(**query)

    assert words in find.text
    assert f'value="{query["near"]}"' in find.text
    assert names(sections["phone"]) == ["warmline:line"]


def test_an_ambiguous_name_offers_each_place_as_a_link(find):
    find(near="Springfield")

    assert "?near=Springfield%2C+Hampden+County%2C+MA" in find.text
    assert "Springfield, Hampden County, Massachusetts" in find.text


def test_assumed_meaning_is_named_and_others_are_offered(find):
    find(near="Portland")

    assert "Showing Portland, Oregon." in find.text
    assert "Portland, Cumberland County, Maine" in find.text


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"kind": "cil"}, {"cil"}),
        ({"kind": ["cil", "peer_respite"]}, {"cil", "respite"}),
        ({"how": "in_person"}, {"cil", "hybrid", "respite"}),
        ({"community": "veterans"}, {"hybrid"}),
        ({"service": "drop_in", "kind": "peer_run"}, {"hybrid"}),
        ({"service": "drop_in", "kind": "cil"}, set()),
        ({"q": "hybrid"}, {"hybrid"}),
    ],
)
def test_filters_match_any_value_and_all_filters(find, query, left):
    spot = place("59301")
    organization(at=spot, slug="cil", name="Center", kind="cil")
    organization(at=spot, slug="respite", name="House", kind="peer_respite")
    terms = [term("community", "veterans"), term("service", "drop_in")]
    organization(at=spot, slug="hybrid", name="Hybrid", online=True, terms=terms)

    sections = find(near="59301", **query)

    listed = names([*sections["near"], *sections["cil"]])
    assert {name.removeprefix("org:") for name in listed} == left


def test_active_filter_can_be_removed(find):
    organization(at=place("59301"), kind="cil")

    find(near="59301", kind="cil", radius="25")

    assert 'href="?near=59301&amp;radius=25"' in find.text
    assert 'href="?near=59301&amp;kind=cil"' in find.text


def test_filters_without_results_suggest_which_to_remove(find):
    organization(at=place("59301"), kind="cil")

    find(near="59301", kind="cil", community="veterans")

    assert "Without Veterans: 1" in find.text
    assert "Without Center for Independent Living" not in find.text


def test_find_has_eleven_listings_per_page(find):
    for _ in range(27):
        organization(at=place("59301"))

    assert len(find(near="59301")["near"]) == 11
    assert len(find(near="59301", page="3")["near"]) == 5
    assert "Page 3 of 3" in find.text


@pytest.mark.parametrize("typed", ["Howie the Harp", "Howie the Hrap"])
def test_filter_counts_include_listings_found_by_name(find, typed):
    organization(name="Howie the Harp Center", kind="cil", slug="howie")
    for _number in range(3):
        organization(name="Another", kind="peer_run")
    commit()

    sections = find(near=typed)
    named = {kind: number for kind, number in counts(find.text).items() if number}
    find()
    whole = counts(find.text)

    assert names(sections["near"]) == ["org:howie"]
    assert named == {"cil": 1}
    assert (whole["cil"], whole["peer_run"]) == (1, 3)


@pytest.mark.parametrize("path", ["/find/", "/es/find/", "/embed/"])
def test_listing_that_closed_since_it_was_counted_is_left_out(client, path):
    """Another process closed it, and this one has not noticed that yet."""
    organization(at=place("59301"))
    commit()
    client.get(path, {"near": "59301"})
    Organization.objects.update(status="closed", closure_reason="Moved")

    response = client.get(path, {"near": "59301"})

    assert response.status_code == 200
    assert sections_of(response.content.decode()).get("near", []) == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999", "٣", "3.5"])
def test_an_odd_page_number_is_no_error(find, page):
    organization(at=place("59301"))

    assert find(near="59301", page=page)


def test_find_without_a_place_shows_phone_and_online(find):
    warmline(slug="line")
    organization(service_area_scope="nationwide", online=True, slug="web")

    sections = find()

    assert list(sections) == ["phone", "online"]


def test_words_alone_search_by_name(find):
    organization(name="The Living Room", slug="living-room")
    organization(name="Other")

    sections = find(q="living")

    assert names(sections["near"]) == ["org:living-room"]


@pytest.mark.parametrize("path", ["/find/", "/warmlines/", "/orgs/", "/online/"])
@pytest.mark.parametrize(
    "query",
    [
        {"near": "\0\u202e<script>alert(1)</script>"},
        {"near": ["59301", "59102"], "radius": ["1", "x"]},
        {"lat": "nan", "lon": "inf"},
        {"lat": "1e999", "lon": "-1e999"},
        {"state": "<b>", "kind": "<i>", "q": "'\";--"},
        {"q": "%" * 90, "page": "-0"},
    ],
)
def test_hostile_queries_are_answered_and_never_echoed_as_markup(client, path, query):
    organization(at=place("59301"))

    response = client.get(path, query)

    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert b"<b>" not in response.content


@pytest.mark.parametrize(
    "path", ["/find/?near=59301", "/find/?state=MT", "/find/?q=example", "/warmlines/"]
)
def test_the_number_of_queries_does_not_grow_with_listings(client, path):
    def fill(count):
        for _ in range(count):
            facts = {"service_area": [state("MT")], "terms": [term("language", "en")]}
            organization(at=place("59301"), online=True, **facts)
            warmline(**facts)

    # With fewer, there are no rows below the cards.
    fill(12)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    fill(27)

    with CaptureQueriesContext(connection) as many:
        client.get(path)

    # The first request also queries features of the database.
    assert len(many) <= len(few)


def test_filter_by_text_finds_lines_and_places_that_can_be_texted(find):
    organization(at=place("59301"), slug="texts", sms_number="+14065550103")
    organization(at=place("59301"), slug="calls")
    warmline(slug="by-text", sms_number="+14065550104", service_area=[state("MT")])
    warmline(slug="by-phone", service_area=[state("MT")])

    sections = find(near="59301", how="text")

    assert names(sections["phone"]) == ["warmline:by-text", "warmline:by-phone"]
    assert "These lines take any caller" in find.text
    assert next(iter(sections)) == "phone"


@pytest.mark.parametrize(
    ("query", "facts"),
    [
        ({"peers": "1"}, {"answered_by_peers": True}),
        ({"asks_first": "1"}, {"may_send_emergency": False}),
        ({"tty": "1"}, {"tty": "+14065550105"}),
    ],
)
@pytest.mark.parametrize("path", ["/find/", "/warmlines/"])
def test_filters_of_lines_put_those_that_are_known_to_match_first(
    client, path, query, facts
):
    warmline(slug="a-unknown", name="A", service_area=[state("MT")])
    warmline(slug="known", name="Z", service_area=[state("MT")], **facts)

    page = client.get(path, {"near": "59301", **query}).content.decode()

    lines = [key for key in listings_on(page) if key.startswith("warmline")]
    assert lines == ["warmline:known", "warmline:a-unknown"]


def test_filter_for_a_tty_leaves_out_the_relay_number(find):
    organization(at=place("59301"), slug="relay", tty="711")
    organization(at=place("59301"), slug="own", tty="+14065550106")

    assert names(find(near="59301", tty="1")["near"]) == ["org:own"]


def test_options_that_no_listing_has_are_named(find):
    organization(at=place("59301"))

    find(near="59301")

    assert re.search(r"Nothing listed here for: [^<]*Help after prison", find.text)
