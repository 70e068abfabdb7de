"""Find duplicate listings, and merge them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.utils import timezone

from curation import workflow
from curation.duplicates import find_similar
from curation.models import Check, DuplicatePair, LinkCheck, Suggestion
from listings.exchange.importing import protected_fields
from listings.field_values import apply_facts, fact_values
from meetings.models import Meeting
from tests.curation.helpers import (
    change_form_data,
    change_path,
)
from tests.factories import meeting, organization, person, place, state, term

pytestmark = pytest.mark.django_db


def test_duplicates_share_a_phone_a_website_or_a_name_in_one_city(capsys):
    town = place("59301")
    one = organization(at=town, name="Prairie Drop-in", phone="+14065550120")
    phone = organization(at=town, name="Other Name", phone="+14065550120")
    name = organization(at=town, name="The Prairie Drop-in", phone="+14065550121")
    organization(at=place("82801"), name="Prairie Drop-in", phone="+14065550122")

    call_command("find_duplicates")
    call_command("find_duplicates")

    found = {(pair.first_id, pair.second_id) for pair in DuplicatePair.objects.all()}
    assert found == {(one.pk, phone.pk), (one.pk, name.pk)}
    assert "0 new pairs" in capsys.readouterr().out


def test_meetings_are_duplicates_with_a_like_name_and_the_same_schedule():
    """All groups of a host share its website, and many are at the same hour."""
    shared = {"website": "https://example.org/groups", "rules": "FREQ=WEEKLY;BYDAY=TH"}
    one = meeting(name="Evening Circle", **shared)
    same = meeting(name="The Evening Circle", website="https://example.org/other")
    meeting(name="Evening Circle", start_time="20:00")
    meeting(name="Family Group", **shared)
    meeting(name="Evening Circle 7", **shared)

    call_command("find_duplicates")

    kind = ContentType.objects.get_for_model(Meeting)
    found = DuplicatePair.objects.filter(content_type=kind)
    assert [(p.first_id, p.second_id) for p in found] == [(one.pk, same.pk)]
    assert find_similar(Meeting, fact_values(one), exclude_pk=one.pk) == [same]


def test_merge_keeps_history_address_and_suggestions(client):
    ada = person()
    keep = organization(at=place("59301"), slug="keep", email="", phone="+14065550130")
    drop = organization(
        at=place("59301"),
        slug="drop",
        email="drop@example.org",
        phone="+14065550131",
        service_area=[state("MT")],
        terms=[term("language", "es")],
        key="source:drop",
    )
    workflow.record_check(drop, how="called", outcome="right", facts=["phone"], by=ada)
    Suggestion.objects.create(kind="problem", problem="hours", listing=drop)
    LinkCheck.objects.create(
        listing=drop, field="website", url=drop.website, checked_at=timezone.now()
    )
    number = drop.uuid

    workflow.merge(keep, drop, ["email", "service_area", "terms", "service_area_scope"])

    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (keep.email, keep.phone.as_e164) == ("drop@example.org", "+14065550130")
    assert list(keep.service_area.all()) == [state("MT")]
    assert keep.key == "source:drop"
    assert (drop.status, drop.key, drop.uuid) == ("closed", "", number)
    assert Check.objects.for_listing(keep).count() == 1
    assert Suggestion.objects.for_listing(keep).count() == 1
    assert not LinkCheck.objects.exists()
    answer = client.get("/orgs/drop/")
    assert (answer.status_code, answer["Location"]) == (301, "/orgs/keep/")


def test_curator_merges_on_the_page(client):
    client.force_login(person())
    one = organization(at=place("59301"), name="One", slug="one")
    two = organization(at=place("59301"), name="Two", slug="two")
    action = {"action": "merge_selected", "_selected_action": [one.pk, two.pk]}

    onward = client.post("/admin/orgs/organization/", action)
    path = f"/admin/orgs/organization/merge/{one.pk}/{two.pk}/"
    page = client.get(path).content.decode()
    client.post(path, {"keep": str(two.pk), "fact_name": str(one.pk)})

    assert onward["Location"] == path
    assert 'id="a-name"' in page
    two.refresh_from_db()
    assert (two.name, two.slug) == ("One", "two")


def test_listing_is_not_merged_with_itself():
    listing = organization()

    with pytest.raises(workflow.ActionRefused):
        workflow.merge(listing, listing, [])


def test_dismissed_pair_does_not_come_back(client):
    client.force_login(person())
    town = place("59301")
    organization(at=town, phone="+14065550120")
    organization(at=town, phone="+14065550120")
    call_command("find_duplicates")
    pair = DuplicatePair.objects.get()

    client.post(f"/admin/curation/duplicatepair/{pair.pk}/change/")
    call_command("find_duplicates")

    assert DuplicatePair.objects.get().dismissed
    assert b'data-queue-section="duplicates"' not in client.get("/admin/").content


def called(listing, facts, days_ago):
    on = timezone.localdate() - timedelta(days=days_ago)
    ada = person(f"ada-{days_ago}")
    right = {"how": "called", "outcome": "right", "by": ada}
    workflow.record_check(listing, facts=facts, on=on, **right)


def test_merge_protects_facts_checked_on_the_duplicate_from_imports():
    old, new = "+14065550100", "+14065550111"
    keep = organization(key="a", phone=old, email="a@example.org")
    drop = organization(key="b", phone=new, email="b@example.org")
    for checked, facts, days in (
        (drop, ["phone", "email"], 30),
        (keep, ["name"], 20),
        (drop, ["hours"], 10),
    ):
        called(checked, facts, days)

    workflow.merge(keep, drop, ["phone"])

    keep.refresh_from_db()
    assert {"name", "phone", "hours"} <= protected_fields(keep).keys()
    assert "email" not in protected_fields(keep)
    assert keep.checked_on == timezone.localdate() - timedelta(days=10)


def test_merge_shows_the_newer_check_of_the_target():
    keep, drop = organization(), organization()
    called(drop, ["hours"], 9)
    called(keep, ["phone"], 0)

    workflow.merge(keep, drop, [])

    keep.refresh_from_db()
    assert (keep.checked_on, keep.checked_facts) == (timezone.localdate(), ["phone"])
    assert {"hours", "phone"} <= protected_fields(keep).keys()


def test_merge_moves_the_branches():
    keep, drop = organization(name="Kept"), organization(name="Dropped")
    branch = organization(name="A branch", parent=drop)

    workflow.merge(keep, drop, [])

    branch.refresh_from_db()
    assert (branch.parent, branch.version) == (keep, 2)


def test_merge_into_its_own_branch_leaves_no_parent():
    top = organization(name="Top")
    head = organization(name="Head", parent=top)
    branch = organization(name="Branch", parent=head)

    workflow.merge(branch, head, [])
    branch.refresh_from_db()
    assert branch.parent == top

    workflow.merge(branch, top, [])
    branch.refresh_from_db()
    assert branch.parent is None


def test_refused_merge_keeps_the_choices(ada):
    first, second = organization(name="First"), organization(name="Second")
    there = f"/admin/orgs/organization/merge/{first.pk}/{second.pk}/"
    apply_facts(first, {"email": "a@example.org"})
    seen = {f"version_{first.pk}": 1, f"version_{second.pk}": 1}

    page = ada.post(there, {"keep": second.pk, "fact_name": second.pk} | seen)

    words = page.content.decode()
    assert "changed this listing while you worked" in words
    assert f'id="keep-2" value="{second.pk}" checked' in words
    assert f'id="b-name" value="{second.pk}" checked' in words
    assert f'id="a-email" value="{first.pk}" checked' in words


def test_merge_page_warns_and_both_histories_name_the_merge(ada):
    keep, drop = organization(name="Keep"), organization(name="Drop")
    first = drop.history.latest("history_id")
    form = ada.get(f"/admin/orgs/organization/merge/{keep.pk}/{drop.pk}/")
    workflow.merge(keep, drop, [])

    assert "A merge cannot be undone" in form.content.decode()
    for listing, other in ((keep, "Drop"), (drop, "Keep")):
        path = f"/admin/orgs/organization/{listing.pk}/history/"
        assert f"merge: {other}" in ada.get(path).content.decode()
    path = f"/admin/orgs/organization/{drop.pk}/history/"
    page = ada.post(path, {"row": first.history_id}, follow=True).content.decode()
    assert "was merged with another" in page
    with pytest.raises(workflow.ActionRefused, match="was merged with another"):
        workflow.publish(drop)
    drop.refresh_from_db()
    assert drop.status == "closed"


def test_publishing_in_the_form_clears_the_closure_reason(ada):
    listing = organization(at=place("59301"))
    listing.close(reason="On holiday", temporarily=True)

    ada.post(
        change_path(listing), change_form_data(ada, listing) | {"status": "published"}
    )

    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason) == ("published", "")


def test_group_of_pairs_is_dismissed_in_one_action(ada):
    kind = ContentType.objects.get_for_model(organization())
    ids = [organization().pk for _number in range(3)]
    pairs = [
        DuplicatePair.objects.create(content_type=kind, first_id=one, second_id=other)
        for one, other in ((ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2]))
    ]
    selected = [pair.pk for pair in pairs[:2]]
    action = {"action": "dismiss_selected", "_selected_action": selected}

    page = ada.post("/admin/curation/duplicatepair/", action, follow=True)

    assert "2 pairs are saved as not duplicates." in page.content.decode()
    open_pairs = DuplicatePair.objects.filter(dismissed=False)
    assert [pair.pk for pair in open_pairs] == [pairs[2].pk]
