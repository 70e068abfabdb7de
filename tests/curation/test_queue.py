"""The queue: which work it shows, to whom, and in which order."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from curation import workflow
from curation.models import Check, Suggestion
from curation.queue.progress import build_progress_charts
from curation.queue.sections import build_queue
from meetings.models import Meeting
from orgs.models import Organization
from tests.factories import (
    county,
    meeting,
    organization,
    person,
    place,
    state,
    warmline,
)

pytestmark = pytest.mark.django_db


def waiting(user):
    """Return {section: (count, names)} of the queue of a user."""
    found = build_queue(user, timezone.localdate())
    return {h.slug: (h.count, [item.name for item in h.items]) for h in found}


def test_every_kind_of_work_has_a_section():
    ada, town = person(), place("59301")
    reported = organization(at=town, name="Said")
    Suggestion.objects.create(kind="problem", problem="closed", listing=reported)
    organization(at=town, name="Mute", phone="", status="draft")
    organization(name="Nowhere", city="Miles City", state="MT")
    rough = organization(at=town, name="Rough", street="1 Main Street")
    Organization.objects.filter(pk=rough.pk).update(precision="city")

    found = waiting(ada)

    assert found["suggestion-problem"] == (1, ["A problem: Said"])
    assert found["contact-organization"] == (1, ["Mute"])
    assert "draft-organization" not in found
    assert found["point-organization"] == (2, ["Nowhere", "Rough"])
    assert found["due-organization"][0] == 3


def test_queue_lists_the_longest_due_first_and_nothing_that_is_not_due():
    ada, today = person(), timezone.localdate()
    for name, days in (("Later", -1), ("Sooner", -30), ("Not yet", 1)):
        organization(name=name, check_due_on=today + timedelta(days=days))
    organization(name="Never")

    assert waiting(ada)["due-organization"] == (3, ["Never", "Sooner", "Later"])


def test_assigned_listings_have_a_section_and_a_list(client):
    ada, bo = person("ada"), person("bo", "Volunteer")
    listing = organization(name="For Bo")
    client.force_login(ada)
    action = {"action": "assign_selected", "_selected_action": [listing.pk]}

    client.post("/admin/orgs/organization/", {**action, "_sent": "1", "to": str(bo.pk)})

    assert waiting(bo)["assigned-organization"] == (1, ["For Bo"])
    assert "assigned-organization" not in waiting(ada)
    client.force_login(bo)
    [section] = [
        h for h in build_queue(bo, timezone.localdate()) if "assigned" in h.slug
    ]
    page = client.get(section.all_url).content.decode()
    assert "For Bo" in page


def test_list_of_a_section_has_the_same_listings(client):
    ada = person()
    client.force_login(ada)
    organization(name="Due One")
    organization(
        name="Fresh One", check_due_on=timezone.localdate() + timedelta(days=9)
    )

    page = client.get("/admin/orgs/organization/?queue=due").content.decode()

    assert "Due One" in page
    assert "Fresh One" not in page


def test_first_page_charts_the_share_of_checked_listings(client):
    today = timezone.localdate()
    checked = {"checked_on": today, "checked_how": "confirmed"}
    organization(at=place("59301"), kind="cil", **checked)
    organization(at=place("59301"), kind="cil")
    warmline(service_area=[state("MT")])
    client.force_login(person())

    page = client.get("/admin/").content.decode()

    assert '<rect class="within-3" x="220" y="0" width="100"' in page
    assert "<td>50%</td>" in page
    assert "Montana" in page


def section_of(user, slug):
    [found] = [s for s in build_queue(user, timezone.localdate()) if s.slug == slug]
    return found


def test_chart_counts_all_listings_of_a_state_together():
    organization(at=place("59301"))
    meeting(state="MT")

    _kinds, states = build_progress_charts(person())

    assert [(bar.row.label, bar.row.total) for bar in states.bars] == [("Montana", 2)]


def test_draft_that_could_be_published_has_a_section_that_publishing_empties(ada):
    draft = organization(name="Typed by hand", status="draft")

    assert waiting(ada.user)["draft-organization"] == (1, ["Typed by hand"])
    workflow.publish(draft)
    assert "draft-organization" not in waiting(ada.user)


def test_missing_facts_have_sections_and_meetings_have_none_of_them(ada):
    organization(name="Bare", phone="", email="a@example.org")
    full = {"hours": "Mo-Fr 09:00-17:00", "timezone": "America/Denver"}
    organization(name="Full", **full, service_area=[state("MT")])
    meeting()

    found = waiting(ada.user)

    for slug in ("phone", "hours", "area"):
        assert found[f"{slug}-organization"] == (1, ["Bare"])
        assert f"{slug}-meeting" not in found


def test_two_attempts_without_an_answer_in_a_row_have_a_section(ada):
    twice, once, reached = (organization(name=n) for n in ("Twice", "Once", "Reached"))
    calls = [(twice, "no_answer"), (twice, "message"), (once, "no_answer")]
    calls += [(reached, "no_answer"), (reached, "no_answer"), (reached, "right")]

    for listing, outcome in calls:
        workflow.record_check(
            listing, how="called", outcome=outcome, by=ada.user, facts=["phone"]
        )

    assert waiting(ada.user)["no_answer-organization"] == (1, ["Twice"])


def test_meeting_that_nobody_saw_for_long_may_have_ended(ada):
    today = timezone.localdate()
    for name, days in (("Seen", 10), ("Long ago", 200)):
        meeting(name=name, source_seen=(today - timedelta(days=days)).isoformat())
    meeting(name="Undated", source_seen="2026-11")
    checked = {"checked_how": "confirmed", "checked_on": today}
    meeting(name="Checked", source_seen="2020-01-01", **checked)

    count, names = waiting(ada.user)["ended-meeting"]

    stale = [m.name for m in Meeting.objects.all() if m.is_stale(today)]
    assert (count, sorted(names)) == (2, sorted(stale))
    assert sorted(stale) == ["Long ago", "Undated"]


def test_items_say_since_when_they_wait_and_who_works_on_them(ada):
    day = timezone.localdate() - timedelta(days=40)
    listing = organization(name="Old", check_due_on=day)
    organization(name="New")
    workflow.claim(listing, person("bo"))

    new, old = section_of(ada.user, "due-organization").items

    assert (new.name, new.since, new.owner) == ("New", None, "")
    assert (old.name, old.since, old.owner) == ("Old", day, "bo")
    assert "bo" in ada.get("/admin/").content.decode()


def test_section_counts_each_state_and_links_to_its_list(ada):
    for town in ("59301", "59301", "02139"):
        organization(at=place(town))
    line = warmline(service_area=[county("Custer County", "MT"), state("WY")])

    due = section_of(ada.user, "due-organization")
    lines = section_of(ada.user, "due-warmline")

    assert [(s.name, s.count) for s in due.states] == [
        ("Montana", 2),
        ("Massachusetts", 1),
    ]
    assert [s.name for s in lines.states] == ["Montana", "Wyoming"]
    page = ada.get(lines.states[0].url).content.decode()
    assert line.name in page


def test_my_states_narrow_the_list_and_the_calls(client):
    user = person("ada", "Curator", ["MT"])
    client.force_login(user)
    ours = organization(at=place("59301"), name="Ours")
    organization(at=place("02139"), name="Theirs")

    page = client.get("/admin/orgs/organization/?state=mine").content.decode()
    sent = client.post(section_of(user, "due-organization").start_mine_url)

    assert "Ours" in page
    assert "Theirs" not in page
    assert sent["Location"].startswith(f"/admin/orgs/organization/{ours.pk}/call/")


def test_list_of_a_section_has_the_order_of_the_queue(ada):
    today = timezone.localdate()
    organization(name="Aardvark", check_due_on=today - timedelta(days=1))
    organization(name="Zebra", check_due_on=today - timedelta(days=99))

    page = ada.get("/admin/orgs/organization/?queue=due").content.decode()
    by_name = ada.get("/admin/orgs/organization/?queue=due&o=1").content.decode()

    assert page.index("Zebra") < page.index("Aardvark")
    assert by_name.index("Aardvark") < by_name.index("Zebra")


def test_list_shows_who_works_on_a_listing_its_phone_and_when_it_is_due(ada):
    listing = organization(check_due_on=date(2026, 3, 4))
    workflow.claim(listing, person("bo"))

    page = ada.get("/admin/orgs/organization/").content.decode()

    for text in ("bo", "(406) 555-0101", "March 4, 2026"):
        assert re.search(rf'class="field-\w+[^>]*>{re.escape(text)}<', page), text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("zone=Mountain", {"Denver"}),
        ("has_phone=no", {"Mute"}),
        ("open=now", {"Denver", "No hours"}),
        ("working=me", {"Mute"}),
        ("working=others", {"Denver"}),
        ("working=nobody", {"Closed now", "No hours"}),
        ("due=7", {"No hours"}),
        ("public_warning__isempty=0", {"Closed now"}),
        ("source_name=A+list", {"Mute"}),
    ],
)
def test_filters_of_the_list_find_what_can_be_called(ada, query, names):
    with time_machine.travel("2026-11-30T17:30:00Z", tick=False):
        hours = {"hours": "Mo-Fr 09:00-17:00"}
        denver = organization(name="Denver", timezone="America/Denver", **hours)
        organization(
            name="Closed now",
            public_warning="Moving",
            timezone="Pacific/Guam",
            **hours,
        )
        week = timezone.localdate() + timedelta(days=7)
        organization(name="No hours", timezone="America/New_York", check_due_on=week)
        mute = organization(
            name="Mute", phone="", email="a@example.org", source_name="A list"
        )
        workflow.claim(mute, ada.user)
        workflow.claim(denver, person("bo"))
        ada.force_login(ada.user)

        page = ada.get(f"/admin/orgs/organization/?{query}").content.decode()

    every = {"Denver", "Closed now", "No hours", "Mute"}
    assert {name for name in every if f">{name}</a>" in page} == names


def test_week_counts_own_checks_and_those_of_all(ada):
    for user in (ada.user, ada.user, person("bo")):
        workflow.record_check(
            organization(), how="called", outcome="right", by=user, facts=["phone"]
        )
    old = Check.objects.create(
        listing=organization(), on=date(2026, 1, 5), how="called", outcome="right",
        by=ada.user,
    )  # fmt: skip
    Check.objects.filter(pk=old.pk).update(
        created_at=timezone.now() - timedelta(days=8)
    )

    page = ada.get("/admin/").content.decode()

    assert "Since Monday, 3 checks were recorded, 2 of them by you." in page


def test_every_filter_of_a_list_has_a_name(ada):
    organization(source_name="")
    organization(source_name="A list")

    page = ada.get("/admin/orgs/organization/").content.decode()

    assert ">No source</a>" in page
    assert not re.search(r'<a href="\?[^"]*">\s*</a>', page)
