"""The pages of meetings: contents, order and time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine

from curation import workflow
from listings.removals import RemovalRequest
from meetings.models import Meeting
from tests.factories import meeting, organization, place, term

pytestmark = pytest.mark.django_db
# A Thursday in December, 5 pm in Montana.
NOW = datetime(2026, 12, 3, 17, 0, tzinfo=UTC).replace(hour=0, day=4)
ARTICLE = re.compile(
    r'<article class="row meeting" data-meeting="([^"]*)" data-start="([^"]*)"'
    r' data-how="([^"]*)"'
)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def listed(client, query="", page="/meetings/"):
    answer = client.get(f"{page}{query}")
    assert answer.status_code == 200
    return [tuple(map(unescape, found)) for found in ARTICLE.findall(answer.text)]


def names(client, query=""):
    text = client.get(f"/meetings/{query}").text
    return [unescape(n) for n in re.findall(r"<h4><a [^>]*>([^<]*)</a></h4>", text)]


def test_list_shows_times_in_the_time_zone_of_the_place(client):
    created = meeting()
    assert listed(client, "?near=Circle,+MT")[0] == (
        created.key,
        "2026-12-03T19:30:00-07:00",
        "online",
    )


def test_chosen_time_zone_overrides_that_of_the_place(client):
    meeting()
    found = listed(client, "?near=Circle,+MT&zone=America/New_York")
    assert found[0][1] == "2026-12-03T21:30:00-05:00"


def test_list_without_place_and_zone_shows_eastern_time_and_says_so(client):
    meeting()
    text = client.get("/meetings/").text
    assert 'data-start="2026-12-03T21:30:00-05:00"' in text
    assert "Times are in Eastern time" in text


def test_meeting_is_listed_under_the_weekday_in_the_visitors_zone(client):
    """Wednesday 10 am on Guam is Tuesday evening in Denver."""
    meeting(rules="FREQ=WEEKLY;BYDAY=WE", start_time="10:00", timezone="Pacific/Guam")
    text = client.get("/meetings/?zone=America/Denver").text
    day = text.index("Tuesday, December 8")
    assert text.index('data-start="2026-12-08T17:00:00-07:00"') > day
    assert "For the group it is Wednesday, 10 am, Chamorro time." in text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "Starting now."), (5, "Started 5 minutes ago."), (16, None)],
)
def test_list_shows_a_meeting_for_15_minutes_after_its_start(
    client, now, minutes, words
):
    meeting()
    now.move_to(datetime(2026, 12, 4, 2, 30 + minutes, tzinfo=UTC))
    text = client.get("/meetings/?zone=America/Denver&day=today").text
    assert ("2026-12-03T19:30:00-07:00" in text) == (words is not None)
    assert words is None or words in text


def test_host_of_many_meetings_has_one_row_per_hour(client):
    many = organization(name="Example Fellowship")
    for number in range(25):
        meeting(
            organization=many,
            name=f"A Fellowship Group {number}",
            terms=[term("condition", "substance_use")],
        )
    small = meeting(name="Zoe's Group", terms=[term("condition", "mental_health")])
    text = client.get("/meetings/?zone=America/Denver&day=today").text
    assert names(client, "?zone=America/Denver&day=today")[0] == "Zoe's Group"
    before_more = text[: text.index("24 more from Example Fellowship")]
    assert before_more.count('class="row meeting"') == 2
    assert len(listed(client, "?zone=America/Denver&day=today")) == 26
    assert small.key in before_more


def test_meeting_with_an_old_source_is_never_first_and_says_so(client):
    meeting(name="An Old One", source_seen="2026-07-20")
    meeting(name="Undated", source_seen="")
    meeting(
        name="Recent", start_time="18:55", terms=[term("condition", "substance_use")]
    )
    query = "?zone=America/Denver&day=today"
    assert names(client, query) == ["Recent", "An Old One", "Undated"]
    assert client.get(f"/meetings/{query}").text.count("Check their page first.") == 2


def test_meeting_without_known_dates_is_never_listed_as_today(client):
    meeting(rules="", schedule_note="See their page")
    meeting(rules="FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")
    assert listed(client) == []
    html = client.get(Meeting.objects.first().get_absolute_url()).text
    assert "See their page" in html
    assert "data-start" not in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("how=online", {"online"}),
        ("how=phone", {"phone"}),
        ("how=in_person", {"room"}),
        ("community=lgbtq", {"online"}),
        ("condition=mental_health", {"phone"}),
        ("language=es", {"phone"}),
        ("open=1", {"online"}),
        ("newcomers=1", {"phone"}),
        ("part=morning", {"phone"}),
        ("community=lgbtq&how=phone", set()),
        ("how=phone&how=online", {"online", "phone"}),
        ("day=fr", {"phone"}),
        ("day=2026-12-04", {"phone"}),
        ("day=tomorrow", {"phone"}),
    ],
)
def test_filters_narrow_the_list(client, query, expected):
    meeting(key="online", joining="open", terms=[term("community", "lgbtq")])
    meeting(
        key="phone",
        online=None,
        by_phone=True,
        newcomers=True,
        rules="FREQ=WEEKLY;BYDAY=FR",
        start_time="08:00",
        terms=[term("condition", "mental_health"), term("language", "es")],
    )
    meeting(key="room", online=None, in_person=True, at=place("59215"))
    found = listed(client, f"?zone=America/Denver&{query}")
    assert {key for key, _start, _how in found} == expected


@pytest.mark.parametrize(
    "day", ["2026-12-10", "2026-12-13", "2026-12-14", "2027-06-03"]
)
def test_list_of_a_later_day_has_the_meetings_of_that_day(client, day):
    """Starts of the next ten days are in memory, and later ones are computed."""
    weekday = datetime.fromisoformat(day).strftime("%a")[:2].upper()
    meeting(key="that-day", rules=f"FREQ=WEEKLY;BYDAY={weekday}", start_time="20:30")
    meeting(key="day-before", rules="FREQ=DAILY;UNTIL=20261201")

    found = listed(client, f"?near=Circle,+MT&day={day}")

    assert [(key, start[:19]) for key, start, _how in found] == [
        ("that-day", f"{day}T21:30:00")
    ]


def test_list_contains_meetings_in_person_only_near_the_place(client):
    meeting(key="near", online=None, in_person=True, at=place("59215"))
    meeting(key="far", online=None, in_person=True, at=place("10001"))
    meeting(key="both", in_person=True, at=place("10001"))
    keys = {key for key, *_ in listed(client, "?near=Circle,+MT")}
    assert keys == {"near", "both"}
    keys = {key for key, *_ in listed(client, "?near=Circle,+MT&how=in_person")}
    assert keys == {"near"}
    keys = {key for key, *_ in listed(client, "?state=NY&how=in_person")}
    assert keys == {"far", "both"}


def test_filter_counts_match_the_list(client):
    meeting(terms=[term("community", "lgbtq")])
    meeting(online=None, by_phone=True, terms=[term("community", "lgbtq")])
    meeting()
    text = client.get("/meetings/?zone=America/Denver&how=online").text
    assert re.search(r'value="phone">.*?class="count">1<', text)
    assert re.search(r'value="lgbtq">.*?class="count">1<', text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("zone=Mars/Base", "We do not know the time zone “Mars/Base”"),
        ("day=someday", "We do not know this day"),
        ("day=2020-01-01", "This day is past, or more than a year ahead"),
        ("radius=far", "whole miles"),
        ("how=telepathy", "We do not know “telepathy” here"),
        ("page=99", "There is no page 99"),
    ],
)
def test_invalid_parameter_shows_a_message_and_the_list(client, query, words):
    meeting()
    answer = client.get(f"/meetings/?{query}")
    assert answer.status_code == 200
    assert words in answer.text


def test_invalid_row_does_not_break_pages(client):
    good, bad = meeting(), meeting()
    Meeting.objects.filter(pk=bad.pk).update(rules="FREQ=SOMETIMES", start_time="99:99")
    assert [key for key, *_ in listed(client, "?day=today")] == [good.key]
    assert client.get(bad.get_absolute_url()).status_code == 200


def test_meeting_page_shows_five_dates_in_both_time_zones(client):
    created = meeting(skipped_dates="2026-12-24/2027-01-02")
    text = client.get(f"{created.get_absolute_url()}?zone=America/Denver").text
    days = re.findall(r'<li><time datetime="([^"]*)">', text)
    assert [day[:10] for day in days] == [
        "2026-12-03",
        "2026-12-10",
        "2026-12-17",
        "2027-01-07",
        "2027-01-14",
    ]
    assert "Every Thursday" in text
    assert "for the group it is Thursday, December 3, 6:30 pm" in text


def test_meeting_on_a_holiday_says_to_make_sure_that_they_meet(client, now):
    now.move_to(datetime(2026, 12, 24, 18, 0, tzinfo=UTC))
    row = meeting(rules="FREQ=DAILY", timezone="America/Denver")
    warning = "Christmas: make sure that they meet."

    assert client.get("/meetings/?near=Circle,+MT").text.count(warning) == 1
    assert client.get(f"/meetings/{row.slug}/").text.count(warning) == 1
    row.skips_holidays = True
    row.version += 1
    row.save()
    assert warning not in client.get("/meetings/?near=Circle,+MT").text


def test_key_of_a_meeting_redirects_to_its_page(client):
    created = meeting(key="org:us/example#1-evening")
    answer = client.get("/meetings/org:us/example%231-evening/")
    assert (answer.status_code, answer["Location"]) == (301, created.get_absolute_url())
    assert client.get("/meetings/org:nobody%23x/").status_code == 404


@pytest.mark.parametrize("status", ["draft", "closed", "temporarily_closed"])
def test_closed_meeting_is_not_listed(client, status):
    created = meeting()
    Meeting.objects.filter(pk=created.pk).update(status=status, closure_reason="Ended.")
    assert listed(client) == []


def test_meetings_of_a_removed_organization_are_hidden(client):
    host = organization(key="org:example", name="Example Host")
    created = meeting(organization=host)
    address = created.get_absolute_url()
    assert listed(client)
    host.close(reason="They asked.")
    RemovalRequest.objects.create(key=host.key, name=host.name)
    assert listed(client) == []
    assert client.get(address).status_code in (404, 410)


def test_merging_organizations_moves_their_meetings(client):
    keep, drop = organization(name="Example Keep"), organization(name="Example Drop")
    created = meeting(organization=drop)
    workflow.merge(keep, drop, [])
    created.refresh_from_db()
    assert created.organization == keep
    assert listed(client)


def test_withheld_street_and_venue_are_on_no_page(client):
    created = meeting(
        in_person=True,
        at=place("59215"),
        street="12 Hidden Street",
        venue="Hidden Hall",
    )
    created.address_withheld = True
    created.clean()
    created.save()
    for page in ("/meetings/?near=Circle,+MT", created.get_absolute_url()):
        assert "Hidden" not in client.get(page).text


def test_spanish_list_is_in_spanish(client):
    meeting()
    text = client.get("/es/meetings/?zone=America/Denver&day=today").text
    for words in ("Grupos", "Hoy: jueves, 3 de diciembre", "7:30 p. m."):
        assert words in text


def test_list_sets_no_cookie_and_stores_no_zone(client):
    meeting()
    answer = client.get("/meetings/?zone=America/Boise")
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
