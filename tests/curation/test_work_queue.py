"""The queue: which work it shows, to whom, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from curation.models import Suggestion
from curation.work_queue import build_queue
from orgs.models import Organization
from tests.factories import organization, person, place, state, warmline

pytestmark = pytest.mark.django_db


def waiting(user):
    """Return {section: (count, names)} of the queue of a user."""
    found = build_queue(user, timezone.localdate())
    return {h.slug: (h.count, [name for name, _url in h.items]) for h in found}


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
