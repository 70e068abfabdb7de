"""The order and the groups of warmlines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils.translation import override

from listings.models import Term
from listings.templatetags.listing import term_labels
from tests.factories import county, place, state, term, warmline
from tests.reading import listings_on
from warmlines.eligibility import may_accept_callers_from
from warmlines.models import Warmline
from warmlines.open_status import (
    group_by_state,
    group_for_place,
    limit_lines,
    line_statuses,
)

pytestmark = pytest.mark.django_db

# Monday, 5 in the morning in Denver.
EARLY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def lines_from(here, at=EARLY, **options):
    found = Warmline.objects.public().filter(may_accept_callers_from(here)).for_cards()
    return line_statuses(found, at, here, **options)


def slugs(lines):
    return [line.warmline.slug for line in lines]


def test_lines_are_ordered_open_then_next_to_open_then_unknown():
    here = [state("MT")]
    warmline(slug="unknown", service_area=here, hours="")
    warmline(slug="evening", service_area=here, hours="Mo-Su 17:00-22:00")
    warmline(slug="morning", service_area=here, hours="Mo-Su 08:00-12:00")
    warmline(slug="always", service_area=here)

    lines = lines_from(place("59301"))

    assert slugs(lines) == ["always", "morning", "evening", "unknown"]
    assert [line.open_attr for line in lines] == ["yes", "no", "no", "unknown"]


def test_groups_contain_only_lines_that_accept_callers_from_the_place():
    warmline(slug="ours", service_area=[county("Custer County", "MT")])
    warmline(slug="theirs", service_area=[state("WY")])
    warmline(slug="nation")
    warmline(slug="anyone", service_area=[state("WY")], who_may_call="anyone")

    assert set(slugs(lines_from(place("59301")))) == {"ours", "nation", "anyone"}


def test_lines_for_everyone_come_before_lines_for_groups():
    veterans = term("community", "veterans")
    warmline(slug="veterans", who_may_call="group", terms=[veterans])
    warmline(slug="far", who_may_call="anyone")
    warmline(slug="ours", service_area=[state("MT")], hours="Mo-Su 17:00-22:00")

    here = place("59301")
    groups = group_for_place(lines_from(here), here)

    assert [group.heading for group in groups] == [
        "For people in Montana",
        "For veterans",
    ]
    assert [slugs(group.lines) for group in groups] == [["far", "ours"], ["veterans"]]


def test_lines_for_an_unnamed_group_come_last():
    veterans = term("community", "veterans")
    warmline(slug="some", who_may_call="group")
    warmline(slug="veterans", who_may_call="group", terms=[veterans])

    here = place("59301")
    groups = group_for_place(lines_from(here), here)

    assert [slugs(group.lines) for group in groups] == [["veterans"], ["some"]]
    assert groups[-1].heading == "For others"


def test_limit_cuts_the_last_groups_first():
    veterans = term("community", "veterans")
    for number in range(3):
        warmline(slug=f"ours-{number}", service_area=[state("MT")])
        warmline(slug=f"far-{number}", who_may_call="group", terms=[veterans])
    here = place("59301")

    cut = limit_lines(group_for_place(lines_from(here), here), 4)

    assert [len(group.lines) for group in cut] == [3, 1]


def test_hours_are_shown_in_the_time_zone_of_the_place():
    warmline(slug="east", hours="Mo-Su 09:00-17:00", timezone="America/New_York")

    [line] = lines_from(place("59301"))

    assert line.zone == "America/Denver"
    assert line.status.opens == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_lines_without_a_place_are_grouped_by_state_with_open_ones_first():
    warmline(slug="closed", service_area=[state("MT")], hours="Mo-Su 17:00-22:00")
    warmline(slug="open", service_area=[state("WY"), county("Custer County", "MT")])
    warmline(slug="nation")
    warmline(slug="anyone", service_area=[state("WY")], who_may_call="anyone")
    warmline(slug="nowhere", service_area_scope="unknown")

    groups = group_by_state(line_statuses(Warmline.objects.public().for_cards(), EARLY))

    assert [(group.heading, slugs(group.lines)) for group in groups] == [
        ("For anyone, from anywhere", ["anyone"]),
        ("The whole country", ["nation"]),
        ("Montana", ["open", "closed"]),
        ("Wyoming", ["open"]),
        ("Call to ask who they take", ["nowhere"]),
    ]


@pytest.fixture
def page(client):
    """Return a function that returns the warmlines page early on a Monday."""

    def page(**query):
        with time_machine.travel(EARLY, tick=False):
            response = client.get("/warmlines/", query)
        assert response.status_code == 200
        return response.content.decode()

    return page


def test_open_now_filter_can_be_removed(page):
    warmline(slug="open", service_area=[state("MT")])
    warmline(slug="closed", service_area=[state("MT")], hours="Mo-Su 17:00-22:00")

    html = page(state="MT", open_now="1")

    assert listings_on(html) == ["warmline:open"]
    assert 'href="?state=MT"' in html


def test_empty_result_suggests_a_filter_to_remove(page):
    warmline(slug="closed", service_area=[state("MT")], hours="Mo-Su 17:00-22:00")

    html = page(state="MT", open_now="1")

    assert listings_on(html) == []
    assert "Without Open now: 1" in html
    assert 'href="tel:988"' in html


def test_line_with_unknown_hours_says_so(page):
    warmline(slug="line", service_area=[state("MT")], hours="", timezone="")

    html = page(state="MT")

    assert 'data-open="unknown"' in html
    assert "Hours not listed" in html


@pytest.mark.parametrize(
    ("slug", "english", "spanish"),
    [
        ("veterans", "For veterans", "Para veteranos y veteranas"),
        (
            "hearing_voices",
            "For people who hear voices",
            "Para personas que oyen voces",
        ),
        ("lgbtq", "For LGBTQ+ people", "Para personas LGBTQ+"),
        (
            "spanish_speaking",
            "For Spanish speakers",
            "Para personas que hablan español",
        ),
        ("black", "For Black people", "Para personas negras"),
        ("deaf", "For Deaf people", "Para personas sordas"),
    ],
)
def test_group_heading_capitalizes_only_names(client, slug, english, spanish):
    terms = [term("community", slug)]
    warmline(slug="ours", who_may_call="group", terms=terms, open_to="")
    place("59301")

    for language, words in (("", english), ("/es", spanish)):
        page = client.get(f"{language}/warmlines/?near=59301").content.decode()
        assert f">{words}</h" in page
        # And beside the name of the line.
        assert page.count(words) > 1
        found = client.get(f"{language}/find/?near=59301").content.decode()
        assert f'#{slug}">{words}: 1' in found


def test_term_added_by_a_curator_is_shown_unchanged(client):
    added = Term.objects.create(kind="community", slug="sikh", label="Sikh people")
    warmline(slug="ours", who_may_call="group", terms=[added])

    page = client.get("/warmlines/?near=59301").content.decode()

    assert ">For Sikh people</h" in page


def test_labels_after_the_first_are_lowercase():
    terms = [term("community", slug) for slug in ("youth", "lgbtq", "women", "latino")]

    assert term_labels(terms) == "Youth, LGBTQ+ people, women, Latino people"
    assert term_labels([term("language", "en"), term("language", "es")]) == (
        "English, Spanish"
    )
    with override("es"):
        spoken = [term("language", "en"), term("language", "es")]
        assert term_labels(spoken) == "Inglés, español"
